//! SRTP and SRTCP: what is authentic comes through once, everything else never, whatever came before.

use std::collections::HashSet;

use parley_forwarder_core::rtp::Header;
use parley_forwarder_core::srtp::{Profile, ReceiveContext, SendContext, SendState, SrtpError};

use crate::bytes::{Input, secret_of};

const SSRCS: u32 = 3;
const ROOM: usize = 32;

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let mut link = Link::new(input.choose(&Profile::ALL), &secret_of(data));
    while !input.is_empty() {
        match input.u8() % 4 {
            0 => link.receive_raw(input.bytes()),
            1 => link.replay(input.u8()),
            2 => link.exchange_rtp(&mut input),
            _ => link.exchange_rtcp(&mut input),
        }
    }
}

struct Link {
    sender: SendContext,
    states: Vec<SendState>,
    receiver: ReceiveContext,
    accepted: Vec<Vec<u8>>,
    made: HashSet<Vec<u8>>,
}

impl Link {
    fn new(profile: Profile, secret: &[u8; 20]) -> Self {
        let master: Vec<u8> = secret.iter().copied().cycle().take(profile.key_len() + profile.salt_len()).collect();
        Self {
            sender: SendContext::new(profile, &master).expect("as long as the profile says"),
            states: (0..SSRCS).map(SendState::new).collect(),
            receiver: ReceiveContext::new(profile, &master).expect("as long as the profile says"),
            accepted: Vec::new(),
            made: HashSet::new(),
        }
    }

    fn receive(&mut self, mut packet: Vec<u8>) -> Result<Vec<u8>, SrtpError> {
        let is_rtcp = packet.get(1).is_some_and(|kind| (192..=223).contains(kind));
        let len = if is_rtcp {
            self.receiver.unprotect_rtcp(&mut packet)?
        } else {
            let header = Header::parse(&packet)?;
            self.receiver.unprotect_rtp(&mut packet, &header)?
        };
        packet.truncate(len);
        Ok(packet)
    }

    /// Nobody guesses a tag; what the sender made may be among the bytes.
    fn receive_raw(&mut self, data: &[u8]) {
        let is_forged = !self.made.contains(data);
        assert!(self.receive(data.to_vec()).is_err() || !is_forged);
    }

    fn replay(&mut self, which: u8) {
        if let Some(packet) = self.accepted.get(usize::from(which)) {
            let again = self.receive(packet.clone());
            assert!(matches!(again, Err(SrtpError::Replayed | SrtpError::TooOld | SrtpError::NotAuthentic)));
        }
    }

    fn exchange_rtp(&mut self, input: &mut Input<'_>) {
        let (which, sequence) = (u32::from(input.u8()) % SSRCS, input.u16());
        let mut plain = vec![0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        plain[2..4].copy_from_slice(&sequence.to_be_bytes());
        plain[8..12].copy_from_slice(&which.to_be_bytes());
        let damage = input.array();
        plain.extend(input.bytes());
        let mut packet = plain.clone();
        packet.resize(plain.len() + ROOM, 0);
        let state = &mut self.states[which as usize];
        if let Ok(len) = self.sender.protect_rtp(state, &mut packet, 12, plain.len()) {
            packet.truncate(len);
            self.deliver(packet, damage, &plain);
        }
    }

    fn exchange_rtcp(&mut self, input: &mut Input<'_>) {
        let mut plain = vec![0x80, 201, 0, 1, 0, 0, 0, input.u8() % SSRCS as u8];
        let damage = input.array();
        plain.extend(input.bytes());
        let mut packet = plain.clone();
        packet.resize(plain.len() + ROOM, 0);
        if let Ok(len) = self.sender.protect_rtcp(&mut packet, plain.len()) {
            packet.truncate(len);
            self.deliver(packet, damage, &plain);
        }
    }

    /// A damaged packet is refused and leaves no trace; then the good one passes, unless it is too old or its place in the
    /// sequence is misjudged after a jump.
    fn deliver(&mut self, packet: Vec<u8>, [at, bits]: [u8; 2], plain: &[u8]) {
        self.made.insert(packet.clone());
        if bits != 0 {
            let mut damaged = packet.clone();
            let at = usize::from(at) % damaged.len();
            damaged[at] ^= bits;
            assert!(self.receive(damaged).is_err());
        }
        if let Ok(opened) = self.receive(packet.clone()) {
            assert_eq!(opened, plain);
            self.accepted.push(packet);
        }
    }
}
