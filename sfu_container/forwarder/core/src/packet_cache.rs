//! The last packets of one stream, open, each stored once: Slots write what they send from here, also when asked for
//! a packet again.

use crate::media::MediaPacket;

/// The room for a packet of an average stream, in bytes; of one with larger packets fewer are kept.
const AVERAGE_PACKET_LEN: usize = 1_024;

#[derive(Clone)]
struct Entry {
    media: MediaPacket,
    /// Where its bytes start, counted from the first byte ever written.
    start: u64,
    len: usize,
}

/// A ring of bytes with a ring of entries. All its memory is taken when it is made.
pub(crate) struct PacketCache {
    bytes: Box<[u8]>,
    entries: Box<[Option<Entry>]>,
    written: u64,
    newest: u64,
    batch: Batch,
}

/// What was stored since the last flush.
#[derive(Default)]
struct Batch {
    number: u64,
    packets: usize,
    /// What had been written before.
    start: u64,
}

impl PacketCache {
    /// Room for `packets` packets.
    pub(crate) fn new(packets: usize) -> Self {
        let packets = packets.max(1);
        Self {
            bytes: vec![0; packets * AVERAGE_PACKET_LEN].into(),
            entries: vec![None; packets].into(),
            written: 0,
            newest: 0,
            batch: Batch::default(),
        }
    }

    /// Keeps a packet instead of the oldest.
    pub(crate) fn store(&mut self, media: MediaPacket, packet: &[u8]) {
        let capacity = self.bytes.len() as u64;
        let (len, at) = (packet.len() as u64, self.written % capacity);
        if len > capacity {
            return;
        }
        // A packet that would run over the end starts at the beginning.
        let start = if at + len > capacity { self.written + capacity - at } else { self.written };
        let from = (start % capacity) as usize;
        let (Some(place), Some(entry)) = (
            self.bytes.get_mut(from..from + packet.len()),
            self.entries.get_mut((media.index % self.entries.len() as u64) as usize),
        ) else {
            return;
        };
        place.copy_from_slice(packet);
        *entry = Some(Entry { media, start, len: packet.len() });
        self.written = start + len;
        self.newest = self.newest.max(media.index);
    }

    /// Notes that the last packet came in that batch. True when so many did that the next ones would soon overwrite the
    /// first, of which Slots have staged no more than where they are.
    pub(crate) fn is_crowded_by(&mut self, batch: u64) -> bool {
        if self.batch.number != batch {
            self.batch = Batch { number: batch, packets: 0, start: self.written };
        }
        self.batch.packets += 1;
        self.batch.packets > self.entries.len() / 2 || self.written - self.batch.start > self.bytes.len() as u64 / 2
    }

    /// The packet `index` and its bytes, if it is still there.
    pub(crate) fn get(&self, index: u64) -> Option<(&MediaPacket, &[u8])> {
        let entry = self.entries.get((index % self.entries.len() as u64) as usize)?.as_ref()?;
        let capacity = self.bytes.len() as u64;
        if entry.media.index != index || self.written - entry.start > capacity {
            return None;
        }
        let from = (entry.start % capacity) as usize;
        Some((&entry.media, self.bytes.get(from..from + entry.len)?))
    }

    /// The highest index stored.
    pub(crate) const fn newest(&self) -> u64 {
        self.newest
    }
}
