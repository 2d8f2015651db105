//! The far end of a Peer: it has the right keys and sends whatever the input says.

use std::collections::HashMap;

use parley_forwarder_core::demux::{Protocol, classify};
use parley_forwarder_core::rtp::Header;
use parley_forwarder_core::srtp::{Profile, SendContext, SendState};
use parley_forwarder_core::{Path, Transport};

const PROTECTION_ROOM: usize = 32;

pub(super) struct FarEnd {
    pub(super) name: &'static str,
    pub(super) path: Path,
    pub(super) profile: Profile,
    /// Master key and salt.
    pub(super) keys: Vec<u8>,
    send: SendContext,
    states: HashMap<u32, SendState>,
}

impl FarEnd {
    pub(super) fn new(name: &'static str, number: u8, profile: Profile, secret: &[u8]) -> Self {
        // The same keys for all, and both ways.
        let keys: Vec<u8> = secret.iter().copied().cycle().take(profile.key_len() + profile.salt_len()).collect();
        let send = SendContext::new(profile, &keys).expect("as long as the profile says");
        Self { keys, name, path: path(number), profile, send, states: HashMap::new() }
    }

    pub(super) fn ufrag(&self, generation: u8) -> String {
        format!("{}{generation}", self.name)
    }

    /// Protects an RTP or RTCP packet; `None` for what no sender can.
    pub(super) fn protect(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let mut buffer = packet.to_vec();
        buffer.resize(packet.len() + PROTECTION_ROOM, 0);
        let len = if classify(packet)? == Protocol::Rtcp {
            self.send.protect_rtcp(&mut buffer, packet.len()).ok()?
        } else {
            let header = Header::parse(packet).ok()?;
            let state = self.states.entry(header.ssrc).or_insert_with(|| SendState::new(header.ssrc));
            self.send.protect_rtp(state, &mut buffer, header.len, packet.len()).ok()?
        };
        buffer.truncate(len);
        Some(buffer)
    }
}

/// One of the addresses that packets come from.
pub(super) fn path(number: u8) -> Path {
    Path { transport: Transport::Udp, local: 0, remote: ([192, 0, 2, number], 5_000).into() }
}
