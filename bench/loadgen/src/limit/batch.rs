//! Reading what waits in one system call: recvmmsg(2).

use std::io;
use std::mem;
use std::net::UdpSocket;
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::ptr;

pub const MAX_PACKETS: usize = 32;
const PACKET_LEN: usize = 2_048;

pub struct Batch {
    bytes: Box<[[u8; PACKET_LEN]; MAX_PACKETS]>,
    lens: [usize; MAX_PACKETS],
    count: usize,
}

impl Batch {
    pub fn new() -> Self {
        Self { bytes: Box::new([[0; PACKET_LEN]; MAX_PACKETS]), lens: [0; MAX_PACKETS], count: 0 }
    }

    /// Forgets all packets.
    pub const fn clear(&mut self) {
        self.count = 0;
    }

    /// Appends what waits; with `is_patient`, waits for something as long as the socket's time-out. Returns how many came.
    pub fn read(&mut self, socket: &UdpSocket, is_patient: bool) -> io::Result<usize> {
        // SAFETY: all zeros is valid for both: null pointers with lengths of zero.
        let mut headers: [libc::mmsghdr; MAX_PACKETS] = unsafe { mem::zeroed() };
        // SAFETY: as above.
        let mut slices: [libc::iovec; MAX_PACKETS] = unsafe { mem::zeroed() };
        let free = self.bytes.iter_mut().skip(self.count);
        for ((header, slice), bytes) in headers.iter_mut().zip(&mut slices).zip(free) {
            *slice = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
            header.msg_hdr.msg_iov = slice;
            header.msg_hdr.msg_iovlen = 1;
        }
        let (descriptor, room) = (socket.as_raw_fd(), (MAX_PACKETS - self.count) as u32);
        let flags = if is_patient { libc::MSG_WAITFORONE } else { libc::MSG_DONTWAIT };
        // SAFETY: the first `room` headers point to slices that live through the call, with their lengths; there is no
        // time-out.
        let read = unsafe { libc::recvmmsg(descriptor, headers.as_mut_ptr(), room, flags, ptr::null_mut()) };
        let Ok(read) = usize::try_from(read) else {
            let error = io::Error::last_os_error();
            return if error.kind() == io::ErrorKind::WouldBlock { Ok(0) } else { Err(error) };
        };
        for (len, header) in self.lens.iter_mut().skip(self.count).zip(&headers).take(read) {
            *len = header.msg_len as usize;
        }
        self.count += read;
        Ok(read)
    }

    /// The packet that was read as the `number`-th.
    pub fn packet(&mut self, number: usize) -> &mut [u8] {
        &mut self.bytes[number][..self.lens[number]]
    }

    /// The part of a packet between two places.
    pub fn part(&self, number: usize, part: Range<usize>) -> &[u8] {
        &self.bytes[number][part]
    }
}
