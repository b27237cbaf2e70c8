//! The layers that encoder, prior and decoder are built from.

mod attention;
mod block;
mod initial;
mod norm;

pub(crate) use attention::{Cache, alibi_bias, mask_bias};
pub(crate) use block::Block;
pub(crate) use initial::{Initial, linear, table};
pub(crate) use norm::rms_norm;
