//! Binding sockets and setting their options.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use crate::socket_address::RawAddress;

/// The kernel's queues, in bytes: a burst to a hundred Peers fits, and a fifth of a second of a flood.
const BUFFER_LEN: libc::c_int = 4 << 20;

/// UDP or TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Datagram,
    Stream,
}

/// A socket that does not block, bound to an IPv4 or IPv6 address.
pub(crate) fn bind(address: SocketAddr, kind: Kind) -> io::Result<OwnedFd> {
    let family = if address.is_ipv6() { libc::AF_INET6 } else { libc::AF_INET };
    let kind_flag = if kind == Kind::Datagram { libc::SOCK_DGRAM } else { libc::SOCK_STREAM };
    // SAFETY: socket takes no pointers.
    let raw = unsafe { libc::socket(family, kind_flag | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC, 0) };
    check(raw)?;
    // SAFETY: the descriptor was just made and has no other owner.
    let socket = unsafe { OwnedFd::from_raw_fd(raw) };
    if address.is_ipv6() {
        // So that the same port can be bound for IPv4 as well.
        set_option(raw, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, 1)?;
    }
    match kind {
        Kind::Stream => set_option(raw, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1)?,
        Kind::Datagram => {
            set_buffer(raw, libc::SO_RCVBUFFORCE, libc::SO_RCVBUF)?;
            set_buffer(raw, libc::SO_SNDBUFFORCE, libc::SO_SNDBUF)?;
        }
    }
    let raw_address = RawAddress::new(address);
    // SAFETY: the pointer is to an address of `len` bytes that lives through the call.
    check(unsafe { libc::bind(raw, (&raw const raw_address.storage).cast(), raw_address.len) })?;
    Ok(socket)
}

/// Where a socket is bound to.
pub(crate) fn local_address(socket: &impl AsRawFd) -> io::Result<SocketAddr> {
    let mut address = RawAddress::empty();
    let place = (&raw mut address.storage).cast();
    // SAFETY: both pointers are to places that live through the call, and `len` is the size of the first.
    check(unsafe { libc::getsockname(socket.as_raw_fd(), place, &raw mut address.len) })?;
    address.to_address().ok_or_else(|| io::ErrorKind::Unsupported.into())
}

/// Makes a queue as long as it should be; without CAP_NET_ADMIN only as long as the host lets everybody (socket(7)).
fn set_buffer(socket: RawFd, forced: libc::c_int, limited: libc::c_int) -> io::Result<()> {
    set_option(socket, libc::SOL_SOCKET, forced, BUFFER_LEN)
        .or_else(|_| set_option(socket, libc::SOL_SOCKET, limited, BUFFER_LEN))
}

/// Sets an option that is a number.
pub(crate) fn set_option(socket: RawFd, level: libc::c_int, name: libc::c_int, value: libc::c_int) -> io::Result<()> {
    let len = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: the pointer is to a number of `len` bytes that lives through the call.
    check(unsafe { libc::setsockopt(socket, level, name, (&raw const value).cast(), len) })
}

/// Turns the result of a system call into one of ours.
pub(crate) fn check(result: libc::c_int) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
