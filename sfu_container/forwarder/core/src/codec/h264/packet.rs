//! The NAL units of one packet: single, aggregated (STAP-A) or a fragment (FU-A), as in packetization modes 0 and 1.

use super::sequence_parameters::resolution;
use crate::bytes::Reader;
use crate::codec::{CodecError, FrameInfo, Resolution};

/// NAL unit types (H.264, table 7-1; RFC 6184, table 1).
mod nal_type {
    pub(super) const SLICE: u8 = 1;
    pub(super) const IDR_SLICE: u8 = 5;
    pub(super) const SEQUENCE_PARAMETERS: u8 = 7;
    pub(super) const PICTURE_PARAMETERS: u8 = 8;
    pub(super) const ACCESS_UNIT_DELIMITER: u8 = 9;
    pub(super) const SVC_PREFIX: u8 = 14;
    pub(super) const SVC_SLICE: u8 = 20;
    pub(super) const STAP_A: u8 = 24;
    pub(super) const FU_A: u8 = 28;
}

const TYPE_MASK: u8 = 0x1f;
const REFERENCE_MASK: u8 = 0x60;
const FU_START_BIT: u8 = 0x80;

/// What the NAL units of a packet tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PacketInfo {
    /// A part of an IDR picture, from which decoding can start.
    pub has_idr: bool,
    /// A sequence parameter set, which encoders put before an IDR picture.
    pub has_sequence_parameters: bool,
    /// A picture parameter set.
    pub has_picture_parameters: bool,
    /// The first slice of a picture, or what stands before it: an access unit delimiter or parameter sets.
    pub starts_picture: bool,
    /// A slice that another picture needs (nal_ref_idc is not 0).
    pub has_reference: bool,
    /// The temporal layer from a prefix NAL unit (H.264, section G.7.3.1.1).
    pub temporal: Option<u8>,
    /// The size of the picture, from the sequence parameters.
    pub resolution: Option<Resolution>,
    has_slice: bool,
}

impl PacketInfo {
    /// Reads an RTP payload.
    ///
    /// # Errors
    /// [`CodecError::TooShort`]; [`CodecError::Unsupported`] for interleaved forms.
    pub fn parse(payload: &[u8]) -> Result<Self, CodecError> {
        let mut info = Self::default();
        let (header, rest) = payload.split_first().ok_or(CodecError::TooShort)?;
        match header & TYPE_MASK {
            1..nal_type::STAP_A => info.take_nal_unit(*header, rest),
            nal_type::STAP_A => info.take_aggregated(rest)?,
            nal_type::FU_A => {
                let (fragment_header, data) = rest.split_first().ok_or(CodecError::TooShort)?;
                let nal_header = header & !TYPE_MASK | fragment_header & TYPE_MASK;
                if fragment_header & FU_START_BIT == 0 {
                    info.take_slice(nal_header);
                } else {
                    info.take_nal_unit(nal_header, data);
                }
            }
            _ => return Err(CodecError::Unsupported),
        }
        Ok(info)
    }

    /// What it tells; `marker` is that of the RTP header.
    pub fn frame_info(&self, marker: bool) -> FrameInfo {
        let temporal = self.temporal.unwrap_or_default();
        FrameInfo {
            keyframe: self.has_idr || self.has_sequence_parameters,
            starts_frame: self.starts_picture,
            ends_frame: marker,
            spatial: 0,
            temporal,
            // A temporal layer of H264 says nothing of switching up; only at the lowest it is safe.
            switch_up: temporal == 0,
            discardable: self.has_slice && !self.has_reference,
            resolution: self.resolution,
        }
    }

    fn take_aggregated(&mut self, rest: &[u8]) -> Result<(), CodecError> {
        let mut reader = Reader::new(rest);
        while !reader.is_empty() {
            let len = reader.u16().ok_or(CodecError::TooShort)?;
            let unit = reader.take(len.into()).ok_or(CodecError::TooShort)?;
            let (header, data) = unit.split_first().ok_or(CodecError::TooShort)?;
            self.take_nal_unit(*header, data);
        }
        Ok(())
    }

    /// Notes a NAL unit from its start.
    fn take_nal_unit(&mut self, header: u8, data: &[u8]) {
        self.take_slice(header);
        match header & TYPE_MASK {
            // first_mb_in_slice is 0 when the first bit is 1 (H.264, section 7.3.3).
            nal_type::SLICE | nal_type::IDR_SLICE => {
                self.starts_picture |= data.first().is_some_and(|byte| byte & 0x80 != 0);
            }
            nal_type::SEQUENCE_PARAMETERS => {
                self.has_sequence_parameters = true;
                self.starts_picture = true;
                self.resolution = self.resolution.or_else(|| resolution(data));
            }
            nal_type::PICTURE_PARAMETERS => self.has_picture_parameters = true,
            nal_type::ACCESS_UNIT_DELIMITER => self.starts_picture = true,
            nal_type::SVC_PREFIX | nal_type::SVC_SLICE => {
                self.temporal = self.temporal.or_else(|| svc_temporal_layer(data));
            }
            _ => {}
        }
    }

    /// Notes what the header alone tells, also of a later fragment.
    fn take_slice(&mut self, header: u8) {
        let unit_type = header & TYPE_MASK;
        if (nal_type::SLICE..=nal_type::IDR_SLICE).contains(&unit_type) {
            self.has_slice = true;
            self.has_reference |= header & REFERENCE_MASK != 0;
            self.has_idr |= unit_type == nal_type::IDR_SLICE;
        }
    }
}

/// temporal_id, the upper bits of the third byte, when svc_extension_flag is set.
fn svc_temporal_layer(data: &[u8]) -> Option<u8> {
    match data {
        [first, _, third, ..] if first & 0x80 != 0 => Some(third >> 5),
        _ => None,
    }
}
