//! What the engine tells its caller.

use crate::negotiated::Id;
use crate::path::Path;

/// News, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A check with USE-CANDIDATE was valid. Again after a restart or when the Peer's address changed.
    IceConnected {
        /// Whose.
        peer: Id,
        /// Where the Peer is.
        path: Path,
    },
    /// Nothing valid came for the timeout. The Peer stays until it is removed, and may come back.
    IceLost {
        /// Whose.
        peer: Id,
    },
    /// A DTLS datagram.
    DtlsReceived {
        /// From whom.
        peer: Id,
        /// As it came.
        data: Vec<u8>,
    },
    /// The first packet of an encoding came.
    StreamStarted {
        /// Of which Publication.
        publication: Id,
        /// Which encoding.
        rid: Option<Id>,
        /// Under which SSRC.
        ssrc: u32,
    },
    /// The Slot now carries this encoding, or nothing. Raised at the switch, not at the wish.
    SlotChanged {
        /// Which Slot.
        slot: Id,
        /// What it carries.
        publication: Option<Id>,
        /// Which encoding of it.
        rid: Option<Id>,
    },
    /// The publisher need not send all encodings of a Publication any more, or has to send more of them again.
    EncodingsWanted {
        /// Who publishes it.
        peer: Id,
        /// Of which Publication.
        publication: Id,
        /// The name of each encoding, and whether somebody is to receive it; the lowest first.
        encodings: Vec<(Option<Id>, bool)>,
    },
    /// The Slot cannot carry the Publication that it shall: its receiver did not negotiate the codec. It is empty now.
    CodecUnsupported {
        /// Which Slot.
        slot: Id,
        /// What it shall carry.
        publication: Id,
        /// The name of the codec.
        codec: String,
    },
    /// Who is heard.
    SpeakersChanged {
        /// Where.
        room: Id,
        /// Publications that are heard, loudest first, with their level in -dBov (RFC 6464).
        levels: Vec<(Id, u8)>,
        /// Who has the floor.
        dominant: Option<Id>,
    },
    /// A keyframe that was asked for did not come in time.
    KeyframeTimeout {
        /// Whose.
        publication: Id,
    },
}

coded_error! {
    /// Why a command was refused. Nothing has changed then.
    pub enum CommandError {
        /// There is no Peer, Publication or Slot of that name.
        UnknownId => "unknownId",
        /// The name is taken.
        IdInUse => "idInUse",
        /// The ICE user fragment is taken.
        UfragInUse => "ufragInUse",
        /// Another Peer is at that address, or the Peer has a fixed one.
        AddressInUse => "addressInUse",
        /// The m-line has a Publication.
        LineInUse => "lineInUse",
        /// The Peer has a Slot with that SSRC, or had one under the same keys.
        SsrcInUse => "ssrcInUse",
        /// The keying material does not have the profile's length.
        WrongKeyLength => "wrongSrtpKeyLength",
        /// A payload type above 127, an extension id of 0, a clock rate of 0, or a name longer than 255 bytes.
        BadValue => "badValue",
    }
}
