//! The highest layers of a stream that a Slot wants.

/// A set of layers that decodes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DecodeTarget {
    /// Its place in the indications of a frame.
    pub(crate) place: usize,
    /// The highest spatial layer in it.
    pub(crate) spatial: u8,
    /// The highest temporal layer in it.
    pub(crate) temporal: u8,
}

/// The highest layers wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) spatial: u8,
    pub(crate) temporal: u8,
    /// Where the stream has a dependency structure.
    pub(crate) target: Option<DecodeTarget>,
    /// The highest spatial layer that comes at present.
    pub(crate) coming: u8,
}
