//! Distances between two sets of embedded clips.
