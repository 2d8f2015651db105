//! A track that a Peer publishes: its encodings as they are negotiated and as they flow, and the Slots it goes to.

use crate::arena::Key;
use crate::extension_ids::{ExtensionIds, Known};
use crate::interest::EncodingInterest;
use crate::negotiated::{Codec, Encoding, Id, MediaKind, PublicationLine};
use crate::peer::Peer;
use crate::slot::Slot;
use crate::speakers::AudioLevel;
use crate::stream::Stream;
use crate::time::Instant;

pub(crate) struct Publication {
    pub(crate) id: Id,
    pub(crate) peer: Key<Peer>,
    pub(crate) kind: MediaKind,
    pub(crate) mid: String,
    pub(crate) encodings: Vec<Encoding>,
    pub(crate) codecs: Vec<Codec>,
    pub(crate) extensions: ExtensionIds,
    pub(crate) audio_level_id: Option<u8>,
    pub(crate) dependency_id: Option<u8>,
    pub(crate) is_paused: bool,
    pub(crate) level: AudioLevel,
    pub(crate) interest: EncodingInterest,
    /// In the order of the encodings, those that have begun.
    pub(crate) streams: Vec<Option<Key<Stream>>>,
    /// The Slots that carry it or wish to.
    pub(crate) slots: Vec<Key<Slot>>,
}

impl Publication {
    pub(crate) fn new(id: Id, peer: Key<Peer>, line: PublicationLine, now: Instant) -> Self {
        let encodings = all_or_one(line.encodings);
        let mut publication = Self {
            id,
            peer,
            kind: line.kind,
            mid: line.mid,
            streams: vec![None; encodings.len()],
            interest: EncodingInterest::new(encodings.len(), now),
            encodings,
            codecs: line.codecs,
            audio_level_id: None,
            dependency_id: None,
            extensions: ExtensionIds::default(),
            is_paused: false,
            level: AudioLevel::default(),
            slots: Vec::new(),
        };
        publication.take_extensions(ExtensionIds::new(line.extensions));
        publication
    }

    /// Takes what was negotiated anew.
    pub(crate) fn renegotiate(&mut self, line: PublicationLine) {
        self.codecs = line.codecs;
        self.take_extensions(ExtensionIds::new(line.extensions));
    }

    fn take_extensions(&mut self, extensions: ExtensionIds) {
        self.audio_level_id = extensions.id(Known::AudioLevel);
        self.dependency_id = extensions.id(Known::DependencyDescriptor);
        self.extensions = extensions;
    }

    /// Whether another m-line is the same as far as this cannot change.
    pub(crate) fn is_same_line(&self, line: &PublicationLine) -> bool {
        let encodings = all_or_one(line.encodings.clone());
        (self.kind, &self.mid, &self.encodings) == (line.kind, &line.mid, &encodings)
    }

    /// The encoding that packets with this rid belong to; a Publication of one encoding needs no rid.
    pub(crate) fn encoding(&self, rid: Option<&str>) -> Option<usize> {
        if self.encodings.len() == 1 {
            return Some(0);
        }
        self.encodings.iter().position(|encoding| encoding.rid.as_deref() == rid)
    }

    pub(crate) fn stream(&self, encoding: usize) -> Option<Key<Stream>> {
        self.streams.get(encoding).copied().flatten()
    }

    pub(crate) fn codec(&self, payload_type: u8) -> Option<&Codec> {
        self.codecs.iter().find(|codec| codec.payload_type == payload_type)
    }

    /// The codec that an RTX payload type repairs (`apt`).
    pub(crate) fn repaired_codec(&self, payload_type: u8) -> Option<&Codec> {
        self.codecs.iter().find(|codec| codec.rtx_payload_type == Some(payload_type))
    }

    /// The streams that have begun, lowest first.
    pub(crate) fn streams_lowest_first(&self) -> impl Iterator<Item = Key<Stream>> {
        self.streams.iter().copied().flatten()
    }
}

/// None announced means one of which nothing is known.
fn all_or_one(encodings: Vec<Encoding>) -> Vec<Encoding> {
    if encodings.is_empty() { vec![Encoding::default()] } else { encodings }
}
