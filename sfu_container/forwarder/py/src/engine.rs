//! The class `Engine`.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::time::Duration;

use parley_forwarder_core::negotiated::{PublicationLine, SlotLine, Wish};
use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{CommandError, Engine as Core, Path, Transmit, Transport};
use parley_forwarder_io::{EngineThread, thread_cpu_time};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::arguments::{CodecArgument, ConfigArgument, EncodingArgument, addresses};
use crate::{counters, errors, events};

#[pyclass(frozen, module = "parley_forwarder")]
pub(crate) struct Engine {
    thread: std::sync::RwLock<EngineThread>,
}

type Address = (String, u16);
type Mapping = BTreeMap<u8, String>;

#[pymethods]
impl Engine {
    #[new]
    fn new(udp: Vec<Address>, tcp: Vec<Address>, config: ConfigArgument) -> PyResult<Self> {
        let (udp, tcp) = (addresses(udp)?, addresses(tcp)?);
        // The standard library seeds its hashes from the system.
        let seed = RandomState::new().hash_one("streams");
        let thread = EngineThread::start(&udp, &tcp, config.into(), seed)?;
        Ok(Self { thread: std::sync::RwLock::new(thread) })
    }

    #[getter]
    fn udp_addresses(&self) -> Vec<Address> {
        self.with_thread(|thread| thread.udp_addresses().iter().map(to_pair).collect())
    }

    #[getter]
    fn tcp_addresses(&self) -> Vec<Address> {
        self.with_thread(|thread| thread.tcp_addresses().iter().map(to_pair).collect())
    }

    fn event_fd(&self) -> i32 {
        self.with_thread(|thread| thread.events().descriptor())
    }

    fn poll_events<'py>(&self, python: Python<'py>, limit: usize) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        let taken = self.with_thread(|thread| thread.events().take(limit));
        taken.into_iter().map(|event| events::to_python(event, python)).collect()
    }

    fn add_peer(&self, python: Python<'_>, peer: String, ufrag: String, pwd: String) -> PyResult<()> {
        self.command(python, peer, move |engine, peer, now, _| engine.add_peer(peer, &ufrag, &pwd, now))
    }

    fn add_plain(
        &self,
        python: Python<'_>,
        peer: String,
        remote: Address,
        profile: &str,
        rx: Vec<u8>,
        tx: Vec<u8>,
    ) -> PyResult<()> {
        let profile = crate::arguments::profile(profile)?;
        let remote = crate::arguments::address(remote)?;
        // What needs no ICE reaches the first UDP socket.
        let path = Path { transport: Transport::Udp, local: 0, remote };
        self.command(python, peer, move |engine, peer, now, _| engine.add_plain(peer, path, profile, &rx, &tx, now))
    }

    fn restart_ice(&self, python: Python<'_>, peer: String, ufrag: String, pwd: String, grace_ms: u64) -> PyResult<()> {
        let grace = Duration::from_millis(grace_ms);
        self.command(python, peer, move |engine, peer, now, _| engine.restart_ice(peer, &ufrag, &pwd, grace, now))
    }

    fn remove_peer(&self, python: Python<'_>, peer: String) -> PyResult<()> {
        self.command(python, peer, |engine, peer, now, _| engine.remove_peer(peer, now))
    }

    fn send_dtls(&self, python: Python<'_>, peer: String, data: Vec<u8>) -> PyResult<()> {
        self.command(python, peer, move |engine, peer, _, out| engine.send_dtls(peer, &data, out))
    }

    fn set_srtp(&self, python: Python<'_>, peer: String, profile: &str, rx: Vec<u8>, tx: Vec<u8>) -> PyResult<()> {
        let profile = crate::arguments::profile(profile)?;
        self.command(python, peer, move |engine, peer, _, _| engine.set_srtp(peer, profile, &rx, &tx))
    }

    #[allow(clippy::too_many_arguments, reason = "the seam's")]
    fn add_publication(
        &self,
        python: Python<'_>,
        peer: String,
        publication: String,
        kind: &str,
        mid: String,
        encodings: Vec<EncodingArgument>,
        codecs: Vec<CodecArgument>,
        extensions: Mapping,
    ) -> PyResult<()> {
        let line = PublicationLine {
            kind: crate::arguments::kind(kind)?,
            mid,
            encodings: encodings.into_iter().map(Into::into).collect(),
            codecs: codecs.into_iter().map(Into::into).collect(),
            extensions: extensions.into_iter().collect(),
        };
        self.command(python, peer, move |engine, peer, now, _| engine.add_publication(peer, &publication, line, now))
    }

    #[allow(clippy::too_many_arguments, reason = "the seam's")]
    fn add_slot(
        &self,
        python: Python<'_>,
        peer: String,
        slot: String,
        kind: &str,
        mid: String,
        ssrc: u32,
        rtx_ssrc: Option<u32>,
        codecs: Vec<CodecArgument>,
        extensions: Mapping,
    ) -> PyResult<()> {
        let line = SlotLine {
            kind: crate::arguments::kind(kind)?,
            mid,
            ssrc,
            rtx_ssrc,
            codecs: codecs.into_iter().map(Into::into).collect(),
            extensions: extensions.into_iter().collect(),
        };
        self.command(python, peer, move |engine, peer, now, _| engine.add_slot(peer, &slot, line, now))
    }

    fn route(
        &self,
        python: Python<'_>,
        slot: String,
        publication: Option<String>,
        max_height: u32,
        max_temporal: u8,
        priority: i32,
    ) -> PyResult<()> {
        let wish = Wish { max_height, max_temporal, priority };
        self.command(python, slot, move |engine, slot, now, _| engine.route(slot, publication.as_deref(), wish, now))
    }

    fn route_speakers(&self, python: Python<'_>, peer: String, room: String) -> PyResult<()> {
        self.command(python, peer, move |engine, peer, now, _| engine.route_speakers(peer, &room, now))
    }

    fn set_paused(&self, python: Python<'_>, item: String, paused: bool) -> PyResult<()> {
        self.command(python, item, move |engine, item, now, _| engine.set_paused(item, paused, now))
    }

    fn remove(&self, python: Python<'_>, item: String) -> PyResult<()> {
        self.command(python, item, |engine, item, now, _| engine.remove(item, now))
    }

    fn request_keyframe(&self, python: Python<'_>, publication: String) -> PyResult<()> {
        self.command(python, publication, |engine, publication, now, _| engine.request_keyframe(publication, now))
    }

    fn stats(&self, python: Python<'_>) -> PyResult<counters::Engine> {
        let command = |engine: &mut Core, _: Instant, _: &mut dyn Transmit| (engine.stats(), thread_cpu_time());
        let waiting = self.with_thread(|thread| thread.events().waiting());
        let stats = python.detach(|| self.with_thread(|thread| thread.call(command))).map_err(errors::closed)?;
        let (stats, cpu_time) = stats;
        Ok(counters::Engine::new(stats, cpu_time, waiting))
    }

    fn peer_stats(&self, python: Python<'_>, peers: Vec<String>) -> PyResult<BTreeMap<String, counters::Peer>> {
        let command = move |engine: &mut Core, now: Instant, _: &mut dyn Transmit| {
            let of_peer = |peer: String| engine.peer_stats(&peer, now).ok().map(|stats| (peer, stats));
            peers.into_iter().filter_map(of_peer).collect::<Vec<_>>()
        };
        let found = python.detach(|| self.with_thread(|thread| thread.call(command))).map_err(errors::closed)?;
        Ok(found.into_iter().map(|(peer, stats)| (peer, stats.into())).collect())
    }

    fn close(&self, python: Python<'_>) {
        python.detach(|| self.thread.write().unwrap_or_else(std::sync::PoisonError::into_inner).close());
    }
}

impl Engine {
    fn with_thread<R>(&self, use_it: impl FnOnce(&EngineThread) -> R) -> R {
        use_it(&self.thread.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Runs a command on the engine's thread; `about` names what it is about.
    fn command(
        &self,
        python: Python<'_>,
        about: String,
        run: impl FnOnce(&mut Core, &str, Instant, &mut dyn Transmit) -> Result<(), CommandError> + Send + 'static,
    ) -> PyResult<()> {
        let command = move |engine: &mut Core, now: Instant, out: &mut dyn Transmit| {
            let done = run(engine, &about, now, out);
            done.map_err(|error| (error, about))
        };
        let done = python.detach(|| self.with_thread(|thread| thread.call(command))).map_err(errors::closed)?;
        done.map_err(|(error, about)| errors::refused(error, &about))
    }
}

fn to_pair(address: &SocketAddr) -> Address {
    (address.ip().to_string(), address.port())
}
