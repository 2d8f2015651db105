//! ICE checks of a controlling agent towards an ICE-lite SFU (RFC 8445, section 7.2).

use parley_forwarder_core::bytes::{WriteError, Writer};
use parley_forwarder_core::stun::{IntegrityKey, TransactionId, kind};

use crate::protocol::Credentials;

const BINDING_REQUEST: u16 = 1;
const MAGIC_COOKIE: u32 = 0x2112_a442;
const PRIORITY_OF_PEER_REFLEXIVE: u32 = 0x6e00_01ff;
const HEADER_LEN: usize = 20;
const INTEGRITY_LEN: usize = 24;
const FINGERPRINT_LEN: usize = 8;
const FINGERPRINT_XOR: u32 = 0x5354_554e;

/// Writes a binding request with USE-CANDIDATE; returns its length in bytes.
pub fn write_check(
    out: &mut [u8],
    id: &TransactionId,
    local: &Credentials,
    remote: &Credentials,
) -> Result<usize, WriteError> {
    let mut writer = Writer::new(out);
    writer.u16(BINDING_REQUEST)?;
    writer.u16(0)?;
    writer.u32(MAGIC_COOKIE)?;
    writer.put(id)?;
    put_attribute(&mut writer, kind::USERNAME, format!("{}:{}", remote.ufrag, local.ufrag).as_bytes())?;
    put_attribute(&mut writer, kind::PRIORITY, &PRIORITY_OF_PEER_REFLEXIVE.to_be_bytes())?;
    put_attribute(&mut writer, kind::ICE_CONTROLLING, &[7; 8])?;
    put_attribute(&mut writer, kind::USE_CANDIDATE, &[])?;
    set_length(&mut writer, INTEGRITY_LEN)?;
    let tag = IntegrityKey::new(remote.password.as_bytes()).tag(&[writer.written()]);
    put_attribute(&mut writer, kind::MESSAGE_INTEGRITY, &tag)?;
    set_length(&mut writer, FINGERPRINT_LEN)?;
    let fingerprint = crc32(writer.written()) ^ FINGERPRINT_XOR;
    put_attribute(&mut writer, kind::FINGERPRINT, &fingerprint.to_be_bytes())?;
    Ok(writer.len())
}

fn put_attribute(writer: &mut Writer<'_>, kind: u16, value: &[u8]) -> Result<(), WriteError> {
    writer.u16(kind)?;
    writer.u16(u16::try_from(value.len()).map_err(|_| WriteError::ValueTooLarge)?)?;
    writer.put(value)?;
    writer.align(4)
}

/// The length in the header counts the attribute that is about to be written, too (RFC 8489, section 14.5).
fn set_length(writer: &mut Writer<'_>, next: usize) -> Result<(), WriteError> {
    let len = u16::try_from(writer.len() + next - HEADER_LEN).map_err(|_| WriteError::ValueTooLarge)?;
    writer.overwrite(2, &len.to_be_bytes())
}

/// CRC-32 of ITU-T V.42, bit by bit: checks are few.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use parley_forwarder_core::stun::Message;

    use super::*;

    #[test]
    fn the_forwarder_takes_a_check_for_authentic() {
        let credentials = |name: &str| Credentials { ufrag: name.to_owned(), password: format!("{name}-password") };
        let mut packet = [0; 256];
        let len = write_check(&mut packet, &[1; 12], &credentials("local"), &credentials("remote")).unwrap();
        let message = Message::parse(&packet[..len]).unwrap();
        assert_eq!(message.local_ufrag(), Some(&b"remote"[..]));
        assert!(message.use_candidate);
        assert_eq!(message.check_fingerprint(), Ok(()));
        assert_eq!(message.check_integrity(&IntegrityKey::new(b"remote-password")), Ok(()));
    }
}
