//! Who sends what it should not, from wherever it likes.

use std::mem;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;

pub struct Attacker {
    target: SocketAddr,
    /// Sends from any local address.
    anywhere: UdpSocket,
    /// At the publisher's address, with another port.
    beside: UdpSocket,
    /// The publisher's own: what a forged address looks like.
    publisher: UdpSocket,
}

/// Room for one control message with an address, aligned.
#[repr(C, align(8))]
struct Control([u8; 64]);

impl Attacker {
    pub fn new(target: SocketAddr, publisher: UdpSocket) -> Self {
        let anywhere = UdpSocket::bind(("0.0.0.0", 0)).unwrap();
        let beside = UdpSocket::bind((publisher.local_addr().unwrap().ip(), 0)).unwrap();
        Self { target, anywhere, beside, publisher }
    }

    pub fn send_from_beside(&self, datagram: &[u8]) {
        self.beside.send_to(datagram, self.target).unwrap();
    }

    pub fn send_as_publisher(&self, datagram: &[u8]) {
        self.publisher.send(datagram).unwrap();
    }

    /// Sends from an address that this host has, as all of 127.0.0.0/8 are (IP_PKTINFO, ip(7)).
    pub fn send_from(&self, source: Ipv4Addr, datagram: &[u8]) {
        let SocketAddr::V4(target) = self.target else { return };
        let mut name = libc::sockaddr_in {
            sin_family: libc::AF_INET as libc::sa_family_t,
            sin_port: target.port().to_be(),
            sin_addr: in_address(*target.ip()),
            sin_zero: [0; 8],
        };
        let info = libc::in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: in_address(source), ipi_addr: in_address(source) };
        let mut slice = libc::iovec { iov_base: datagram.as_ptr().cast_mut().cast(), iov_len: datagram.len() };
        let mut control = Control([0; 64]);
        // SAFETY: all zeros is valid: null pointers with lengths of zero.
        let mut message: libc::msghdr = unsafe { mem::zeroed() };
        message.msg_name = (&raw mut name).cast();
        message.msg_namelen = size_of_val(&name) as libc::socklen_t;
        message.msg_iov = &raw mut slice;
        message.msg_iovlen = 1;
        message.msg_control = control.0.as_mut_ptr().cast();
        // SAFETY: it computes with a number.
        message.msg_controllen = unsafe { libc::CMSG_SPACE(size_of_val(&info) as u32) } as usize;
        // SAFETY: the control words are large enough for the one message that is written into them.
        unsafe {
            let header = libc::CMSG_FIRSTHDR(&raw const message);
            (*header).cmsg_level = libc::IPPROTO_IP;
            (*header).cmsg_type = libc::IP_PKTINFO;
            (*header).cmsg_len = libc::CMSG_LEN(size_of_val(&info) as u32) as usize;
            libc::CMSG_DATA(header).cast::<libc::in_pktinfo>().write_unaligned(info);
        }
        // SAFETY: every pointer of the message is to something that lives through the call.
        let sent = unsafe { libc::sendmsg(self.anywhere.as_raw_fd(), &raw const message, 0) };
        assert!(sent >= 0, "{}", std::io::Error::last_os_error());
    }
}

fn in_address(address: Ipv4Addr) -> libc::in_addr {
    libc::in_addr { s_addr: u32::from_ne_bytes(address.octets()) }
}
