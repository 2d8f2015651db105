//! What the payload of a codec tells a forwarder: where frames start and end, which layer a packet belongs to, whether
//! a receiver can start or switch there, and how large the picture is. Nothing is decoded.
//!
//! Each video codec has a view of its own fields, and all of them answer the same questions in a [`FrameInfo`].

pub mod av1;
mod bits;
pub mod h264;
pub mod opus;
mod picture_id;
pub mod red;
pub mod vp8;
pub mod vp9;

pub use bits::BitReader;
pub use picture_id::PictureId;

coded_error! {
    /// Why a payload tells nothing.
    pub enum CodecError {
        /// Cut short.
        TooShort => "codecTooShort",
        /// A field has a value that it must not have, or exceeds a limit.
        Malformed => "codecMalformed",
        /// A form of packet that no WebRTC peer negotiates.
        Unsupported => "codecUnsupported",
        /// It refers to a dependency structure that did not come, or not yet.
        UnknownStructure => "codecUnknownStructure",
    }
}

/// The size of a picture in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolution {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// What every codec tells of a packet, as far as its payload says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FrameInfo {
    /// The frame needs no earlier picture. In an upper spatial layer it may need the lower layers of the same picture.
    pub keyframe: bool,
    /// The first packet of a frame. H264, and AV1 without a dependency descriptor, cannot tell exactly: there it may be
    /// true of several.
    pub starts_frame: bool,
    /// The last packet of a frame, of one spatial layer where there are several.
    pub ends_frame: bool,
    /// The spatial layer, 0 the lowest.
    pub spatial: u8,
    /// The temporal layer, 0 the lowest.
    pub temporal: u8,
    /// A receiver of lower temporal layers may go on with this one from here.
    pub switch_up: bool,
    /// Nothing else needs this frame, as far as is known.
    pub discardable: bool,
    /// The size of the picture, where the packet tells.
    pub resolution: Option<Resolution>,
}
