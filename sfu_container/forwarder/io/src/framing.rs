//! Packets over TCP, each after its length in two bytes (RFC 4571).

use parley_forwarder_core::MAX_PACKET_LEN;

pub(crate) const LENGTH_LEN: usize = 2;

/// A frame that is empty, or longer than any packet: its connection is to be closed.
#[derive(Debug, PartialEq, Eq)]
pub struct BadFrame;

/// Cuts the bytes of one connection into packets.
#[derive(Default)]
pub struct FrameDecoder {
    bytes: Vec<u8>,
    taken: usize,
}

impl FrameDecoder {
    /// Takes bytes in the order in which they came.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// Copies the next whole packet into `out` and returns its length; `None` when more bytes are needed. What is left
    /// then is less than one frame.
    ///
    /// # Errors
    /// [`BadFrame`].
    pub fn next_packet(&mut self, out: &mut [u8; MAX_PACKET_LEN]) -> Result<Option<usize>, BadFrame> {
        let rest = self.bytes.get(self.taken..).unwrap_or_default();
        let Some((length, rest)) = rest.split_first_chunk::<LENGTH_LEN>() else { return Ok(None) };
        let len = usize::from(u16::from_be_bytes(*length));
        let place = out.get_mut(..len).filter(|place| !place.is_empty()).ok_or(BadFrame)?;
        let Some(packet) = rest.get(..len) else { return Ok(None) };
        place.copy_from_slice(packet);
        self.taken += LENGTH_LEN + len;
        Ok(Some(len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_out_as_they_went_in_however_the_bytes_are_cut() {
        let mut out = [0; MAX_PACKET_LEN];
        for cut in 1..7 {
            let mut decoder = FrameDecoder::default();
            let mut packets = Vec::new();
            for bytes in [0, 3, 1, 2, 3, 0, 1, 9].chunks(cut) {
                decoder.feed(bytes);
                while let Some(len) = decoder.next_packet(&mut out).unwrap() {
                    packets.push(out[..len].to_vec());
                }
            }
            assert_eq!(packets, [vec![1, 2, 3], vec![9]], "cut into {cut}");
        }
    }

    #[test]
    fn the_largest_packet_passes() {
        let mut decoder = FrameDecoder::default();
        let mut out = [0; MAX_PACKET_LEN];
        decoder.feed(&(MAX_PACKET_LEN as u16).to_be_bytes());
        decoder.feed(&[7; MAX_PACKET_LEN]);
        assert_eq!(decoder.next_packet(&mut out), Ok(Some(MAX_PACKET_LEN)));
        assert_eq!(out, [7; MAX_PACKET_LEN]);
    }

    #[test]
    fn a_frame_that_is_empty_or_longer_than_any_packet_is_refused_by_its_length_alone() {
        for len in [0, MAX_PACKET_LEN as u16 + 1, u16::MAX] {
            let mut decoder = FrameDecoder::default();
            decoder.feed(&len.to_be_bytes());
            assert_eq!(decoder.next_packet(&mut [0; MAX_PACKET_LEN]), Err(BadFrame), "{len}");
        }
    }
}
