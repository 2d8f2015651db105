//! What another implementation protected, byte for byte.

use parley_forwarder_core::srtp::{Profile, ReceiveContext, SendContext, SendState};

use crate::support::{SSRC, hex, master, protect_rtcp, protect_rtp, unprotect_rtcp, unprotect_rtp};

const LIBSRTP: &str = include_str!("golden/libsrtp.txt");

struct Recorded {
    is_rtp: bool,
    plain: Vec<u8>,
    protected: Vec<u8>,
}

fn recorded(profile: Profile) -> Vec<Recorded> {
    let lines = LIBSRTP.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    lines
        .filter(|fields| fields[0] == profile.name())
        .map(|fields| Recorded { is_rtp: fields[1] == "rtp", plain: hex(fields[2]), protected: hex(fields[3]) })
        .collect()
}

#[test]
fn packets_are_protected_as_libsrtp_does_it() {
    for profile in Profile::ALL {
        let mut sender = SendContext::new(profile, &master(profile)).unwrap();
        let mut state = SendState::new(SSRC);
        for packet in recorded(profile).iter().filter(|packet| packet.is_rtp) {
            assert_eq!(protect_rtp(&sender, &mut state, &packet.plain).as_ref(), Ok(&packet.protected), "{profile:?}");
        }
        // libsrtp counts for each SSRC, so only the first packet has the same index here.
        let first = recorded(profile).into_iter().find(|packet| !packet.is_rtp).unwrap();
        assert_eq!(protect_rtcp(&mut sender, &first.plain), Ok(first.protected), "{profile:?}");
    }
}

#[test]
fn packets_of_libsrtp_are_opened() {
    for profile in Profile::ALL {
        let mut receiver = ReceiveContext::new(profile, &master(profile)).unwrap();
        let packets = recorded(profile);
        assert_eq!(packets.len(), 6);
        for packet in packets {
            let opened = if packet.is_rtp {
                unprotect_rtp(&mut receiver, &packet.protected)
            } else {
                unprotect_rtcp(&mut receiver, &packet.protected)
            };
            assert_eq!(opened, Ok(packet.plain), "{profile:?}");
        }
    }
}

/// The reference packets in libsrtp's own test driver for AES-CM with HMAC-SHA1.
#[test]
fn the_reference_packets_of_counter_mode_are_reproduced() {
    let master = hex("e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6");
    let mut sender = SendContext::new(Profile::Aes128CmHmacSha1_80, &master).unwrap();
    let rtp = hex("800f1234 decafbad cafebabe abababab abababab abababab abababab");
    let protected = protect_rtp(&sender, &mut SendState::new(0xcafe_babe), &rtp).unwrap();
    assert_eq!(protected, hex("800f1234 decafbad cafebabe 4e55dc4c e79978d8 8ca4d215 949d2402 b78d6acc 99ea179b 8dbb"));
    let rtcp = hex("81c8000b cafebabe abababab abababab abababab abababab");
    let protected = protect_rtcp(&mut sender, &rtcp).unwrap();
    assert_eq!(protected, hex("81c8000b cafebabe 7128035b e487b9bd bef89041 f977a5a8 80000001 993e08cd 54d6c123 0798"));
}
