//! Two UDP sockets for all endpoints, read and written many datagrams at a time. Which endpoint a datagram is for, and
//! from which it leaves, is told by its local address (IP_PKTINFO, ip(7)); so any number of endpoints costs two sockets.

use std::io;
use std::mem;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::ptr;

const BATCH: usize = 64;
const BUFFER_LEN: usize = 2_048;
/// What is read of a datagram of which only the headers are wanted, in bytes.
const HEADERS_LEN: usize = 256;
/// Room for the control messages of one datagram, in words of eight bytes for their alignment.
const CONTROL_WORDS: usize = 16;
const SOCKET_BUFFER_LEN: libc::c_int = 64 << 20;
/// SK_MEMINFO_DROPS of linux/sock_diag.h.
const MEMINFO_DROPS: usize = 8;

/// A socket with its buffers for sending.
pub struct Socket {
    socket: UdpSocket,
    read_len: usize,
    bytes: Box<[[u8; BUFFER_LEN]; BATCH]>,
    waiting: Vec<(Ipv4Addr, SocketAddrV4, usize)>,
}

impl Socket {
    /// Binds to port `number` on all loopback addresses.
    pub fn bind(number: u16) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, number))?;
        socket.set_nonblocking(true)?;
        let descriptor = socket.as_raw_fd();
        set_option(descriptor, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)?;
        set_option(descriptor, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
        for (forced, plain) in [(libc::SO_RCVBUFFORCE, libc::SO_RCVBUF), (libc::SO_SNDBUFFORCE, libc::SO_SNDBUF)] {
            // Without the right to force it, the system's limit holds.
            set_option(descriptor, libc::SOL_SOCKET, forced, SOCKET_BUFFER_LEN)
                .or_else(|_| set_option(descriptor, libc::SOL_SOCKET, plain, SOCKET_BUFFER_LEN))?;
        }
        Ok(Self {
            socket,
            read_len: BUFFER_LEN,
            bytes: Box::new([[0; BUFFER_LEN]; BATCH]),
            waiting: Vec::with_capacity(BATCH),
        })
    }

    /// From now on reads only the headers of datagrams; what is longer than those is lost.
    pub const fn read_headers(&mut self) {
        self.read_len = HEADERS_LEN;
    }

    /// How many datagrams had no room in the socket so far.
    pub fn drops(&self) -> u64 {
        let mut info = [0_u32; 16];
        let mut len = size_of_val(&info) as libc::socklen_t;
        // SAFETY: both pointers are to values that live through the call, and `len` is the size of the first.
        unsafe {
            libc::getsockopt(
                self.socket.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_MEMINFO,
                info.as_mut_ptr().cast(),
                &raw mut len,
            )
        };
        info[MEMINFO_DROPS].into()
    }

    /// Room for the next datagram, to be followed by `send`.
    pub fn buffer(&mut self) -> &mut [u8] {
        if self.waiting.len() == BATCH {
            self.flush();
        }
        &mut self.bytes[self.waiting.len()]
    }

    /// Lets the first `len` bytes of the buffer leave with the next flush.
    pub fn send(&mut self, from: Ipv4Addr, to: SocketAddrV4, len: usize) {
        self.waiting.push((from, to, len));
    }

    /// Lets everything leave that waits. What the kernel does not take is lost, and seen as lost by whoever counts.
    pub fn flush(&mut self) {
        // SAFETY: all zeros is valid for all of these: null pointers with lengths of zero.
        let mut headers: [libc::mmsghdr; BATCH] = unsafe { mem::zeroed() };
        // SAFETY: as above.
        let mut slices: [libc::iovec; BATCH] = unsafe { mem::zeroed() };
        // SAFETY: as above.
        let mut addresses: [libc::sockaddr_in; BATCH] = unsafe { mem::zeroed() };
        let mut controls = [[0_u64; CONTROL_WORDS]; BATCH];
        for (place, (from, to, len)) in self.waiting.iter().enumerate() {
            addresses[place] = raw_address(*to);
            slices[place] = libc::iovec { iov_base: self.bytes[place].as_mut_ptr().cast(), iov_len: *len };
            let header = &mut headers[place].msg_hdr;
            header.msg_name = (&raw mut addresses[place]).cast();
            header.msg_namelen = size_of::<libc::sockaddr_in>() as libc::socklen_t;
            header.msg_iov = &raw mut slices[place];
            header.msg_iovlen = 1;
            header.msg_control = controls[place].as_mut_ptr().cast();
            header.msg_controllen = size_of_val(&controls[place]);
            put_source(header, *from);
        }
        let mut sent = 0;
        while sent < self.waiting.len() {
            let count = (self.waiting.len() - sent) as u32;
            // SAFETY: each header points to an address, a slice and control words that live through the call.
            let taken = unsafe { libc::sendmmsg(self.socket.as_raw_fd(), headers[sent..].as_mut_ptr(), count, 0) };
            sent += usize::try_from(taken).unwrap_or(0).max(1);
        }
        self.waiting.clear();
    }
}

/// One received datagram.
pub struct Datagram<'a> {
    /// The address that it was sent to, which tells the endpoint.
    pub local: Ipv4Addr,
    /// When the kernel got it, in nanoseconds of wall time.
    pub arrival: u64,
    /// How long it was.
    pub len: usize,
    /// As much of it as was read.
    pub bytes: &'a mut [u8],
}

/// Buffers for one read.
pub struct Inbox {
    bytes: Box<[[u8; BUFFER_LEN]; BATCH]>,
}

impl Inbox {
    pub fn new() -> Self {
        Self { bytes: Box::new([[0; BUFFER_LEN]; BATCH]) }
    }

    /// Reads what waits, up to a batch, and hands each datagram to `take`, which may answer; returns how many there were.
    pub fn read(&mut self, socket: &mut Socket, mut take: impl FnMut(Datagram<'_>, &mut Socket)) -> usize {
        // SAFETY: all zeros is valid for both: null pointers with lengths of zero.
        let mut headers: [libc::mmsghdr; BATCH] = unsafe { mem::zeroed() };
        // SAFETY: as above.
        let mut slices: [libc::iovec; BATCH] = unsafe { mem::zeroed() };
        let mut controls = [[0_u64; CONTROL_WORDS]; BATCH];
        for place in 0..BATCH {
            slices[place] = libc::iovec { iov_base: self.bytes[place].as_mut_ptr().cast(), iov_len: socket.read_len };
            let header = &mut headers[place].msg_hdr;
            header.msg_iov = &raw mut slices[place];
            header.msg_iovlen = 1;
            header.msg_control = controls[place].as_mut_ptr().cast();
            header.msg_controllen = size_of_val(&controls[place]);
        }
        let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
        let descriptor = socket.socket.as_raw_fd();
        // SAFETY: each header points to a slice and control words that live through the call; there is no timeout.
        let read = unsafe { libc::recvmmsg(descriptor, headers.as_mut_ptr(), BATCH as u32, flags, ptr::null_mut()) };
        let count = usize::try_from(read).unwrap_or(0);
        for (header, bytes) in headers.iter().zip(self.bytes.iter_mut()).take(count) {
            let (Some(local), arrival) = read_control(&header.msg_hdr) else { continue };
            let len = header.msg_len as usize;
            let bytes = &mut bytes[..len.min(socket.read_len)];
            take(Datagram { local, arrival, len, bytes }, socket);
        }
        count
    }
}

fn set_option(socket: RawFd, level: libc::c_int, name: libc::c_int, value: libc::c_int) -> io::Result<()> {
    let len = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: the pointer is to a number that lives through the call, and `len` is its size.
    let result = unsafe { libc::setsockopt(socket, level, name, (&raw const value).cast(), len) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn raw_address(address: SocketAddrV4) -> libc::sockaddr_in {
    libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: address.port().to_be(),
        sin_addr: libc::in_addr { s_addr: address.ip().to_bits().to_be() },
        sin_zero: [0; 8],
    }
}

/// Writes the control message that says from which address a datagram leaves; the header has room for it.
fn put_source(header: &mut libc::msghdr, source: Ipv4Addr) {
    let len = size_of::<libc::in_pktinfo>() as u32;
    let info = libc::in_pktinfo {
        ipi_ifindex: 0,
        ipi_spec_dst: libc::in_addr { s_addr: source.to_bits().to_be() },
        ipi_addr: libc::in_addr { s_addr: 0 },
    };
    // SAFETY: the header's control words are more than CMSG_SPACE of an in_pktinfo, so the first control header and its
    // data lie within them; the data may stand unaligned.
    unsafe {
        header.msg_controllen = libc::CMSG_SPACE(len) as usize;
        let control = libc::CMSG_FIRSTHDR(header);
        (*control).cmsg_level = libc::IPPROTO_IP;
        (*control).cmsg_type = libc::IP_PKTINFO;
        (*control).cmsg_len = libc::CMSG_LEN(len) as usize;
        libc::CMSG_DATA(control).cast::<libc::in_pktinfo>().write_unaligned(info);
    }
}

/// The local address of a datagram, and when it came in nanoseconds of wall time.
fn read_control(header: &libc::msghdr) -> (Option<Ipv4Addr>, u64) {
    let (mut local, mut arrival) = (None, 0);
    // SAFETY: the kernel has filled in the control words that the header points to, and their length.
    let mut control = unsafe { libc::CMSG_FIRSTHDR(header) };
    while !control.is_null() {
        // SAFETY: a control pointer that is not null is to a whole control header, says the kernel.
        match unsafe { ((*control).cmsg_level, (*control).cmsg_type) } {
            (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                // SAFETY: the data of this kind is an in_pktinfo, which may stand unaligned.
                let info = unsafe { libc::CMSG_DATA(control).cast::<libc::in_pktinfo>().read_unaligned() };
                local = Some(Ipv4Addr::from_bits(u32::from_be(info.ipi_addr.s_addr)));
            }
            (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                // SAFETY: the data of this kind is a timespec, which may stand unaligned.
                let time = unsafe { libc::CMSG_DATA(control).cast::<libc::timespec>().read_unaligned() };
                arrival = time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64;
            }
            _ => {}
        }
        // SAFETY: both come from the same header.
        control = unsafe { libc::CMSG_NXTHDR(header, control) };
    }
    (local, arrival)
}
