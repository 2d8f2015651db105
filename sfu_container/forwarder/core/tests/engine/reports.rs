use std::time::Duration;

use parley_forwarder_core::Path;
use parley_forwarder_core::bytes::{WriteError, Writer};
use parley_forwarder_core::rtcp::{
    Compound, NtpTime, Packet, ReportBlock, SenderInfo, write_receiver_report, write_sender_report,
};

use crate::simulation::{VP8, World, picture};

const NTP: NtpTime = NtpTime(0xe000_1234_5678_0000);

/// `ann` publishes a camera in two encodings, `bob` has a Slot that does not want it yet.
fn studio() -> (World, Path, Path) {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "camera", "0", &VP8, &[(Some("q"), 101), (Some("f"), 103)]);
    world.add_slot("bob", "slot", &VP8, 900);
    (world, ann, bob)
}

fn sender_report(ssrc: u32, rtp_timestamp: u32) -> impl FnOnce(&mut Writer<'_>) -> Result<(), WriteError> {
    let info = SenderInfo { ntp: NTP, rtp_timestamp, packet_count: 1, octet_count: 2 };
    move |writer| write_sender_report(writer, ssrc, &info, &[])
}

/// Every block about a stream, and every Sender Report, that came since the last call.
fn take_reports(world: &mut World, path: &Path) -> (Vec<ReportBlock>, Vec<(u32, SenderInfo)>) {
    let (mut blocks, mut sender_reports) = (Vec::new(), Vec::new());
    for compound in std::mem::take(&mut world.client(path).feedback) {
        for packet in Compound::new(&compound) {
            match packet.unwrap() {
                Packet::ReceiverReport(report) => blocks.extend(report.blocks()),
                Packet::SenderReport(report) => sender_reports.push((report.ssrc, report.info)),
                _ => {}
            }
        }
    }
    blocks.sort_by_key(|block| block.ssrc);
    (blocks, sender_reports)
}

#[test]
fn a_publisher_gets_a_report_on_each_stream_once_a_second() {
    let (mut world, ann, _) = studio();
    world.advance(Duration::from_millis(20));
    for number in [1, 2, 4] {
        world.send(&ann, &picture(101, number, None));
    }
    world.send_rtcp(&ann, sender_report(101, 5));
    world.send(&ann, &picture(103, 9, None));
    world.advance(Duration::from_secs(1));

    let (blocks, _) = take_reports(&mut world, &ann);
    let [one, other] = &blocks[..] else { panic!("a block for each stream: {blocks:?}") };
    assert_eq!((one.ssrc, one.cumulative_lost, one.fraction_lost, one.highest_sequence), (101, 1, 64, 4));
    assert_eq!(one.last_sender_report, NTP.middle_bits());
    let held = f64::from(one.delay_since_last) / 65_536.0;
    assert!((0.9..1.1).contains(&held), "{held}");
    assert_eq!((other.ssrc, other.highest_sequence, other.last_sender_report), (103, 9, 0));
    world.advance(Duration::from_secs(1));
    assert_eq!(take_reports(&mut world, &ann).0, [], "nothing came since");
}

#[test]
fn losses_and_the_highest_number_count_over_the_wrap_around() {
    let (mut world, ann, _) = studio();
    for number in [65_534, 65_535, 1] {
        world.send(&ann, &picture(101, number, None));
    }
    world.advance(Duration::from_secs(1));
    let (blocks, _) = take_reports(&mut world, &ann);
    assert_eq!((blocks[0].highest_sequence, blocks[0].cumulative_lost, blocks[0].fraction_lost), (65_537, 1, 64));
}

#[test]
fn jitter_follows_the_spread_of_arrivals() {
    let (mut world, ann, _) = studio();
    // A picture every 40 ms, and every other one 10 ms late: 900 ticks off each time.
    for pair in 0..200_u16 {
        for (number, wait) in [(2 * pair, 50), (2 * pair + 1, 30)] {
            let mut packet = picture(101, number, None);
            packet[4..8].copy_from_slice(&(u32::from(number) * 3_600).to_be_bytes());
            world.send(&ann, &packet);
            world.advance(Duration::from_millis(wait));
        }
    }
    let last = take_reports(&mut world, &ann).0.pop().unwrap();
    assert!(last.jitter.abs_diff(900) < 20, "{}", last.jitter);
}

#[test]
fn a_sender_report_reaches_receivers_in_the_timestamps_of_their_slot() {
    let (mut world, ann, bob) = studio();
    world.route("slot", "camera", 720);
    world.send(&ann, &picture(101, 1, Some(720)));
    world.send_rtcp(&ann, sender_report(101, 3_900));
    world.exchange();
    let (_, reports) = take_reports(&mut world, &bob);
    let first = world.client(&bob).of(900)[0].clone();
    let [(ssrc, info)] = &reports[..] else { panic!("one report: {reports:?}") };
    assert_eq!((*ssrc, info.ntp), (900, NTP));
    assert_eq!(info.rtp_timestamp.wrapping_sub(first.header.timestamp), 900);
    assert_eq!((info.packet_count, info.octet_count as usize), (1, first.payload.len()));
}

#[test]
fn after_a_switch_the_new_streams_clock_is_told_at_once() {
    let (mut world, ann, bob) = studio();
    world.send(&ann, &picture(101, 1, None));
    world.send_rtcp(&ann, sender_report(101, 3_000));
    world.route("slot", "camera", 720);
    world.send(&ann, &picture(101, 2, Some(720)));
    world.exchange();
    let (_, reports) = take_reports(&mut world, &bob);
    let first = world.client(&bob).of(900)[0].header.timestamp;
    assert_eq!(reports.len(), 1);
    assert_eq!(first.wrapping_sub(reports[0].1.rtp_timestamp), 3_000);
}

#[test]
fn a_flood_of_sender_reports_is_not_passed_on() {
    let (mut world, ann, bob) = studio();
    world.route("slot", "camera", 720);
    world.send(&ann, &picture(101, 1, Some(720)));
    for _ in 0..2 {
        for rtp_timestamp in 0..40 {
            world.send_rtcp(&ann, sender_report(101, rtp_timestamp));
        }
        world.exchange();
        assert_eq!(take_reports(&mut world, &bob).1.len(), 1);
        world.advance(Duration::from_millis(300));
    }
}

#[test]
fn what_receivers_report_lost_is_counted() {
    let (mut world, _, bob) = studio();
    let block = ReportBlock {
        ssrc: 900,
        fraction_lost: 10,
        cumulative_lost: 5,
        highest_sequence: 0,
        jitter: 0,
        last_sender_report: 0,
        delay_since_last: 0,
    };
    world.send_rtcp(&bob, |writer| write_receiver_report(writer, 9, &[block]));
    assert_eq!(world.engine.peer_stats("bob", world.now).unwrap().sent.lost, 5);
}
