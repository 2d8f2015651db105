//! A Peer: its path and keys, what it sends and what it is sent.

use std::collections::HashSet;
use std::time::Duration;

use crate::arena::Key;
use crate::arrivals::Arrivals;
use crate::budget::Budget;
use crate::downlink::Downlink;
use crate::extension_ids::{ExtensionIds, Known};
use crate::fast_hash::FastMap;
use crate::ice::IceAgent;
use crate::negotiated::{Encoding, Id};
use crate::publication::Publication;
use crate::rate_meter::RateMeter;
use crate::rtp::{Header, known_extension};
use crate::slot::Slot;
use crate::speakers::Room;
use crate::srtp::{MAX_STREAMS, ReceiveContext, SendContext};
use crate::stats::StreamStats;
use crate::stream::{RepairStream, Stream};
use crate::time::Instant;

/// SSRCs that a Peer may name itself by.
const MAX_IDENTITIES: usize = 4 * MAX_STREAMS;

/// Datagrams: a handshake, and what a data channel for events takes. Each costs the caller far more than a packet.
const DTLS_BURST: u32 = 256;
const DTLS_PER_SECOND: u32 = 200;
/// Bytes, and packets that feedback is about: several times what a viewer of 50 Mbit/s sends.
const RTCP_BURST: u32 = 1 << 16;
const RTCP_PER_SECOND: u32 = 1 << 16;
/// Packets: a screen at 60 Mbit/s in small ones, with all that RTX repeats of it.
const RTP_BURST: u32 = 1 << 14;
const RTP_PER_SECOND: u32 = 1 << 14;

pub(crate) struct Keys {
    pub(crate) receive: ReceiveContext,
    pub(crate) send: SendContext,
}

/// What an SSRC has said of itself. It says so only at first, so this outlives Publications of the same m-line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) mid: Box<str>,
    pub(crate) rid: Option<Box<str>>,
    pub(crate) repairs: bool,
}

/// What an SSRC turned out to be.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    Media(Key<Stream>),
    Repair(Key<RepairStream>),
}

/// The ids of the extensions that tell streams apart. All m-lines of a bundle use the same ids (RFC 8843, section 9), so
/// those of one Publication serve to read all.
#[derive(Default)]
struct IdentifyingIds {
    mid: Option<u8>,
    rid: Option<u8>,
    repaired_rid: Option<u8>,
    transport_sequence: Option<u8>,
}

pub(crate) struct Peer {
    pub(crate) id: Id,
    pub(crate) ice: IceAgent,
    pub(crate) keys: Option<Keys>,
    pub(crate) room: Option<Key<Room>>,
    pub(crate) publications: Vec<Key<Publication>>,
    pub(crate) slots: Vec<Key<Slot>>,
    pub(crate) sources: FastMap<u32, Source>,
    pub(crate) arrivals: Arrivals,
    /// What it sent, and what it was sent; `lost` is told by the streams and the Slots.
    pub(crate) received: StreamStats,
    pub(crate) sent: StreamStats,
    pub(crate) dtls_budget: Budget,
    pub(crate) rtcp_budget: Budget,
    rtp_budget: Budget,
    pub(crate) received_meter: RateMeter,
    pub(crate) sent_meter: RateMeter,
    /// Of the last report that told one.
    pub(crate) round_trip: Option<Duration>,
    /// Where the Peer tells of what arrives.
    pub(crate) downlink: Option<Box<Downlink>>,
    /// Of streams that are gone.
    pub(crate) lost_before: i64,
    pub(crate) next_transport_sequence: u16,
    /// A stream of the Peer, which transport-wide feedback has to name.
    pub(crate) any_ssrc: u32,
    identities: FastMap<u32, Identity>,
    /// SSRCs whose encoding goes on under another. They do not come back: two that took turns would cause no end of
    /// events.
    pub(crate) replaced: HashSet<u32>,
    ids: IdentifyingIds,
    /// Those of Slots that are gone. A second stream under one SSRC and key would break the cipher.
    pub(crate) spent_ssrcs: HashSet<u32>,
}

impl Peer {
    pub(crate) fn new(id: Id, ice: IceAgent) -> Self {
        Self {
            id,
            ice,
            keys: None,
            room: None,
            publications: Vec::new(),
            slots: Vec::new(),
            sources: FastMap::default(),
            arrivals: Arrivals::default(),
            received: StreamStats::default(),
            sent: StreamStats::default(),
            dtls_budget: Budget::new(DTLS_BURST, DTLS_PER_SECOND),
            rtcp_budget: Budget::new(RTCP_BURST, RTCP_PER_SECOND),
            rtp_budget: Budget::new(RTP_BURST, RTP_PER_SECOND),
            received_meter: RateMeter::default(),
            sent_meter: RateMeter::default(),
            round_trip: None,
            downlink: None,
            lost_before: 0,
            next_transport_sequence: 0,
            any_ssrc: 0,
            identities: FastMap::default(),
            replaced: HashSet::new(),
            ids: IdentifyingIds::default(),
            spent_ssrcs: HashSet::new(),
        }
    }

    /// Learns the extensions and the announced SSRCs of an m-line.
    pub(crate) fn expect(&mut self, mid: &str, encodings: &[Encoding], extensions: &ExtensionIds) {
        self.ids.mid = extensions.id(Known::Mid).or(self.ids.mid);
        self.ids.rid = extensions.id(Known::Rid).or(self.ids.rid);
        self.ids.repaired_rid = extensions.id(Known::RepairedRid).or(self.ids.repaired_rid);
        self.ids.transport_sequence = extensions.id(Known::TransportSequence).or(self.ids.transport_sequence);
        for encoding in encodings {
            let identity = |repairs| Identity { mid: mid.into(), rid: encoding.rid.as_deref().map(Box::from), repairs };
            if let Some(ssrc) = encoding.ssrc {
                self.replaced.remove(&ssrc);
                self.identities.insert(ssrc, identity(false));
            }
            if let Some(ssrc) = encoding.rtx_ssrc {
                self.identities.insert(ssrc, identity(true));
            }
        }
    }

    /// How what is sent fits the path, of which the Peer has told something now.
    pub(crate) fn downlink_or_new(&mut self, now: Instant) -> &mut Downlink {
        self.downlink.get_or_insert_with(|| Box::new(Downlink::without_arrivals(now)))
    }

    /// Frees the replay window of a stream that is gone, where it is refused from now on, or where so many are kept that
    /// new streams would soon find no place. Else it stays, for the stream may come back under the same SSRC.
    pub(crate) fn free_replay_window(&mut self, ssrc: u32) {
        let is_refused = self.replaced.contains(&ssrc);
        if let Some(keys) =
            self.keys.as_mut().filter(|keys| is_refused || keys.receive.stream_count() > MAX_STREAMS / 2)
        {
            keys.receive.forget_stream(ssrc);
        }
    }

    /// Takes an RTP packet from what the Peer may send. At a fixed address it may be the pipe from another node, which
    /// brings what many publish.
    pub(crate) fn may_send_media(&mut self, now: Instant) -> bool {
        self.ice.is_fixed() || self.rtp_budget.take(1, now)
    }

    /// Notes the transport-wide number of a packet.
    pub(crate) fn note_arrival(&mut self, header: &Header, packet: &[u8], now: Instant) {
        let number = self.ids.transport_sequence.and_then(|id| header.extension(packet, id));
        if let Some(number) = number.and_then(known_extension::transport_sequence) {
            self.any_ssrc = header.ssrc;
            self.arrivals.record(number, now);
        }
    }

    /// Which m-line and encoding a packet of an unbound SSRC belongs to.
    pub(crate) fn identify(&mut self, header: &Header, packet: &[u8]) -> Result<Identity, crate::DropReason> {
        let text = |id: Option<u8>| str::from_utf8(header.extension(packet, id?)?).ok();
        let known = self.identities.get(&header.ssrc);
        let Some(mid) = text(self.ids.mid) else { return known.cloned().ok_or(crate::DropReason::UnknownStream) };
        if known.is_none() && self.identities.len() >= MAX_IDENTITIES {
            return Err(crate::DropReason::TooManyStreams);
        }
        let repaired = text(self.ids.repaired_rid);
        let rid = repaired.or_else(|| text(self.ids.rid));
        if let Some(known) = known.filter(|known| *known.mid == *mid && rid.is_none()) {
            return Ok(known.clone());
        }
        let identity = Identity { mid: mid.into(), rid: rid.map(Box::from), repairs: repaired.is_some() };
        self.identities.insert(header.ssrc, identity.clone());
        Ok(identity)
    }
}
