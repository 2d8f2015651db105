//! Builders that several tests share.

pub use crate::bit_writer::BitWriter;
use parley_forwarder_core::rtp::{ExtensionFormat, FixedFields, Header, HeaderWriter};
use parley_forwarder_core::srtp::{Profile, ReceiveContext, SendContext, SendState, SrtpError};

/// The bytes of hexadecimal text; everything else in it is skipped.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

pub const SSRC: u32 = 0x1234_abcd;

/// An RTP packet without CSRCs and extensions.
pub fn rtp_packet(ssrc: u32, sequence: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; 12];
    let fields = FixedFields { marker: false, payload_type: 96, sequence, timestamp: 3_000, ssrc };
    HeaderWriter::start(&mut packet, &fields, &[], ExtensionFormat::OneByte).unwrap().finish().unwrap();
    packet.extend_from_slice(payload);
    packet
}

/// Master key and salt for a profile.
pub fn master(profile: Profile) -> Vec<u8> {
    (1..=profile.key_len() + profile.salt_len()).map(|byte| byte as u8).collect()
}

/// Both ends of one SRTP direction.
pub struct SrtpPair {
    pub sender: SendContext,
    pub state: SendState,
    pub receiver: ReceiveContext,
}

impl SrtpPair {
    pub fn new(profile: Profile) -> Self {
        Self {
            sender: SendContext::new(profile, &master(profile)).unwrap(),
            state: SendState::new(SSRC),
            receiver: ReceiveContext::new(profile, &master(profile)).unwrap(),
        }
    }

    /// Protects a packet of the stream with `sequence`.
    pub fn protect(&mut self, sequence: u16) -> Vec<u8> {
        let packet = rtp_packet(SSRC, sequence, b"payload");
        protect_rtp(&self.sender, &mut self.state, &packet).unwrap()
    }

    /// Opens a packet; what it held.
    pub fn unprotect(&mut self, protected: &[u8]) -> Result<Vec<u8>, SrtpError> {
        unprotect_rtp(&mut self.receiver, protected)
    }
}

pub fn protect_rtp(sender: &SendContext, state: &mut SendState, packet: &[u8]) -> Result<Vec<u8>, SrtpError> {
    let header_len = Header::parse(packet).unwrap().len;
    let mut buffer = [packet, &[0; 32]].concat();
    let len = sender.protect_rtp(state, &mut buffer, header_len, packet.len())?;
    buffer.truncate(len);
    Ok(buffer)
}

pub fn unprotect_rtp(receiver: &mut ReceiveContext, protected: &[u8]) -> Result<Vec<u8>, SrtpError> {
    let header = Header::parse(protected).unwrap();
    let mut packet = protected.to_vec();
    let len = receiver.unprotect_rtp(&mut packet, &header)?;
    packet.truncate(len);
    Ok(packet)
}

pub fn protect_rtcp(sender: &mut SendContext, packet: &[u8]) -> Result<Vec<u8>, SrtpError> {
    let mut buffer = [packet, &[0; 32]].concat();
    let len = sender.protect_rtcp(&mut buffer, packet.len())?;
    buffer.truncate(len);
    Ok(buffer)
}

pub fn unprotect_rtcp(receiver: &mut ReceiveContext, protected: &[u8]) -> Result<Vec<u8>, SrtpError> {
    let mut packet = protected.to_vec();
    let len = receiver.unprotect_rtcp(&mut packet)?;
    packet.truncate(len);
    Ok(packet)
}
