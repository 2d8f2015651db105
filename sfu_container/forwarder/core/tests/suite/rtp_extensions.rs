//! Header extensions in both formats (RFC 8285).

use parley_forwarder_core::rtp::Header;

use crate::support::hex;

/// The elements of a packet with the extension block given: id, data and where the data starts.
fn elements(block: &str) -> Vec<(u8, Vec<u8>, usize)> {
    let packet = [hex("9060 0001 00000001 00000001"), hex(block)].concat();
    let header = Header::parse(&packet).unwrap();
    let elements = header.extensions(&packet);
    elements.map(|element| (element.id, element.data.to_vec(), element.offset)).collect()
}

#[test]
fn one_byte_elements_are_read_over_padding() {
    assert_eq!(
        elements("bede0003 10aa 00 00 31bbcc 00 e0dd 0000"),
        [(1, vec![0xaa], 17), (3, vec![0xbb, 0xcc], 21), (14, vec![0xdd], 25)]
    );
}

#[test]
fn two_byte_elements_may_be_empty_and_long() {
    assert_eq!(
        elements("10000006 0100 00 ff12 000102030405060708090a0b0c0d0e0f1011 00"),
        [(1, vec![], 18), (255, (0..18).collect(), 21)]
    );
    assert_eq!(elements("100f0001 0201ee00"), [(2, vec![0xee], 18)], "the low bits of the profile are free");
}

#[test]
fn id_15_ends_the_one_byte_list() {
    assert_eq!(elements("bede0002 10aa f0bb 20cc 0000"), [(1, vec![0xaa], 17)]);
}

#[test]
fn padding_with_a_length_ends_the_one_byte_list() {
    assert_eq!(elements("bede0002 10aa 02 bbcc 20dd 00"), [(1, vec![0xaa], 17)]);
}

#[test]
fn an_element_over_the_end_of_the_block_ends_the_list() {
    assert_eq!(elements("bede0001 10aa 23bb"), [(1, vec![0xaa], 17)]);
    assert_eq!(elements("10000001 0101aa 02"), [(1, vec![0xaa], 18)]);
}

#[test]
fn an_element_is_found_by_id() {
    let packet = hex("9060 0001 00000001 00000001 bede0001 10aa20bb");
    let header = Header::parse(&packet).unwrap();
    assert_eq!(header.extension(&packet, 2), Some(&[0xbb][..]));
    assert_eq!(header.extension(&packet, 3), None);
}
