//! Gradients in 64-bit floats, against central differences.
#![allow(dead_code, clippy::unwrap_used)] // not every test file uses all of them; helpers of tests may fail as tests may

use std::sync::OnceLock;

use burn::module::Module;
use burn::tensor::{Device, FloatDType, Tensor};
use partita_model::adversarial::Penalty;
use partita_model::{read_gradients, read_parameters, write_parameters};

/// Tensors of 64-bit floats that can be differentiated. The whole process has one such setting.
pub(crate) fn device() -> Device {
    static DEVICE: OnceLock<Device> = OnceLock::new();
    let configured = || {
        let mut device = Device::flex();
        device.configure(FloatDType::F64).unwrap();
        device.autodiff()
    };
    DEVICE.get_or_init(configured).clone()
}

pub(crate) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data_as::<f64>().iter::<f64>().collect()
}

/// The relative error of a penalty's gradient against central differences, one of the critic's parameters after another. Its
/// weights must be multiples of 2⁻⁷, so that a step of 2⁻¹⁴ is added to them without rounding. `penalty` is computed on the
/// device that it is given.
pub(crate) fn penalty_errors<M: Module + Clone>(
    critic: M,
    penalty: impl Fn(&M, &Device) -> Penalty,
) -> impl Iterator<Item = f64> {
    let device = device();
    let gradient = read_gradients(&critic, &penalty(&critic, &device).sum.backward());
    let weights = read_parameters(&critic);
    let plain = critic.valid();
    let device = device.inner();
    (0..weights.len()).map(move |index| {
        let loss = |step: f32| -> f64 {
            let mut moved = weights.clone();
            moved[index] += step;
            penalty(&write_parameters(plain.clone(), &moved), &device).sum.into_scalar()
        };
        let step = 2.0_f32.powi(-14);
        let expected = (loss(step) - loss(-step)) / (2.0 * f64::from(step));
        (expected - f64::from(gradient[index])).abs() / expected.abs().max(1e-3)
    })
}
