//! A module's parameters as one flat array, in the order of its fields: what optimiser, averages and files work on.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor, TensorData};

/// A parameter's path in the module (`decoder.blocks.0.widen.weight`) and shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterShape {
    /// Field names joined by dots.
    pub name: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
}

impl ParameterShape {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// True for a shape with a zero.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Names and shapes of all parameters.
pub fn parameter_shapes<M: Module>(module: &M) -> Vec<ParameterShape> {
    let mut visitor = Shapes::default();
    module.visit(&mut visitor);
    visitor.shapes
}

/// All parameters' values, one after another.
pub fn read_parameters<M: Module>(module: &M) -> Vec<f32> {
    let mut visitor = Values(Vec::new());
    module.visit(&mut visitor);
    visitor.0
}

/// The module with the values that [`read_parameters`] gave.
///
/// # Panics
/// If there are not as many values as parameters.
pub fn write_parameters<M: Module>(module: M, values: &[f32]) -> M {
    let mut mapper = Writer { values };
    let module = module.map(&mut mapper);
    assert!(mapper.values.is_empty(), "{} values too many", mapper.values.len());
    module
}

/// All parameters' gradients in the same order; zeros where a parameter had no part in the loss.
pub fn read_gradients<M: Module>(module: &M, gradients: &Gradients) -> Vec<f32> {
    let mut visitor = GradientValues { gradients, values: Vec::new() };
    module.visit(&mut visitor);
    visitor.values
}

#[derive(Default)]
struct Shapes {
    path: Vec<String>,
    shapes: Vec<ParameterShape>,
}

impl ModuleVisitor for Shapes {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.shapes.push(ParameterShape { name: self.path.join("."), shape: param.lazy_shape().to_vec() });
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        if !is_enum(container) {
            self.path.push(name.to_owned());
        }
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        if !is_enum(container) {
            self.path.pop();
        }
    }
}

/// Whether a module is one of several kinds: which one is no part of its parameters' names.
fn is_enum(container: &str) -> bool {
    container.starts_with("Enum:")
}

struct Values(Vec<f32>);

impl ModuleVisitor for Values {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        extend(&mut self.0, param.val());
    }
}

struct GradientValues<'a> {
    gradients: &'a Gradients,
    values: Vec<f32>,
}

impl ModuleVisitor for GradientValues<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        match param.val().grad(self.gradients) {
            Some(gradient) => extend(&mut self.values, gradient),
            None => self.values.resize(self.values.len() + param.val().shape().num_elements(), 0.0),
        }
    }
}

fn extend<const D: usize>(values: &mut Vec<f32>, tensor: Tensor<D>) {
    let data = tensor.into_data_as::<f32>();
    values.extend(data.iter::<f32>());
}

struct Writer<'a> {
    values: &'a [f32],
}

impl ModuleMapper for Writer<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, old, mapper) = param.consume();
        let shape = old.dims();
        let (own, rest) = self.values.split_at(shape.iter().product());
        self.values = rest;
        let new = Tensor::<D>::from_data(TensorData::new(own.to_vec(), shape), &old.device());
        let new = if new.is_autodiff() { new.require_grad() } else { new };
        Param::from_mapped_value(id, new, mapper)
    }
}
