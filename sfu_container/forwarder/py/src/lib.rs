//! The packet engine as the Python module `parley_forwarder._engine`: conversions, and nothing else. `_engine.pyi` says
//! what there is.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![warn(clippy::undocumented_unsafe_blocks)]

mod arguments;
mod counters;
mod engine;
mod errors;
mod events;

use pyo3::prelude::*;

#[pymodule]
fn _engine(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<engine::Engine>()?;
    module.add("UnknownIdError", module.py().get_type::<errors::UnknownIdError>())?;
    module.add("ClosedError", module.py().get_type::<errors::ClosedError>())
}
