//! What a publisher writes into its payloads so that a subscriber can check them: a mark, and when they were sent.

/// Of the VP8 payload descriptor with a picture id and the start of a frame, padded, in bytes.
pub const OFFSET: usize = 16;
/// Of the mark and the time, in bytes.
pub const LEN: usize = 16;

const MARK: [u8; 8] = *b"loadgen1";

/// Writes the mark and `sent`, nanoseconds of wall time, into a payload.
pub fn write(payload: &mut [u8], sent: u64) {
    payload[OFFSET..OFFSET + 8].copy_from_slice(&MARK);
    payload[OFFSET + 8..OFFSET + LEN].copy_from_slice(&sent.to_be_bytes());
}

/// When a payload was sent, or `None` where it is not what a publisher wrote.
pub fn read(payload: &[u8]) -> Option<u64> {
    let time = payload.get(OFFSET..OFFSET + LEN)?.strip_prefix(&MARK)?;
    Some(u64::from_be_bytes(time.try_into().ok()?))
}
