//! Arguments that are objects: anything with the attributes of the seam's data classes.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use parley_forwarder_core::negotiated::{Codec, Encoding, EngineConfig, MediaKind};
use parley_forwarder_core::srtp::Profile;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

#[derive(FromPyObject)]
pub(crate) struct CodecArgument {
    payload_type: u8,
    name: String,
    clock_rate: u32,
    rtx_payload_type: Option<u8>,
    profiles: Vec<String>,
}

impl From<CodecArgument> for Codec {
    fn from(argument: CodecArgument) -> Self {
        Self {
            payload_type: argument.payload_type,
            name: argument.name.to_ascii_uppercase(),
            clock_rate: argument.clock_rate,
            rtx_payload_type: argument.rtx_payload_type,
            profiles: argument.profiles,
        }
    }
}

#[derive(FromPyObject)]
pub(crate) struct EncodingArgument {
    rid: Option<String>,
    ssrc: Option<u32>,
    rtx_ssrc: Option<u32>,
}

impl From<EncodingArgument> for Encoding {
    fn from(argument: EncodingArgument) -> Self {
        Self { rid: argument.rid.map(Into::into), ssrc: argument.ssrc, rtx_ssrc: argument.rtx_ssrc }
    }
}

#[derive(FromPyObject)]
pub(crate) struct ConfigArgument {
    ice_timeout_ms: u64,
    retransmission_cache_packets: usize,
    speakers_interval_ms: u64,
    keyframe_timeout_ms: u64,
}

impl From<ConfigArgument> for EngineConfig {
    fn from(argument: ConfigArgument) -> Self {
        Self {
            ice_timeout: Duration::from_millis(argument.ice_timeout_ms),
            retransmission_cache_packets: argument.retransmission_cache_packets,
            speakers_interval: Duration::from_millis(argument.speakers_interval_ms),
            keyframe_timeout: Duration::from_millis(argument.keyframe_timeout_ms),
        }
    }
}

pub(crate) fn kind(name: &str) -> PyResult<MediaKind> {
    match name {
        "audio" => Ok(MediaKind::Audio),
        "video" => Ok(MediaKind::Video),
        _ => Err(PyValueError::new_err(format!("{name} is neither audio nor video"))),
    }
}

pub(crate) fn profile(name: &str) -> PyResult<Profile> {
    Profile::from_name(name).ok_or_else(|| PyValueError::new_err(format!("there is no SRTP profile {name}")))
}

pub(crate) fn address((host, port): (String, u16)) -> PyResult<SocketAddr> {
    let ip: IpAddr = host.parse().map_err(|_| PyValueError::new_err(format!("{host} is no IP address")))?;
    Ok(SocketAddr::new(ip, port))
}

pub(crate) fn addresses(given: Vec<(String, u16)>) -> PyResult<Vec<SocketAddr>> {
    given.into_iter().map(address).collect()
}
