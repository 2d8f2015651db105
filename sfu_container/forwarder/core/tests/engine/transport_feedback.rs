use std::collections::BTreeMap;
use std::time::Duration;

use parley_forwarder_core::Path;
use parley_forwarder_core::negotiated::{Codec, Encoding, MediaKind, PublicationLine};
use parley_forwarder_core::rtcp::{Compound, Packet};

use crate::simulation::{TRANSPORT_SEQUENCE, VP8, World, check, rtp_packet, vp8_payload};

/// `ann` publishes a camera with an RTX stream, and numbers all its packets.
fn studio() -> (World, Path) {
    let mut world = World::new();
    let ann = world.join("ann");
    let line = PublicationLine {
        kind: MediaKind::Video,
        mid: "0".into(),
        encodings: vec![Encoding { rid: None, ssrc: Some(77), rtx_ssrc: Some(78) }],
        codecs: vec![VP8.clone()],
        extensions: vec![(TRANSPORT_SEQUENCE.0, TRANSPORT_SEQUENCE.1.into())],
    };
    world.engine.add_publication("ann", "camera", line, world.now).unwrap();
    (world, ann)
}

fn send(world: &mut World, ann: &Path, number: u16) {
    let extension = number.to_be_bytes();
    let packet = rtp_packet(77, &VP8, number, 0, &[(TRANSPORT_SEQUENCE.0, &extension)], &vp8_payload(0, 0, None, 9));
    world.send(ann, &packet);
}

/// Each message that came since the last call: its count, its length, and what it says of each number.
fn take_messages(world: &mut World, ann: &Path) -> Vec<(u8, usize, BTreeMap<u16, bool>)> {
    world.advance(Duration::from_millis(60));
    let mut messages = Vec::new();
    for compound in std::mem::take(&mut world.client(ann).feedback) {
        for packet in Compound::new(&compound) {
            if let Packet::TransportFeedback(feedback) = packet.unwrap() {
                let statuses = feedback.statuses().map(|status| (status.sequence, status.arrival.is_some()));
                messages.push((feedback.feedback_count, compound.len(), statuses.collect()));
            }
        }
    }
    messages
}

/// What is said of each number, by whichever message.
fn told(world: &mut World, ann: &Path) -> BTreeMap<u16, bool> {
    take_messages(world, ann).into_iter().flat_map(|(_, _, statuses)| statuses).collect()
}

#[test]
fn a_publisher_hears_of_all_its_packets_also_of_probes() {
    let (mut world, ann) = studio();
    send(&mut world, &ann, 10);
    let rtx = Codec { payload_type: 97, ..VP8.clone() };
    let probe = rtp_packet(78, &rtx, 1, 0, &[(TRANSPORT_SEQUENCE.0, &[0, 11])], &[]);
    world.send(&ann, &probe);
    send(&mut world, &ann, 14);
    assert_eq!(told(&mut world, &ann), [(10, true), (11, true), (12, false), (13, false), (14, true)].into());
}

#[test]
fn a_loss_between_two_messages_is_told_and_so_is_what_comes_after_it_was() {
    let (mut world, ann) = studio();
    send(&mut world, &ann, 65_535);
    assert_eq!(told(&mut world, &ann), [(65_535, true)].into());
    send(&mut world, &ann, 2);
    assert_eq!(told(&mut world, &ann), [(0, false), (1, false), (2, true)].into());
    send(&mut world, &ann, 1);
    send(&mut world, &ann, 3);
    assert_eq!(told(&mut world, &ann), [(1, true), (3, true)].into());
}

#[test]
fn messages_are_numbered_and_fit_a_datagram() {
    let (mut world, ann) = studio();
    let mut counts = Vec::new();
    for number in 0..300 {
        // Every third, so that each needs a status of its own.
        send(&mut world, &ann, 3 * number);
        send(&mut world, &ann, 3 * number + 1);
        for (count, len, _) in take_messages(&mut world, &ann) {
            assert!(len < 1_200);
            counts.push(count);
        }
    }
    let first = counts[0];
    assert!(counts.iter().enumerate().all(|(place, count)| *count == first.wrapping_add(place as u8)));
    assert!(counts.len() >= 300);
}

#[test]
fn the_numbering_may_jump() {
    let (mut world, ann) = studio();
    send(&mut world, &ann, 1);
    send(&mut world, &ann, 20_000);
    assert_eq!(told(&mut world, &ann), [(20_000, true)].into(), "a jump is not a loss of everything between");
    send(&mut world, &ann, 20_002);
    assert_eq!(told(&mut world, &ann), [(20_001, false), (20_002, true)].into());
}

#[test]
fn a_flood_between_two_messages_is_bounded() {
    let (mut world, ann) = studio();
    for number in 0..30_000 {
        send(&mut world, &ann, number);
    }
    let messages = take_messages(&mut world, &ann);
    assert!(messages.iter().all(|(_, len, _)| *len < 1_400));
    let statuses: usize = messages.iter().map(|(_, _, statuses)| statuses.len()).sum();
    assert!(statuses <= 4_096, "{statuses}");
}

#[test]
fn what_came_while_the_publisher_gave_no_consent_is_told_when_it_is_back() {
    let (mut world, ann) = studio();
    world.advance(Duration::from_secs(31));
    send(&mut world, &ann, 10);
    assert_eq!(told(&mut world, &ann), [].into());
    world.deliver_up(&ann, check("ufrag-ann", "password-ann", true));
    send(&mut world, &ann, 12);
    assert_eq!(told(&mut world, &ann), [(10, true), (11, false), (12, true)].into());
}
