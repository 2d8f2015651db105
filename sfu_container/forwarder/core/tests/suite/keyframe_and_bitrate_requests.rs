//! PLI, FIR and REMB.

use parley_forwarder_core::bytes::{WriteError, Writer};
use parley_forwarder_core::rtcp::{
    Compound, FullIntraRequest, Packet, PictureLoss, write_full_intra_request, write_picture_loss,
    write_receiver_bitrate,
};
use proptest::prelude::*;

use crate::support::hex;

#[test]
fn a_picture_loss_indication_names_sender_and_stream() {
    let mut buffer = [0; 12];
    let mut out = Writer::new(&mut buffer);
    write_picture_loss(&mut out, 1, 2).unwrap();
    assert_eq!(out.written(), hex("81ce0002 00000001 00000002"));
    let Some(Ok(Packet::PictureLoss(loss))) = Compound::new(out.written()).next() else { panic!("not read as PLI") };
    assert_eq!(loss, PictureLoss { sender_ssrc: 1, media_ssrc: 2 });
}

#[test]
fn a_full_intra_request_is_numbered() {
    let mut buffer = [0; 20];
    let mut out = Writer::new(&mut buffer);
    write_full_intra_request(&mut out, 1, FullIntraRequest { ssrc: 2, sequence: 3 }).unwrap();
    assert_eq!(out.written(), hex("84ce0004 00000001 00000000 00000002 03000000"));
}

#[test]
fn several_full_intra_requests_may_share_a_packet() {
    let bytes = hex("84ce0006 00000001 00000000 00000002 03000000 00000004 05000000");
    let Some(Ok(Packet::FullIntraRequests(requests))) = Compound::new(&bytes).next() else {
        panic!("not read as FIR");
    };
    let requests: Vec<_> = requests.requests().map(|request| (request.ssrc, request.sequence)).collect();
    assert_eq!(requests, [(2, 3), (4, 5)]);
}

#[test]
fn an_estimate_is_a_mantissa_and_an_exponent() {
    let mut buffer = [0; 28];
    let mut out = Writer::new(&mut buffer);
    write_receiver_bitrate(&mut out, 1, 3_000_000, &[7, 8]).unwrap();
    // 3,000,000 is 187,500 × 2^4.
    assert_eq!(out.written(), hex("8fce0006 00000001 00000000 52454d42 0212dc6c 00000007 00000008"));
    let Some(Ok(Packet::ReceiverBitrate(estimate))) = Compound::new(out.written()).next() else {
        panic!("not read as REMB");
    };
    assert_eq!(estimate.bitrate, 3_000_000);
    assert_eq!(estimate.ssrcs().collect::<Vec<_>>(), [7, 8]);
}

#[test]
fn an_estimate_beyond_64_bits_is_the_greatest_number() {
    let bytes = hex("8fce0004 00000001 00000000 52454d42 00ffffff");
    let Some(Ok(Packet::ReceiverBitrate(estimate))) = Compound::new(&bytes).next() else { panic!("not read as REMB") };
    assert_eq!(estimate.bitrate, u64::MAX);
}

#[test]
fn other_application_feedback_is_none_of_ours() {
    let bytes = hex("8fce0003 00000001 00000000 4f544852");
    assert!(matches!(Compound::new(&bytes).next(), Some(Ok(Packet::Other { packet_type: 206, count: 15 }))));
}

#[test]
fn too_many_streams_for_an_estimate_are_refused() {
    let mut buffer = [0; 2_000];
    let mut out = Writer::new(&mut buffer);
    assert_eq!(write_receiver_bitrate(&mut out, 1, 1, &[0; 256]), Err(WriteError::ValueTooLarge));
    assert!(out.is_empty());
}

proptest! {
    #[test]
    fn an_estimate_loses_less_than_one_part_in_131072(bitrate: u64) {
        let mut buffer = [0; 20];
        let mut out = Writer::new(&mut buffer);
        write_receiver_bitrate(&mut out, 1, bitrate, &[]).unwrap();
        let Some(Ok(Packet::ReceiverBitrate(estimate))) = Compound::new(out.written()).next() else {
            panic!("not read as REMB");
        };
        prop_assert!(estimate.bitrate <= bitrate && bitrate - estimate.bitrate <= bitrate >> 17);
    }
}
