//! Refusals as Python exceptions.

use parley_forwarder_core::CommandError;
use parley_forwarder_io::Closed;
use pyo3::create_exception;
use pyo3::exceptions::{PyKeyError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

create_exception!(parley_forwarder, UnknownIdError, PyKeyError, "There is no Peer, Publication or Slot of that name.");
create_exception!(parley_forwarder, ClosedError, PyRuntimeError, "The engine has been closed.");

/// `about` is the name that the command was about.
pub(crate) fn refused(error: CommandError, about: &str) -> PyErr {
    match error {
        CommandError::UnknownId => UnknownIdError::new_err(about.to_owned()),
        other => PyValueError::new_err(format!("{}: {about}", other.code())),
    }
}

pub(crate) fn closed(_: Closed) -> PyErr {
    ClosedError::new_err("the engine has been closed")
}
