//! Figures computed from scores alone, without sound.
