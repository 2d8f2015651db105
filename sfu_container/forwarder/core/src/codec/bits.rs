//! Reading single bits, the high ones first.

/// Reads bits off a slice; every read says `None` when too few are left.
#[derive(Debug, Clone)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> BitReader<'a> {
    /// Starts at the highest bit of the first byte.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// One bit.
    pub fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.position / 8)?;
        let bit = byte >> (7 - self.position % 8) & 1;
        self.position += 1;
        Some(bit == 1)
    }

    /// A number of `count` bits, at most 32.
    pub fn bits(&mut self, count: u32) -> Option<u32> {
        debug_assert!(count <= u32::BITS);
        (0..count).try_fold(0, |value, _| Some(value << 1 | u32::from(self.flag()?)))
    }

    /// Reads over `count` bits.
    pub fn skip(&mut self, count: usize) -> Option<()> {
        let end = self.position.checked_add(count)?;
        if end > 8 * self.bytes.len() {
            return None;
        }
        self.position = end;
        Some(())
    }

    /// ue(v) of H.264 (section 9.1), which is uvlc() of AV1 (section 4.10.3) too: as many zeros as bits follow the one.
    /// `None` also for numbers of more than 32 bits.
    pub fn exponential_golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
        }
        if zeros >= u32::BITS {
            return None;
        }
        // With 31 zeros the sum is at most 2^32 - 2.
        Some(((1 << zeros) - 1) + self.bits(zeros)?)
    }

    /// se(v) of H.264 (section 9.1.1): 1, -1, 2, -2 …
    pub fn signed_exponential_golomb(&mut self) -> Option<i64> {
        let code = i64::from(self.exponential_golomb()?);
        Some(if code % 2 == 1 { (code + 1) / 2 } else { -code / 2 })
    }

    /// ns(n) of the AV1 RTP specification (section A.8.2): a number less than `count`, which is at least 1.
    pub fn non_symmetric(&mut self, count: u32) -> Option<u32> {
        let width = u32::BITS - count.leading_zeros();
        let short_codes = (1_u64 << width) - u64::from(count);
        let value = self.bits(width.checked_sub(1)?)?;
        if u64::from(value) < short_codes {
            return Some(value);
        }
        let long = u64::from(value << 1) + u64::from(self.flag()?);
        u32::try_from(long - short_codes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_high_first_and_end_with_the_slice() {
        let mut reader = BitReader::new(&[0b1010_0001, 0xff]);
        assert_eq!(reader.flag(), Some(true));
        assert_eq!(reader.bits(7), Some(0b010_0001));
        assert_eq!(reader.skip(5), Some(()));
        assert_eq!(reader.bits(4), None);
        assert_eq!(BitReader::new(&[1]).skip(9), None);
    }

    /// H.264, table 9-2.
    #[test]
    fn exponential_golomb_codes_are_read() {
        for (byte, value, signed) in
            [(0b1000_0000, 0, 0), (0b0100_0000, 1, 1), (0b0110_0000, 2, -1), (0b0010_1000, 4, -2)]
        {
            assert_eq!(BitReader::new(&[byte]).exponential_golomb(), Some(value));
            assert_eq!(BitReader::new(&[byte]).signed_exponential_golomb(), Some(signed));
        }
        assert_eq!(BitReader::new(&[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe]).exponential_golomb(), Some(u32::MAX - 1));
        assert_eq!(BitReader::new(&[0, 0, 0, 0, 0xff, 0, 0, 0, 0]).exponential_golomb(), None);
    }

    /// The table of section A.8.2 for n = 5.
    #[test]
    fn non_symmetric_codes_are_read() {
        for (byte, value) in [(0, 0), (0b0100_0000, 1), (0b1000_0000, 2), (0b1100_0000, 3), (0b1110_0000, 4)] {
            assert_eq!(BitReader::new(&[byte]).non_symmetric(5), Some(value));
        }
        assert_eq!(BitReader::new(&[]).non_symmetric(1), Some(0));
    }
}
