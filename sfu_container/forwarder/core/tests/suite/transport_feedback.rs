//! Transport-wide feedback: all kinds of chunks, deltas of both sizes and signs, and the limits.

use parley_forwarder_core::bytes::{WriteError, Writer};
use parley_forwarder_core::rtcp::transport_feedback::{
    FeedbackHeader, MAX_STATUSES, PacketStatus, ReferenceClock, TransportFeedback, write_transport_feedback,
};
use parley_forwarder_core::rtcp::{Compound, Packet, RtcpError};
use proptest::prelude::*;

use crate::support::hex;

const HEADER: FeedbackHeader = FeedbackHeader { sender_ssrc: 1, media_ssrc: 2, base_sequence: 5, feedback_count: 9 };

fn read(bytes: &[u8]) -> TransportFeedback<'_> {
    match Compound::new(bytes).next() {
        Some(Ok(Packet::TransportFeedback(feedback))) => feedback,
        other => panic!("not read as feedback: {other:?}"),
    }
}

/// A packet with the count, reference time, chunks and deltas given, filled up to whole words.
fn packet(count: u16, reference: u32, chunks_and_deltas: &str) -> Vec<u8> {
    let mut body = hex(&format!("00000001 00000002 0005 {count:04x} {reference:06x} 09"));
    body.extend(hex(chunks_and_deltas));
    body.resize(body.len().next_multiple_of(4), 0);
    let words = (body.len() / 4) as u16;
    [&[0x8f, 205], &words.to_be_bytes()[..], &body].concat()
}

fn arrivals(bytes: &[u8]) -> Vec<Option<i32>> {
    read(bytes).statuses().map(|status| status.arrival).collect()
}

fn write(arrivals: &[Option<i64>]) -> Vec<u8> {
    let mut buffer = vec![0; 40_000];
    let mut out = Writer::new(&mut buffer);
    assert_eq!(write_transport_feedback(&mut out, &HEADER, arrivals), Ok(arrivals.len()));
    out.written().to_vec()
}

#[test]
fn a_run_of_received_packets_is_read() {
    assert_eq!(arrivals(&packet(3, 1, "2003 0a 00 ff")), [Some(10), Some(10), Some(265)]);
}

#[test]
fn a_run_of_lost_packets_needs_no_deltas() {
    assert_eq!(arrivals(&packet(300, 1, "012c")), vec![None; 300]);
}

#[test]
fn a_one_bit_vector_is_read() {
    // 10 and then 1, 0, 1 and zeros.
    assert_eq!(arrivals(&packet(4, 0, "a800 01 02")), [Some(1), None, Some(3), None]);
}

#[test]
fn a_two_bit_vector_holds_large_and_negative_deltas() {
    // 11 and then 01, 10, 00, 10.
    assert_eq!(arrivals(&packet(4, 0, "d880 05 0400 fffe")), [Some(5), Some(1_029), None, Some(1_027)]);
}

#[test]
fn every_kind_of_chunk_may_stand_in_one_packet() {
    let deltas = "01".repeat(1 + 13 + 4);
    let bytes = packet(3 + 1 + 14 + 7, 0, &format!("0003 2001 bffe d540 {deltas}"));
    let read = arrivals(&bytes);
    assert_eq!(read[..4], [None, None, None, Some(1)]);
    assert_eq!(read.iter().flatten().count(), 1 + 13 + 4);
}

#[test]
fn sequence_numbers_go_over_the_wrap() {
    let mut bytes = packet(2, 0, "2002 01 01");
    bytes[12..14].copy_from_slice(&[0xff, 0xff]);
    let sequences: Vec<u16> = read(&bytes).statuses().map(|status| status.sequence).collect();
    assert_eq!(sequences, [65_535, 0]);
}

#[test]
fn chunks_or_deltas_that_are_missing_are_refused() {
    for bytes in [packet(20, 0, "2003"), packet(8, 0, "2008 0102"), packet(3, 0, "4003 0000"), packet(1, 0, "")] {
        assert!(matches!(Compound::new(&bytes).next(), Some(Err(RtcpError::BadContent))), "{bytes:x?}");
    }
}

#[test]
fn the_reserved_symbol_is_refused() {
    for chunks in ["6001 0101", "f000 0101"] {
        let bytes = packet(1, 0, chunks);
        assert!(matches!(Compound::new(&bytes).next(), Some(Err(RtcpError::BadContent))), "{chunks}");
    }
}

#[test]
fn feedback_on_more_packets_than_the_limit_is_refused() {
    let most = packet(MAX_STATUSES, 0, "1fff 0001");
    assert_eq!(read(&most).statuses().count(), usize::from(MAX_STATUSES));
    let too_many = packet(MAX_STATUSES + 1, 0, "1fff 0002");
    assert!(matches!(Compound::new(&too_many).next(), Some(Err(RtcpError::BadContent))));
}

#[test]
fn a_burst_is_written_as_one_run() {
    let bytes = write(&(0..20).map(|step| Some(1_000 + step)).collect::<Vec<_>>());
    // Reference time 3 (768 ticks), a run of 20 small deltas, 2 bytes of padding.
    assert_eq!(bytes[..20], hex("afcd000a 00000001 00000002 00050014 00000309")[..]);
    assert_eq!(bytes[20..24], hex("2014 e801")[..]);
    assert_eq!(bytes[42..], [0, 2]);
}

#[test]
fn written_feedback_has_the_reference_time_of_its_first_arrival() {
    let bytes = write(&[None, Some(-1), Some(3)]);
    let feedback = read(&bytes);
    assert_eq!(feedback.reference_time, 0xff_ffff);
    assert_eq!(feedback.statuses().map(|status| status.arrival).collect::<Vec<_>>(), [None, Some(255), Some(259)]);
}

#[test]
fn the_clock_of_the_reader_follows_the_writer_over_the_wrap_of_24_bits() {
    let wrap = 256_i64 << 24;
    let mut clock = ReferenceClock::default();
    let read_at = |clock: &mut ReferenceClock, arrival: i64| {
        let bytes = write(&[Some(arrival)]);
        let feedback = read(&bytes);
        clock.unwrap(feedback.reference_time) + i64::from(feedback.statuses().next().unwrap().arrival.unwrap())
    };
    let before = read_at(&mut clock, wrap - 1_000);
    assert_eq!(read_at(&mut clock, wrap + 1_000) - before, 2_000);
}

#[test]
fn an_arrival_too_far_from_the_one_before_belongs_into_the_next_packet() {
    for far in [40_000, -40_000, i64::MAX, i64::MIN] {
        let mut buffer = [0; 100];
        let mut out = Writer::new(&mut buffer);
        assert_eq!(write_transport_feedback(&mut out, &HEADER, &[Some(0), None, Some(far)]), Ok(2));
        assert_eq!(read(out.written()).status_count, 2);
    }
    let mut buffer = [0; 100];
    let farthest = [Some(i64::MAX), Some(i64::MIN)];
    assert_eq!(write_transport_feedback(&mut Writer::new(&mut buffer), &HEADER, &farthest), Ok(1));
}

#[test]
fn a_full_buffer_ends_the_packet() {
    let arrivals: Vec<_> = (0..1_000).map(|step| Some(step * 300)).collect();
    let mut buffer = [0; 200];
    let mut out = Writer::new(&mut buffer);
    let covered = write_transport_feedback(&mut out, &HEADER, &arrivals).unwrap();
    assert!((70..1_000).contains(&covered), "{covered}");
    assert_eq!(read(out.written()).statuses().filter(|status| status.arrival.is_some()).count(), covered);
    let mut none = [0; 23];
    let written = write_transport_feedback(&mut Writer::new(&mut none), &HEADER, &arrivals);
    assert_eq!(written, Err(WriteError::BufferTooSmall));
}

#[test]
fn nothing_received_is_nothing_to_write() {
    let mut buffer = [0; 100];
    let mut out = Writer::new(&mut buffer);
    assert_eq!(write_transport_feedback(&mut out, &HEADER, &[None, None]), Ok(0));
    assert!(out.is_empty());
}

/// Arrivals with runs, gaps, and steps of all sizes, as networks make them.
fn arrival_pattern() -> impl Strategy<Value = Vec<Option<i64>>> {
    let step = prop_oneof![
        4 => (0_i64..20).prop_map(Some),
        2 => (-300_i64..600).prop_map(Some),
        1 => (-32_000_i64..32_000).prop_map(Some),
        2 => Just(None),
    ];
    let run = (step, prop_oneof![3 => 1_usize..4, 1 => 5_usize..40]);
    (0_i64..1 << 40, prop::collection::vec(run, 1..60)).prop_map(|(start, runs)| {
        let mut now = start;
        let mut arrivals = vec![Some(now)];
        for (step, count) in runs {
            for _ in 0..count {
                now += step.unwrap_or_default();
                arrivals.push(step.map(|_| now));
            }
        }
        arrivals
    })
}

proptest! {
    #[test]
    fn any_arrivals_come_back(arrivals in arrival_pattern()) {
        let bytes = write(&arrivals);
        prop_assert_eq!(bytes.len() % 4, 0);
        let feedback = read(&bytes);
        let start = i64::from(feedback.reference_time) * 256;
        prop_assert_eq!(feedback.status_count as usize, arrivals.len());
        for (position, (status, arrival)) in feedback.statuses().zip(&arrivals).enumerate() {
            let expected = arrival.map(|arrival| ((arrival - start) & 0xffff_ffff) as u32);
            prop_assert_eq!(status.sequence, 5_u16.wrapping_add(position as u16));
            let PacketStatus { arrival, .. } = status;
            prop_assert_eq!(arrival.map(|arrival| arrival as u32), expected);
        }
    }
}
