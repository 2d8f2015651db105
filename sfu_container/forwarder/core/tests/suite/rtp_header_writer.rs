//! What is written is what is read back.

use parley_forwarder_core::bytes::WriteError;
use parley_forwarder_core::rtp::{ExtensionFormat, FixedFields, Header, HeaderWriter};
use proptest::prelude::*;

const FIELDS: FixedFields = FixedFields { marker: true, payload_type: 96, sequence: 9, timestamp: 8, ssrc: 7 };

#[test]
fn without_extensions_there_is_no_extension_block() {
    let mut buffer = [0; 20];
    let header = HeaderWriter::start(&mut buffer, &FIELDS, &[5], ExtensionFormat::TwoByte).unwrap();
    assert_eq!(header.finish(), Ok(16));
    assert_eq!(buffer[..2], [0x81, 0xe0]);
}

#[test]
fn the_data_of_an_extension_can_be_replaced_at_the_offset_told() {
    for format in [ExtensionFormat::OneByte, ExtensionFormat::TwoByte] {
        let mut buffer = [0; 64];
        let mut header = HeaderWriter::start(&mut buffer, &FIELDS, &[], format).unwrap();
        header.extension(1, b"mid").unwrap();
        let offset = header.extension(5, &[0, 0]).unwrap();
        header.finish().unwrap();
        buffer[offset..offset + 2].copy_from_slice(&[0xab, 0xcd]);
        let parsed = Header::parse(&buffer).unwrap();
        assert_eq!(parsed.extension(&buffer, 5), Some(&[0xab, 0xcd][..]));
        assert_eq!(parsed.extension(&buffer, 1), Some(&b"mid"[..]));
    }
}

#[test]
fn elements_that_the_format_cannot_hold_are_left_out() {
    let mut buffer = [0; 400];
    let mut header = HeaderWriter::start(&mut buffer, &FIELDS, &[], ExtensionFormat::OneByte).unwrap();
    for (id, len) in [(0, 1), (15, 1), (1, 0), (1, 17)] {
        assert_eq!(header.extension(id, &vec![0; len]), Err(WriteError::ValueTooLarge), "{id} {len}");
    }
    assert_eq!(header.finish(), Ok(12));
    let mut header = HeaderWriter::start(&mut buffer, &FIELDS, &[], ExtensionFormat::TwoByte).unwrap();
    for (id, len) in [(0, 1), (1, 256)] {
        assert_eq!(header.extension(id, &vec![0; len]), Err(WriteError::ValueTooLarge), "{id} {len}");
    }
    assert_eq!(header.finish(), Ok(12));
}

#[test]
fn too_many_sources_and_too_large_types_are_refused() {
    let mut buffer = [0; 100];
    let sixteen = HeaderWriter::start(&mut buffer, &FIELDS, &[0; 16], ExtensionFormat::OneByte);
    assert_eq!(sixteen.err(), Some(WriteError::ValueTooLarge));
    let fields = FixedFields { payload_type: 128, ..FIELDS };
    let large = HeaderWriter::start(&mut buffer, &fields, &[], ExtensionFormat::OneByte);
    assert_eq!(large.err(), Some(WriteError::ValueTooLarge));
}

#[test]
fn a_header_goes_on_without_an_element_that_has_no_room() {
    let mut buffer = [0; 22];
    let mut header = HeaderWriter::start(&mut buffer, &FIELDS, &[], ExtensionFormat::OneByte).unwrap();
    assert_eq!(header.extension(1, &[0; 16]), Err(WriteError::BufferTooSmall));
    header.extension(2, &[6, 6]).unwrap();
    assert_eq!(header.finish(), Ok(20));
    let parsed = Header::parse(&buffer).unwrap();
    let ids: Vec<u8> = parsed.extensions(&buffer).map(|extension| extension.id).collect();
    assert_eq!(ids, [2]);
}

prop_compose! {
    fn fixed_fields()(
        marker: bool, payload_type in 0_u8..128, sequence: u16, timestamp: u32, ssrc: u32,
    ) -> FixedFields {
        FixedFields { marker, payload_type, sequence, timestamp, ssrc }
    }
}

proptest! {
    #[test]
    fn any_header_comes_back(
        fields in fixed_fields(),
        csrcs in prop::collection::vec(any::<u32>(), 0..=15),
        is_two_byte: bool,
        extensions in prop::collection::vec((1_u8..15, prop::collection::vec(any::<u8>(), 1..=16)), 0..6),
    ) {
        let format = if is_two_byte { ExtensionFormat::TwoByte } else { ExtensionFormat::OneByte };
        let mut buffer = [0; 256];
        let mut writer = HeaderWriter::start(&mut buffer, &fields, &csrcs, format).unwrap();
        for (id, data) in &extensions {
            writer.extension(*id, data).unwrap();
        }
        let len = writer.finish().unwrap();
        let header = Header::parse(&buffer[..len]).unwrap();
        prop_assert_eq!(header.len, len);
        let read = FixedFields {
            marker: header.marker,
            payload_type: header.payload_type,
            sequence: header.sequence,
            timestamp: header.timestamp,
            ssrc: header.ssrc,
        };
        prop_assert_eq!(read, fields);
        prop_assert_eq!(header.csrcs(&buffer).collect::<Vec<_>>(), csrcs);
        let elements = header.extensions(&buffer).map(|element| (element.id, element.data.to_vec()));
        prop_assert_eq!(elements.collect::<Vec<_>>(), extensions);
    }
}
