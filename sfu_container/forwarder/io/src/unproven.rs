//! The connections on which no valid STUN check has come yet: anybody can open those, so they are few.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// When one more comes, the oldest of the network that holds the most has to go.
const MAX_UNPROVEN: usize = 128;
/// When one more comes, the oldest from there has to go.
const MAX_PER_NETWORK: usize = 8;
/// Of an IPv6 address: the part that its network has in common (RFC 6177).
const NETWORK_BITS_V6: u32 = 64;

/// What one customer of a provider has to connect from: an IPv4 address, or a /64 network of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    V4(Ipv4Addr),
    V6(u128),
}

impl Network {
    fn of(remote: SocketAddr) -> Self {
        match remote.ip().to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6(address.to_bits() >> (u128::BITS - NETWORK_BITS_V6)),
        }
    }
}

/// Numbers of connections, the oldest first, with where they come from.
#[derive(Default)]
pub(crate) struct Unproven {
    waiting: Vec<(u64, Network)>,
}

impl Unproven {
    /// Adds a connection. Returns the one that has to go for it.
    pub(crate) fn add(&mut self, number: u64, remote: SocketAddr) -> Option<u64> {
        let network = Network::of(remote);
        let crowded = if self.held_by(network) >= MAX_PER_NETWORK {
            Some(network)
        } else if self.waiting.len() >= MAX_UNPROVEN {
            // Of equals the last counts, which is the oldest.
            self.waiting.iter().rev().map(|(_, network)| *network).max_by_key(|network| self.held_by(*network))
        } else {
            None
        };
        let oldest = crowded.and_then(|crowded| self.waiting.iter().position(|(_, network)| *network == crowded));
        let leaving = oldest.map(|place| self.waiting.remove(place).0);
        self.waiting.push((number, network));
        leaving
    }

    /// A connection is proven, or closed; one that is not here is passed over.
    pub(crate) fn remove(&mut self, number: u64) {
        self.waiting.retain(|(other, _)| *other != number);
    }

    pub(crate) fn contains(&self, number: u64) -> bool {
        self.waiting.iter().any(|(other, _)| *other == number)
    }

    fn held_by(&self, network: Network) -> usize {
        self.waiting.iter().filter(|(_, other)| *other == network).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(host: u8) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, host], 1_000))
    }

    #[test]
    fn a_network_keeps_its_newest_and_takes_nothing_from_others() {
        let mut unproven = Unproven::default();
        assert_eq!(unproven.add(0, from(1)), None);
        let leaving: Vec<Option<u64>> = (1..11).map(|number| unproven.add(number, from(2))).collect();
        assert_eq!(leaving, [[None; 8].as_slice(), &[Some(1), Some(2)]].concat());
        assert!(unproven.contains(0));
    }

    #[test]
    fn when_all_places_are_taken_the_oldest_of_the_network_that_holds_most_goes() {
        let mut unproven = Unproven::default();
        for number in 0..122 {
            assert_eq!(unproven.add(number, from(number as u8)), None);
        }
        for number in 122..128 {
            assert_eq!(unproven.add(number, from(200)), None);
        }
        assert_eq!(unproven.add(128, from(201)), Some(122));
        assert_eq!(unproven.add(129, from(202)), Some(123));
    }

    #[test]
    fn where_no_network_holds_more_than_another_the_oldest_goes() {
        let mut unproven = Unproven::default();
        (0..128).for_each(|number| assert_eq!(unproven.add(number, from(number as u8)), None));
        assert_eq!(unproven.add(128, from(200)), Some(0));
    }

    #[test]
    fn a_proven_connection_makes_room() {
        let mut unproven = Unproven::default();
        (0..8).for_each(|number| assert_eq!(unproven.add(number, from(1)), None));
        unproven.remove(3);
        assert_eq!(unproven.add(8, from(1)), None);
        assert_eq!(unproven.add(9, from(1)), Some(0));
    }

    #[test]
    fn ipv4_addresses_are_told_apart_and_ipv6_by_their_network() {
        let network = |address: &str| Network::of(SocketAddr::new(address.parse().unwrap(), 1));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.1"));
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
    }
}
