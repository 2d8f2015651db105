//! Runs of equally long datagrams in one system call: sendmmsg(2) with UDP_SEGMENT (udp(7)).

use std::io;
use std::mem;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd;

pub const MAX_RUNS: usize = 64;
const CONTROL_WORDS: usize = 4;

/// Where the runs of one call go, and how long their datagrams are; each run has the same number of them.
pub struct Runs<'a> {
    pub bytes: &'a mut [u8],
    pub addresses: &'a [Ipv4Addr],
    pub port: u16,
    pub run_len: usize,
    pub segment_len: usize,
}

/// Sends at most `MAX_RUNS` runs, which lie one behind the other.
pub fn send(socket: &UdpSocket, runs: &mut Runs<'_>) -> io::Result<()> {
    // SAFETY: all zeros is valid for all of these: null pointers with lengths of zero.
    let mut headers: [libc::mmsghdr; MAX_RUNS] = unsafe { mem::zeroed() };
    // SAFETY: as above.
    let mut slices: [libc::iovec; MAX_RUNS] = unsafe { mem::zeroed() };
    // SAFETY: as above.
    let mut names: [libc::sockaddr_in; MAX_RUNS] = unsafe { mem::zeroed() };
    let mut controls = [[0_u64; CONTROL_WORDS]; MAX_RUNS];
    let count = runs.addresses.len();
    for (place, (bytes, address)) in runs.bytes.chunks_mut(runs.run_len).zip(runs.addresses).enumerate() {
        names[place].sin_family = libc::AF_INET as libc::sa_family_t;
        names[place].sin_port = runs.port.to_be();
        names[place].sin_addr.s_addr = address.to_bits().to_be();
        slices[place] = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
        let header = &mut headers[place].msg_hdr;
        header.msg_name = (&raw mut names[place]).cast();
        header.msg_namelen = size_of::<libc::sockaddr_in>() as libc::socklen_t;
        header.msg_iov = &raw mut slices[place];
        header.msg_iovlen = 1;
        if bytes.len() > runs.segment_len {
            header.msg_control = controls[place].as_mut_ptr().cast();
            header.msg_controllen = size_of_val(&controls[place]);
            put_segment_len(header, runs.segment_len as u16);
        }
    }
    let mut sent = 0;
    while sent < count {
        let left = (count - sent) as u32;
        // SAFETY: each header points to an address, a slice and control words that live through the call.
        let taken = unsafe { libc::sendmmsg(socket.as_raw_fd(), headers[sent..].as_mut_ptr(), left, 0) };
        sent += usize::try_from(taken).map_err(|_| io::Error::last_os_error())?;
    }
    Ok(())
}

fn put_segment_len(header: &mut libc::msghdr, segment_len: u16) {
    // SAFETY: the header's control words are more than CMSG_SPACE of a u16, so the first control header and its data lie
    // within them; the data may stand unaligned.
    unsafe {
        header.msg_controllen = libc::CMSG_SPACE(size_of::<u16>() as u32) as usize;
        let control = libc::CMSG_FIRSTHDR(header);
        (*control).cmsg_level = libc::SOL_UDP;
        (*control).cmsg_type = libc::UDP_SEGMENT;
        (*control).cmsg_len = libc::CMSG_LEN(size_of::<u16>() as u32) as usize;
        libc::CMSG_DATA(control).cast::<u16>().write_unaligned(segment_len);
    }
}
