//! Reading many datagrams in one system call (recvmmsg(2)), also such as the kernel has joined (UDP_GRO, udp(7)).

use std::mem;
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::ptr;

use crate::socket::set_option;
use crate::socket_address::RawAddress;

const MAX_MESSAGES: usize = 32;
/// What the kernel may join fits.
const MESSAGE_LEN: usize = 1 << 16;
/// Room for one control message with a number, in words of eight bytes for its alignment.
const CONTROL_WORDS: usize = 8;

#[derive(Clone, Copy)]
struct Received {
    from: RawAddress,
    control: [u64; CONTROL_WORDS],
    len: usize,
    segment_len: usize,
}

/// The buffers of one read.
pub(crate) struct ReceiveBatch {
    bytes: Box<[u8]>,
    messages: [Received; MAX_MESSAGES],
    count: usize,
}

/// Lets the kernel join datagrams of one sender; where it cannot, each comes alone.
pub(crate) fn enable_joining(socket: RawFd) {
    let _ = set_option(socket, libc::SOL_UDP, libc::UDP_GRO, 1);
}

impl ReceiveBatch {
    pub(crate) fn new() -> Self {
        let empty = Received { from: RawAddress::empty(), control: [0; CONTROL_WORDS], len: 0, segment_len: 0 };
        Self { bytes: vec![0; MAX_MESSAGES * MESSAGE_LEN].into(), messages: [empty; MAX_MESSAGES], count: 0 }
    }

    /// Reads what waits on a socket; false when that was nothing.
    pub(crate) fn read(&mut self, socket: RawFd) -> bool {
        self.count = 0;
        // SAFETY: all zeros is valid for both: null pointers with lengths of zero.
        let mut headers: [libc::mmsghdr; MAX_MESSAGES] = unsafe { mem::zeroed() };
        // SAFETY: as above.
        let mut slices: [libc::iovec; MAX_MESSAGES] = unsafe { mem::zeroed() };
        let places = headers.iter_mut().zip(&mut slices).zip(&mut self.messages);
        for (((header, slice), message), bytes) in places.zip(self.bytes.chunks_exact_mut(MESSAGE_LEN)) {
            message.from = RawAddress::empty();
            *slice = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
            header.msg_hdr.msg_name = (&raw mut message.from.storage).cast();
            header.msg_hdr.msg_namelen = message.from.len;
            header.msg_hdr.msg_iov = slice;
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_control = message.control.as_mut_ptr().cast();
            header.msg_hdr.msg_controllen = size_of_val(&message.control);
        }
        // SAFETY: every header points to an address, a slice and control words that live through the call, with their
        // sizes; no timeout is given.
        let read = unsafe {
            libc::recvmmsg(socket, headers.as_mut_ptr(), MAX_MESSAGES as u32, libc::MSG_DONTWAIT, ptr::null_mut())
        };
        // An error is that nothing waits, or an ICMP error about an earlier datagram, which says nothing of the next.
        self.count = usize::try_from(read).unwrap_or(0);
        for (header, message) in headers.iter().zip(&mut self.messages).take(self.count) {
            message.len = header.msg_len as usize;
            message.segment_len = segment_len(&header.msg_hdr).unwrap_or(message.len);
        }
        self.count > 0
    }

    /// The datagrams of the last read.
    pub(crate) fn datagrams(&mut self) -> impl Iterator<Item = (SocketAddr, &mut [u8])> {
        let messages = self.messages.iter().zip(self.bytes.chunks_exact_mut(MESSAGE_LEN)).take(self.count);
        messages.flat_map(|(message, bytes)| {
            let joined = bytes.get_mut(..message.len).unwrap_or_default();
            let from = message.from.to_address();
            let datagrams = joined.chunks_mut(message.segment_len.max(1));
            datagrams.filter_map(move |datagram| Some((from?, datagram)))
        })
    }
}

/// How long each of joined datagrams is, but the last; `None` for one that came alone.
fn segment_len(header: &libc::msghdr) -> Option<usize> {
    // SAFETY: the kernel has filled in the control words that the header points to, and their length.
    let mut control = unsafe { libc::CMSG_FIRSTHDR(header) };
    while !control.is_null() {
        // SAFETY: a control pointer that is not null is to a whole control header, says the kernel.
        let (level, kind) = unsafe { ((*control).cmsg_level, (*control).cmsg_type) };
        if level == libc::SOL_UDP && kind == libc::UDP_GRO {
            // SAFETY: the data of this kind is a number, which may stand unaligned.
            let len = unsafe { libc::CMSG_DATA(control).cast::<libc::c_int>().read_unaligned() };
            return usize::try_from(len).ok().filter(|len| *len > 0);
        }
        // SAFETY: both come from the same header.
        control = unsafe { libc::CMSG_NXTHDR(header, control) };
    }
    None
}
