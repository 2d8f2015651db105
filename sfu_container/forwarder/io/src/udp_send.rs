//! Sending many datagrams in one system call (sendmmsg(2)), and runs of equally long ones as one message that the kernel
//! or the network card cuts up (UDP_SEGMENT, udp(7)).

use std::io;
use std::mem;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use crate::socket::set_option;
use crate::socket_address::RawAddress;

const MAX_MESSAGES: usize = 64;
/// Room for one control message with a number, in words of eight bytes for its alignment.
const CONTROL_WORDS: usize = 4;
/// How long to wait for room in the kernel's queue before what does not fit is dropped, in milliseconds.
const WAIT_MILLIS: libc::c_int = 2;

/// Datagrams to one address, one behind the other; all but the last are `segment_len` long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) to: SocketAddr,
    pub(crate) start: usize,
    pub(crate) len: usize,
    pub(crate) segment_len: usize,
}

impl Run {
    pub(crate) const fn count(&self) -> usize {
        self.len.div_ceil(self.segment_len)
    }

    fn segments(self) -> impl Iterator<Item = Self> {
        let end = self.start + self.len;
        (self.start..end).step_by(self.segment_len.max(1)).map(move |start| Self {
            start,
            len: self.segment_len.min(end - start),
            ..self
        })
    }
}

/// A socket, and whether the kernel cuts up for it.
pub(crate) struct UdpSender {
    socket: OwnedFd,
    can_segment: bool,
}

impl UdpSender {
    pub(crate) fn new(socket: OwnedFd) -> Self {
        // The length 0 means no segmentation; a kernel that does not know the option refuses it.
        let can_segment = set_option(socket.as_raw_fd(), libc::SOL_UDP, libc::UDP_SEGMENT, 0).is_ok();
        Self { socket, can_segment }
    }

    /// Sends runs of datagrams in `bytes`; returns how many datagrams the kernel did not take.
    pub(crate) fn send(&mut self, bytes: &[u8], runs: &[Run]) -> usize {
        let mut refused = 0;
        let mut rest = runs;
        while !rest.is_empty() {
            match self.send_some(bytes, rest) {
                Ok(sent) => rest = rest.get(sent.max(1)..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if !self.wait_for_room() {
                        return refused + rest.iter().map(Run::count).sum::<usize>();
                    }
                }
                Err(error) => {
                    let Some((first, others)) = rest.split_first() else { break };
                    refused += if first.count() > 1 { self.send_singly(bytes, *first, &error) } else { 1 };
                    rest = others;
                }
            }
        }
        refused
    }

    /// The kernel refuses to cut a run up: a card without checksums (EIO), no support at all (EOPNOTSUPP), or datagrams
    /// longer than the path takes (EINVAL), which only fragments can cross.
    fn send_singly(&mut self, bytes: &[u8], run: Run, error: &io::Error) -> usize {
        if matches!(error.raw_os_error(), Some(libc::EIO | libc::EOPNOTSUPP)) {
            self.can_segment = false;
        }
        run.segments().filter(|segment| self.send_some(bytes, &[*segment]).is_err()).count()
    }

    /// Sends the first of `runs`, as many as one call takes; returns how many.
    fn send_some(&self, bytes: &[u8], runs: &[Run]) -> io::Result<usize> {
        // SAFETY: all zeros is valid for all three: null pointers with lengths of zero.
        let mut headers: [libc::mmsghdr; MAX_MESSAGES] = unsafe { mem::zeroed() };
        // SAFETY: as above.
        let mut slices: [libc::iovec; MAX_MESSAGES] = unsafe { mem::zeroed() };
        let mut addresses = [RawAddress::empty(); MAX_MESSAGES];
        let mut controls = [[0_u64; CONTROL_WORDS]; MAX_MESSAGES];
        let mut count = 0;
        let places = headers.iter_mut().zip(&mut slices).zip(&mut addresses).zip(&mut controls);
        for ((((header, slice), address), control), run) in places.zip(runs) {
            if !self.can_segment && run.count() > 1 {
                break;
            }
            let datagrams = bytes.get(run.start..run.start + run.len).unwrap_or_default();
            *address = RawAddress::new(run.to);
            *slice = libc::iovec { iov_base: datagrams.as_ptr().cast_mut().cast(), iov_len: datagrams.len() };
            header.msg_hdr.msg_name = (&raw mut address.storage).cast();
            header.msg_hdr.msg_namelen = address.len;
            header.msg_hdr.msg_iov = slice;
            header.msg_hdr.msg_iovlen = 1;
            if run.count() > 1 {
                header.msg_hdr.msg_control = control.as_mut_ptr().cast();
                header.msg_hdr.msg_controllen = size_of_val(control);
                put_segment_len(&mut header.msg_hdr, run.segment_len);
            }
            count += 1;
        }
        if count == 0 {
            return Err(io::Error::from_raw_os_error(libc::EOPNOTSUPP));
        }
        // SAFETY: the first `count` headers point to addresses, slices and control words that live through the call, with
        // their sizes; what is sent is only read.
        let sent = unsafe { libc::sendmmsg(self.socket.as_raw_fd(), headers.as_mut_ptr(), count, libc::MSG_DONTWAIT) };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }

    fn wait_for_room(&self) -> bool {
        let mut waiting = libc::pollfd { fd: self.socket.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
        // SAFETY: the pointer is to one entry that lives through the call.
        unsafe { libc::poll(&raw mut waiting, 1, WAIT_MILLIS) > 0 }
    }
}

impl AsRawFd for UdpSender {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

/// Writes the control message that says how long each datagram is; the header has room for it.
fn put_segment_len(header: &mut libc::msghdr, segment_len: usize) {
    // Less than a datagram.
    let segment_len = segment_len as u16;
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
