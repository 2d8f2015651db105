//! What forwarding needs to know of a packet beyond its RTP header.

use crate::codec::av1::{self, DependencyTracker, FrameDifferences, Indications};
use crate::codec::red::RedundantPacket;
use crate::codec::{FrameInfo, h264, vp8, vp9};
use crate::drop_reason::DropReason;
use crate::negotiated::Format;
use crate::rtp::Header;

/// The fields of a payload, or of the dependency descriptor, that a Slot writes anew.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Descriptor {
    None,
    Vp8(vp8::Descriptor),
    Vp9(vp9::Descriptor),
    Av1(FrameNumber),
    Red(PrimaryBlock),
}

/// The payload that a packet with copies of earlier ones was sent for; it comes last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PrimaryBlock {
    /// In bytes.
    pub(crate) len: usize,
}

/// What the dependency descriptor of a packet says of its frame.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameNumber {
    pub(crate) number: u16,
    /// What the frame is to each decode target.
    pub(crate) indications: Indications,
    /// Which frames it needs.
    pub(crate) differences: FrameDifferences,
}

impl FrameNumber {
    /// The numbers of the frames that it needs.
    pub(crate) fn needed(&self) -> impl Iterator<Item = u16> {
        self.differences.as_slice().iter().map(|difference| self.number.wrapping_sub(*difference))
    }
}

/// A packet of a stream that was accepted. Its bytes are in the stream's cache.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MediaPacket {
    /// The sequence number, extended so that it never wraps.
    pub(crate) index: u64,
    pub(crate) header: Header,
    /// Bytes behind the header, without padding.
    pub(crate) payload_len: usize,
    /// Whether its payload type was negotiated and it carries anything; padding only uses up sequence numbers.
    pub(crate) is_forwardable: bool,
    /// Whether a receiver can begin with it.
    pub(crate) is_switch_point: bool,
    pub(crate) frame: FrameInfo,
    pub(crate) descriptor: Descriptor,
}

impl MediaPacket {
    /// The picture's number where it has one, and how many bits it has.
    pub(crate) fn picture_id(&self) -> Option<(u16, u16)> {
        match &self.descriptor {
            Descriptor::Vp8(descriptor) => descriptor.picture_id.map(|id| (id.value, id.mask())),
            Descriptor::Vp9(descriptor) => descriptor.picture_id.map(|id| (id.value, id.mask())),
            Descriptor::Av1(frame) => Some((frame.number, u16::MAX)),
            Descriptor::Red(_) | Descriptor::None => None,
        }
    }

    pub(crate) const fn tl0_index(&self) -> Option<u8> {
        match &self.descriptor {
            Descriptor::Vp8(descriptor) => descriptor.tl0_picture_index,
            Descriptor::Vp9(descriptor) => descriptor.tl0_picture_index,
            Descriptor::Av1(_) | Descriptor::Red(_) | Descriptor::None => None,
        }
    }

    /// How much of the payload is no copy of an earlier one, in bytes.
    pub(crate) const fn primary_len(&self) -> usize {
        match &self.descriptor {
            Descriptor::Red(primary) => primary.len,
            _ => self.payload_len,
        }
    }
}

/// Looks into an open packet. `format` is `None` for a payload type that was not negotiated, `dependency` the data of
/// the dependency descriptor.
pub(crate) fn read(
    index: u64,
    header: Header,
    packet: &[u8],
    format: Option<Format>,
    dependency: Option<&[u8]>,
    tracker: &mut DependencyTracker,
) -> Result<MediaPacket, DropReason> {
    let payload = header.payload(packet)?;
    let mut media = MediaPacket {
        index,
        header,
        payload_len: payload.len(),
        is_forwardable: format.is_some() && !payload.is_empty(),
        is_switch_point: false,
        frame: FrameInfo::default(),
        descriptor: Descriptor::None,
    };
    if let Some(format) = format.filter(|_| media.is_forwardable) {
        look_into(&mut media, format, payload, dependency, tracker)?;
    }
    Ok(media)
}

fn look_into(
    media: &mut MediaPacket,
    format: Format,
    payload: &[u8],
    dependency: Option<&[u8]>,
    tracker: &mut DependencyTracker,
) -> Result<(), DropReason> {
    let marker = media.header.marker;
    match format {
        Format::Opaque => {
            media.is_switch_point = true;
            return Ok(());
        }
        Format::Red => {
            let packet = RedundantPacket::parse(payload).map_err(|_| DropReason::BadRtp)?;
            media.descriptor = Descriptor::Red(PrimaryBlock { len: packet.primary.data.len() });
            media.is_forwardable = !packet.primary.data.is_empty();
            media.is_switch_point = media.is_forwardable;
            return Ok(());
        }
        Format::Vp8 => {
            let descriptor = vp8::Descriptor::parse(payload).map_err(|_| DropReason::BadRtp)?;
            media.frame = descriptor.frame_info(marker);
            media.descriptor = Descriptor::Vp8(descriptor);
        }
        Format::Vp9 => {
            let descriptor = vp9::Descriptor::parse(payload).map_err(|_| DropReason::BadRtp)?;
            media.frame = descriptor.frame_info();
            // The picture is as large as its highest layer.
            let highest = descriptor.structure.and_then(|all| all.resolution(all.spatial_layers - 1));
            media.frame.resolution = highest.or(media.frame.resolution);
            media.descriptor = Descriptor::Vp9(descriptor);
        }
        Format::H264 => {
            media.frame = h264::PacketInfo::parse(payload).map_err(|_| DropReason::BadRtp)?.frame_info(marker);
        }
        Format::Av1 => look_into_av1(media, payload, dependency, tracker)?,
    }
    let frame = &media.frame;
    media.is_switch_point = frame.keyframe && frame.starts_frame && frame.spatial == 0;
    Ok(())
}

fn look_into_av1(
    media: &mut MediaPacket,
    payload: &[u8],
    dependency: Option<&[u8]>,
    tracker: &mut DependencyTracker,
) -> Result<(), DropReason> {
    // A descriptor whose structure did not come yet says nothing; the payload does.
    if let Some(descriptor) = dependency.and_then(|data| tracker.read(data).ok()) {
        media.frame = descriptor.frame_info();
        media.descriptor = Descriptor::Av1(FrameNumber {
            number: descriptor.frame_number,
            indications: descriptor.indications,
            differences: descriptor.frame_differences,
        });
        let resolutions = tracker.structure().map(|structure| (0..8).filter_map(|layer| structure.resolution(layer)));
        let highest = resolutions.and_then(|all| all.max_by_key(|resolution| resolution.height));
        media.frame.resolution = highest.filter(|_| media.frame.keyframe).or(media.frame.resolution);
        return Ok(());
    }
    let info = av1::PacketInfo::parse(payload).map_err(|_| DropReason::BadRtp)?;
    media.frame = info.frame_info(media.header.marker);
    Ok(())
}
