//! Events as tuples that begin with their kind.

use parley_forwarder_core::Event;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

pub(crate) fn to_python<'py>(event: Event, python: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
    match event {
        Event::IceConnected { peer, path } => {
            let host = path.remote.ip().to_canonical().to_string();
            ("iceConnected", &*peer, host, path.remote.port(), path.transport.name()).into_pyobject(python)
        }
        Event::IceLost { peer } => ("iceLost", &*peer).into_pyobject(python),
        Event::DtlsReceived { peer, data } => {
            ("dtlsReceived", &*peer, PyBytes::new(python, &data)).into_pyobject(python)
        }
        Event::StreamStarted { publication, rid, ssrc } => {
            ("streamStarted", &*publication, rid.as_deref(), ssrc).into_pyobject(python)
        }
        Event::SlotChanged { slot, publication, rid } => {
            ("slotChanged", &*slot, publication.as_deref(), rid.as_deref()).into_pyobject(python)
        }
        Event::CodecUnsupported { slot, publication, codec } => {
            ("codecUnsupported", &*slot, &*publication, codec).into_pyobject(python)
        }
        Event::EncodingsWanted { peer, publication, encodings } => {
            let encodings: Vec<(Option<&str>, bool)> =
                encodings.iter().map(|(rid, is_wanted)| (rid.as_deref(), *is_wanted)).collect();
            ("encodingsWanted", &*peer, &*publication, PyTuple::new(python, encodings)?).into_pyobject(python)
        }
        Event::SpeakersChanged { room, levels, dominant } => {
            let levels: Vec<(&str, u8)> = levels.iter().map(|(publication, level)| (&**publication, *level)).collect();
            let levels = PyTuple::new(python, levels)?;
            ("speakersChanged", &*room, levels, dominant.as_deref()).into_pyobject(python)
        }
        Event::KeyframeTimeout { publication } => ("keyframeTimeout", &*publication).into_pyobject(python),
    }
}
