//! Fields that are not whole bytes.

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
