//! Builders that several tests share.

use parley_forwarder_core::rtp::{ExtensionFormat, FixedFields, Header, HeaderWriter};
use parley_forwarder_core::srtp::{Profile, ReceiveContext, SendContext, SendState, SrtpError};

/// The bytes of hexadecimal text; everything else in it is skipped.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// Writes single bits, the high ones first.
#[derive(Default)]
pub struct BitWriter {
    bits: Vec<bool>,
}

impl BitWriter {
    pub fn bits(&mut self, count: u32, value: u64) -> &mut Self {
        self.bits.extend((0..count).rev().map(|shift| (value >> shift) & 1 == 1));
        self
    }

    /// Each of `values` in `count` bits.
    pub fn all(&mut self, count: u32, values: &[u64]) -> &mut Self {
        values.iter().fold(self, |bits, value| bits.bits(count, *value))
    }

    pub fn flag(&mut self, value: bool) -> &mut Self {
        self.bits(1, value.into())
    }

    /// ue(v) of H.264.
    pub fn exponential_golomb(&mut self, value: u64) -> &mut Self {
        let width = u64::BITS - (value + 1).leading_zeros();
        self.bits(width - 1, 0).bits(width, value + 1)
    }

    /// ns(n) of the AV1 RTP specification.
    pub fn non_symmetric(&mut self, count: u64, value: u64) -> &mut Self {
        let width = u64::BITS - count.leading_zeros();
        let short_codes = (1 << width) - count;
        if value < short_codes { self.bits(width - 1, value) } else { self.bits(width, value + short_codes) }
    }

    /// The bytes, filled up with zeros.
    pub fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| bits.iter().zip((0..8).rev()).fold(0, |byte, (bit, at)| byte | u8::from(*bit) << at);
        self.bits.chunks(8).map(byte).collect()
    }
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
