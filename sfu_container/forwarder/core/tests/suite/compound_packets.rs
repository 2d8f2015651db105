//! Going through compound packets, sound and broken.

use parley_forwarder_core::bytes::Writer;
use parley_forwarder_core::rtcp::{
    Compound, Packet, RtcpError, write_cname, write_picture_loss, write_receiver_report,
};

use crate::support::hex;

fn kinds(bytes: &[u8]) -> Vec<Result<&'static str, RtcpError>> {
    let kind = |packet: Packet<'_>| match packet {
        Packet::SenderReport(_) => "SR",
        Packet::ReceiverReport(_) => "RR",
        Packet::SourceDescription(_) => "SDES",
        Packet::Goodbye(_) => "BYE",
        Packet::Nack(_) => "NACK",
        Packet::TransportFeedback(_) => "TWCC",
        Packet::PictureLoss(_) => "PLI",
        Packet::FullIntraRequests(_) => "FIR",
        Packet::ReceiverBitrate(_) => "REMB",
        Packet::Other { .. } => "other",
    };
    Compound::new(bytes).map(|packet| packet.map(kind)).collect()
}

#[test]
fn writers_in_a_row_make_a_compound() {
    let mut buffer = [0; 100];
    let mut out = Writer::new(&mut buffer);
    write_receiver_report(&mut out, 1, &[]).unwrap();
    write_cname(&mut out, 1, b"node").unwrap();
    write_picture_loss(&mut out, 1, 2).unwrap();
    assert_eq!(kinds(out.written()), [Ok("RR"), Ok("SDES"), Ok("PLI")]);
}

#[test]
fn a_writer_that_fails_leaves_what_stood_before_it() {
    let mut buffer = [0; 19];
    let mut out = Writer::new(&mut buffer);
    write_receiver_report(&mut out, 1, &[]).unwrap();
    assert!(write_picture_loss(&mut out, 1, 2).is_err());
    assert_eq!(kinds(out.written()), [Ok("RR")]);
}

#[test]
fn cnames_of_every_length_come_back() {
    for len in 0..=255 {
        let name = vec![b'n'; len];
        let mut buffer = [0; 300];
        let mut out = Writer::new(&mut buffer);
        write_cname(&mut out, 77, &name).unwrap();
        assert_eq!(out.len() % 4, 0);
        let Some(Ok(Packet::SourceDescription(description))) = Compound::new(out.written()).next() else {
            panic!("not read as SDES: {len}");
        };
        assert_eq!(description.cnames().collect::<Vec<_>>(), [(77, &name[..])]);
    }
    assert!(write_cname(&mut Writer::new(&mut [0; 400]), 77, &[0; 256]).is_err());
}

#[test]
fn a_description_of_several_sources_is_read_over_other_items() {
    // The first source has a tool item before its name and a second name after it, the other source nothing at all.
    let bytes = hex("82ca 0007 00000001 0602 7474 0103 616263 0101 7a 00 000000 00000002 00000000");
    let Some(Ok(Packet::SourceDescription(description))) = Compound::new(&bytes).next() else {
        panic!("not read as SDES");
    };
    assert_eq!(description.cnames().collect::<Vec<_>>(), [(1, &b"abc"[..])]);
}

#[test]
fn a_goodbye_names_the_streams_that_ended() {
    let bytes = hex("82cb 0003 00000001 00000002 02627900");
    let Some(Ok(Packet::Goodbye(goodbye))) = Compound::new(&bytes).next() else { panic!("not read as BYE") };
    assert_eq!(goodbye.ssrcs().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn padding_is_taken_off() {
    // A goodbye that claims two sources but has one and a word of padding.
    assert_eq!(kinds(&hex("a2cb 0002 00000001 00000004")), [Err(RtcpError::BadContent)]);
    assert_eq!(kinds(&hex("a1cb 0002 00000001 00000004")), [Ok("BYE")]);
    for padding in ["00", "09"] {
        let bytes = hex(&format!("a1cb 0002 00000001 000000{padding}"));
        assert_eq!(kinds(&bytes), [Err(RtcpError::BadFraming)]);
    }
}

#[test]
fn bad_content_costs_one_packet_and_bad_framing_the_rest() {
    let pli = "81ce 0002 00000001 00000002";
    let short_report = "81c9 0001 00000001";
    let unknown = "80cc 0001 00000001";
    let compound = |parts: &[&str]| hex(&parts.concat());
    assert_eq!(kinds(&compound(&[short_report, unknown, pli])), [Err(RtcpError::BadContent), Ok("other"), Ok("PLI")]);
    assert_eq!(kinds(&compound(&[pli, "41ce 0002 00000001 00000002", pli])), [Ok("PLI"), Err(RtcpError::BadFraming)]);
    assert_eq!(kinds(&compound(&[pli, "81ce 0003 00000001 00000002"])), [Ok("PLI"), Err(RtcpError::BadFraming)]);
    assert_eq!(kinds(&compound(&[pli, "81ce00"])), [Ok("PLI"), Err(RtcpError::BadFraming)]);
}
