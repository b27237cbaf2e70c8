//! Pictures: piano rolls and line charts, as SVG and PNG.

pub(crate) mod chart;
mod drawing;
mod legend;
pub(crate) mod marks;
mod palette;
mod png;
pub(crate) mod roll;
pub(crate) mod save;
mod svg;
mod ticks;

pub(crate) use drawing::Drawing;
