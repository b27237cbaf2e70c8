//! Where tensors live.

use burn::tensor::Device;

/// What a model computes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compute {
    /// The processor; always there.
    #[default]
    Cpu,
    /// A graphics card; only in programs built with the feature `gpu` or `cuda`.
    Gpu,
}

/// This program was built without what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this program was built without a graphics card's support; build it with --features gpu (or cuda)")]
pub struct NotBuilt;

impl Compute {
    /// The device to hand to everything that computes.
    pub fn device(self) -> Result<Device, NotBuilt> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            #[cfg(feature = "cuda")]
            Self::Gpu => Ok(Device::cuda(0)),
            #[cfg(all(feature = "gpu", not(feature = "cuda")))]
            Self::Gpu => Ok(Device::vulkan(Default::default())),
            #[cfg(not(any(feature = "gpu", feature = "cuda")))]
            Self::Gpu => Err(NotBuilt),
        }
    }
}
