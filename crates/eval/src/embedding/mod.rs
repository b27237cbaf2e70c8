//! From sound to vectors: clips of music as a network trained on music tags hears them.
