//! FINGERPRINT: CRC-32 of ITU-T V.42, XOR a constant (RFC 8489, section 14.7).

const XOR: u32 = 0x5354_554e;
const POLYNOMIAL: u32 = 0xedb8_8320;
const TABLE: [u32; 256] = table();

/// The value of FINGERPRINT for the bytes before it.
pub(super) fn fingerprint(before: &[u8]) -> u32 {
    crc32(before) ^ XOR
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        let [low, ..] = (crc ^ u32::from(*byte)).to_le_bytes();
        // The table has an entry for each byte.
        (crc >> 8) ^ TABLE.get(usize::from(low)).copied().unwrap_or_default()
    })
}

#[allow(clippy::indexing_slicing, reason = "runs in the compiler, where an index out of bounds is a compile error")]
const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_polynomial_is_reproduced() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
