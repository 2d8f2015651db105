//! RTCP compounds: as they are, and with lengths that are right so that the content is reached.

use parley_forwarder_core::rtcp::{Compound, Packet};

use crate::bytes::Input;

pub(crate) fn check(data: &[u8]) {
    walk(data);
    walk(&frame(data));
}

/// A compound of packets whose lengths are right.
fn frame(data: &[u8]) -> Vec<u8> {
    let mut input = Input::new(data);
    let mut compound = Vec::new();
    while !input.is_empty() {
        let [format, packet_type] = input.array();
        let words = input.bytes().as_chunks::<4>().0;
        compound.extend([0x80 | (format & 0x3f), 200 + packet_type % 8]);
        compound.extend((words.len() as u16).to_be_bytes());
        compound.extend(words.as_flattened());
    }
    compound
}

fn walk(compound: &[u8]) {
    for packet in Compound::new(compound).flatten() {
        match packet {
            Packet::SenderReport(report) => assert!(report.blocks().count() <= 31),
            Packet::ReceiverReport(report) => assert!(report.blocks().count() <= 31),
            Packet::SourceDescription(description) => assert!(description.cnames().count() <= 31),
            Packet::Goodbye(goodbye) => assert!(goodbye.ssrcs().count() <= 31),
            Packet::Nack(nack) => assert!(nack.sequences().count() <= 17 * compound.len() / 4),
            Packet::TransportFeedback(feedback) => {
                assert_eq!(feedback.statuses().count(), usize::from(feedback.status_count));
            }
            Packet::FullIntraRequests(requests) => assert!(requests.requests().count() <= compound.len() / 8),
            Packet::ReceiverBitrate(estimate) => assert!(estimate.ssrcs().count() <= 255),
            Packet::PictureLoss(_) | Packet::Other { .. } => {}
        }
    }
}
