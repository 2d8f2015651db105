//! What a test knows of a packet whatever a forwarder makes of it: it stands at the end of the payload.

/// The most frames that a frame needs.
const MAX_NEEDED: usize = 2;
pub const MARK_LEN: usize = 12 + 4 * MAX_NEEDED;

/// Where a packet comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The stream as it was published.
    pub ssrc: u32,
    /// Counts the frames of a publisher, all layers of a picture one after another.
    pub frame: u32,
    pub part: u8,
    pub parts: u8,
    /// The frames of the same stream without which it cannot be decoded.
    pub needed: Vec<u32>,
}

impl Mark {
    pub fn write(&self, payload: &mut Vec<u8>) {
        payload.extend(self.ssrc.to_be_bytes());
        payload.extend(self.frame.to_be_bytes());
        payload.extend([self.part, self.parts, self.needed.len() as u8, 0x55]);
        for place in 0..MAX_NEEDED {
            payload.extend(self.needed.get(place).copied().unwrap_or_default().to_be_bytes());
        }
    }

    pub fn read(payload: &[u8]) -> Self {
        let mark = &payload[payload.len() - MARK_LEN..];
        let number = |at: usize| u32::from_be_bytes(mark[at..at + 4].try_into().unwrap());
        let needed = (0..usize::from(mark[10])).map(|place| number(12 + 4 * place)).collect();
        Self { ssrc: number(0), frame: number(4), part: mark[8], parts: mark[9], needed }
    }
}
