//! The frames of ICE-TCP: however the bytes are cut, the same packets come out.

use parley_forwarder_core::MAX_PACKET_LEN;
use parley_forwarder_io::framing::{BadFrame, FrameDecoder};

use crate::bytes::Input;

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let cut = usize::from(input.u8()) + 1;
    let stream = input.take(usize::MAX);
    assert_eq!(decode(stream, cut), decode(stream, stream.len().max(1)));
}

/// The packets, and how the stream ended.
fn decode(stream: &[u8], cut: usize) -> (Vec<Vec<u8>>, Result<(), BadFrame>) {
    let mut decoder = FrameDecoder::default();
    let mut packets = Vec::new();
    let mut place = [0; MAX_PACKET_LEN];
    for bytes in stream.chunks(cut) {
        decoder.feed(bytes);
        loop {
            match decoder.next_packet(&mut place) {
                Ok(Some(len)) => packets.push(place[..len].to_vec()),
                Ok(None) => break,
                Err(error) => return (packets, Err(error)),
            }
        }
    }
    (packets, Ok(()))
}
