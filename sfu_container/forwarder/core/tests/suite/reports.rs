//! Sender and Receiver Reports.

use parley_forwarder_core::bytes::{WriteError, Writer};
use parley_forwarder_core::rtcp::{
    Compound, MAX_REPORT_BLOCKS, NtpTime, Packet, ReportBlock, SenderInfo, write_receiver_report, write_sender_report,
};
use proptest::prelude::*;

use crate::support::hex;

const BLOCK: ReportBlock = ReportBlock {
    ssrc: 0xcafe,
    fraction_lost: 128,
    cumulative_lost: -2,
    highest_sequence: 0x1_0005,
    jitter: 33,
    last_sender_report: 0x1111_2222,
    delay_since_last: 65_536,
};

const INFO: SenderInfo =
    SenderInfo { ntp: NtpTime(0x0102_0304_0506_0708), rtp_timestamp: 9, packet_count: 10, octet_count: 11 };

#[test]
fn a_sender_report_is_laid_out_as_the_rfc_draws_it() {
    let mut buffer = [0; 100];
    let mut out = Writer::new(&mut buffer);
    write_sender_report(&mut out, 1, &INFO, &[BLOCK]).unwrap();
    let drawn = hex("81c8000c 00000001 01020304 05060708 00000009 0000000a 0000000b
         0000cafe 80fffffe 00010005 00000021 11112222 00010000");
    assert_eq!(out.written(), drawn);
    let Some(Ok(Packet::SenderReport(report))) = Compound::new(&drawn).next() else { panic!("not read as SR") };
    assert_eq!((report.ssrc, report.info), (1, INFO));
    assert_eq!(report.blocks().collect::<Vec<_>>(), [BLOCK]);
}

#[test]
fn losses_beyond_24_bits_are_cut_to_them() {
    for (lost, written) in [(i32::MAX, 0x7f_ffff), (i32::MIN, -0x80_0000)] {
        let mut buffer = [0; 100];
        let mut out = Writer::new(&mut buffer);
        write_receiver_report(&mut out, 1, &[ReportBlock { cumulative_lost: lost, ..BLOCK }]).unwrap();
        let Some(Ok(Packet::ReceiverReport(report))) = Compound::new(out.written()).next() else {
            panic!("not read as RR");
        };
        assert_eq!(report.blocks().next().unwrap().cumulative_lost, written);
    }
}

#[test]
fn a_report_holds_31_blocks_and_no_more() {
    let mut buffer = [0; 2_000];
    let mut out = Writer::new(&mut buffer);
    write_receiver_report(&mut out, 1, &[BLOCK; MAX_REPORT_BLOCKS]).unwrap();
    let Some(Ok(Packet::ReceiverReport(report))) = Compound::new(out.written()).next() else {
        panic!("not read as RR");
    };
    assert_eq!(report.blocks().count(), MAX_REPORT_BLOCKS);
    let mut out = Writer::new(&mut buffer);
    assert_eq!(write_receiver_report(&mut out, 1, &[BLOCK; 32]), Err(WriteError::ValueTooLarge));
    assert_eq!(write_sender_report(&mut out, 1, &INFO, &[BLOCK; 300]), Err(WriteError::ValueTooLarge));
}

prop_compose! {
    fn block()(
        ssrc: u32, fraction_lost: u8, cumulative_lost in -0x80_0000..=0x7f_ffff, highest_sequence: u32, jitter: u32,
        last_sender_report: u32, delay_since_last: u32,
    ) -> ReportBlock {
        ReportBlock {
            ssrc, fraction_lost, cumulative_lost, highest_sequence, jitter, last_sender_report, delay_since_last,
        }
    }
}

proptest! {
    #[test]
    fn any_receiver_report_comes_back(ssrc: u32, blocks in prop::collection::vec(block(), 0..=31)) {
        let mut buffer = [0; 1_000];
        let mut out = Writer::new(&mut buffer);
        write_receiver_report(&mut out, ssrc, &blocks).unwrap();
        let Some(Ok(Packet::ReceiverReport(report))) = Compound::new(out.written()).next() else {
            panic!("not read as RR");
        };
        prop_assert_eq!(report.ssrc, ssrc);
        prop_assert_eq!(report.blocks().collect::<Vec<_>>(), blocks);
    }
}
