//! Asking for lost packets.

use parley_forwarder_core::bytes::Writer;
use parley_forwarder_core::rtcp::{Compound, Packet, write_nack};
use proptest::prelude::*;

use crate::support::hex;

fn written(sequences: &[u16]) -> Vec<u8> {
    let mut buffer = [0; 1_500];
    let mut out = Writer::new(&mut buffer);
    write_nack(&mut out, 1, 2, sequences.iter().copied()).unwrap();
    out.written().to_vec()
}

fn read(bytes: &[u8]) -> Vec<u16> {
    let Some(Ok(Packet::Nack(nack))) = Compound::new(bytes).next() else { panic!("not read as NACK") };
    assert_eq!((nack.sender_ssrc, nack.media_ssrc), (1, 2));
    nack.sequences().collect()
}

#[test]
fn the_next_16_packets_share_an_entry() {
    assert_eq!(written(&[100, 101, 116, 117]), hex("81cd0004 00000001 00000002 00648001 00750000"));
}

#[test]
fn an_entry_goes_over_the_wrap() {
    let bytes = written(&[65_535, 0, 3]);
    assert_eq!(bytes, hex("81cd0003 00000001 00000002 ffff0009"));
    assert_eq!(read(&bytes), [65_535, 0, 3]);
}

proptest! {
    #[test]
    fn any_set_of_lost_packets_comes_back(start: u16, steps in prop::collection::vec(1_u16..40, 0..100)) {
        let mut sequences = vec![start];
        sequences.extend(steps.iter().scan(start, |last, step| {
            *last = last.wrapping_add(*step);
            Some(*last)
        }));
        prop_assert_eq!(read(&written(&sequences)), sequences);
    }
}
