//! Two Peers in a meeting on real sockets, and what others send meanwhile: nothing of it may cost the Peers a packet.
//!
//! Attackers send as fast as they can, up to 50,000 packets a second, but never more than the engine's socket has room for:
//! what the kernel drops there says how busy the machine is, and nothing about the engine.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod attacker;
mod meeting;
#[allow(dead_code, reason = "shared with the tests of the engine")]
#[path = "../../../core/tests/engine/simulation/packets.rs"]
mod packets;
mod process;

use std::net::Ipv4Addr;

use attacker::Attacker;
use meeting::Meeting;
use packets::check;
use parley_forwarder_core::DropReason;

/// As many as a household of address translators: every packet comes from another than the one before.
const STRANGERS: u32 = 20_000;
const MAX_GROWTH: usize = 4 << 20;

fn stranger(number: u32) -> Ipv4Addr {
    let [_, _, high, low] = (number % STRANGERS).to_be_bytes();
    Ipv4Addr::new(127, 7, high, low)
}

#[test]
fn a_flood_of_checks_from_strangers_costs_peers_nothing() {
    let mut meeting = Meeting::start();
    let checks = [check("nobody", "password", true), check("ufrag-ann", "wrong", true), vec![0, 1, 0, 0]];
    let attack = meeting.run(|attacker: &Attacker, number| {
        attacker.send_from(stranger(number), &checks[number as usize % checks.len()]);
    });
    attack.print("checks");
    assert_eq!(attack.delivered, attack.published);
    let dropped = |reason| meeting.dropped(reason);
    let all = dropped(DropReason::UnknownUfrag) + dropped(DropReason::BadIntegrity) + dropped(DropReason::BadStun);
    assert_eq!(all, attack.sent);
    assert!(attack.growth < MAX_GROWTH, "{} bytes", attack.growth);
}

#[test]
fn garbage_of_every_protocol_from_strangers_costs_peers_nothing() {
    let mut meeting = Meeting::start();
    let attack = meeting.run(|attacker, number| {
        let mut garbage = [0_u8; 200];
        garbage.iter_mut().zip(0_u8..).for_each(|(byte, place)| *byte = place.wrapping_mul(number as u8));
        // Every first byte in turn, so that every protocol is meant.
        garbage[0] = (number >> 4) as u8;
        attacker.send_from(stranger(number), &garbage[..1 + number as usize % 199]);
    });
    attack.print("garbage");
    assert_eq!(attack.delivered, attack.published);
    let counted: u64 = DropReason::ALL.iter().map(|reason| meeting.dropped(*reason)).sum();
    assert_eq!(counted, attack.sent);
    assert!(attack.growth < MAX_GROWTH, "{} bytes", attack.growth);
}

#[test]
fn what_was_recorded_is_worth_nothing_from_anywhere() {
    let mut meeting = Meeting::start();
    let recorded = meeting.record();
    let attack = meeting.run(|attacker, number| {
        let packet = &recorded[number as usize % recorded.len()];
        match number % 3 {
            0 => attacker.send_from(stranger(number), packet),
            1 => attacker.send_from_beside(packet),
            _ => attacker.send_as_publisher(packet),
        }
    });
    attack.print("recorded packets");
    assert_eq!(attack.delivered, attack.published, "and none twice");
    assert!(meeting.dropped(DropReason::Replayed) > 0);
    assert!(meeting.dropped(DropReason::UnknownSource) > 0);
    assert!(attack.growth < MAX_GROWTH, "{} bytes", attack.growth);
}

#[test]
fn forged_media_under_a_peers_own_address_costs_it_nothing() {
    let mut meeting = Meeting::start();
    let attack = meeting.run(|attacker, number| {
        let forged = packets::rtp_packet(meeting::SSRC, &packets::VP8, number as u16, number, &[], &[0x90; 300]);
        attacker.send_as_publisher(&forged);
    });
    attack.print("forged packets");
    assert_eq!(attack.delivered, attack.published);
    assert_eq!(meeting.dropped(DropReason::BadSrtp) + meeting.dropped(DropReason::Replayed), attack.sent);
    assert!(attack.growth < MAX_GROWTH, "{} bytes", attack.growth);
}
