//! RTP headers and their extensions.

use parley_forwarder_core::demux::classify;
use parley_forwarder_core::rtp::Header;
use parley_forwarder_core::rtp::known_extension::{AbsoluteSendTime, AudioLevel, transport_sequence};

pub(crate) fn check(data: &[u8]) {
    let _ = classify(data);
    let Ok(header) = Header::parse(data) else { return };
    assert!(header.len <= data.len());
    assert_eq!(header.csrcs(data).count(), usize::from(header.csrc_count));
    for extension in header.extensions(data) {
        assert_eq!(&data[extension.offset..][..extension.data.len()], extension.data);
        assert!(extension.offset + extension.data.len() <= header.len);
        let _ = (AudioLevel::parse(extension.data), transport_sequence(extension.data));
        let _ = AbsoluteSendTime::parse(extension.data);
    }
    if let Ok(payload) = header.payload(data) {
        assert!(header.len + payload.len() <= data.len());
    }
}
