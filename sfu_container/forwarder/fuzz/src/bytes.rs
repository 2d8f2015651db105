//! Reading an input as a list of decisions.

use parley_forwarder_core::hmac_sha1::HmacSha1Key;

/// A key that changes with every bit of the input. The fuzzer sees what is compared with what, so it learns the tags that
/// go with a key that stays.
pub(crate) fn secret_of(input: &[u8]) -> [u8; 20] {
    HmacSha1Key::new(b"secret").tag(&[input])
}

/// Takes an input from its start; what is missing at its end is zero.
pub(crate) struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        let taken = self.take(N);
        array[..taken.len()].copy_from_slice(taken);
        array
    }

    pub(crate) fn u8(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_be_bytes(self.array())
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.u8() & 1 == 1
    }

    /// One of `choices`.
    pub(crate) fn choose<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.u8()) % choices.len()]
    }

    /// As many bytes as the next byte says, or two bytes where that is 255.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let len = match self.u8() {
            u8::MAX => usize::from(self.u16()),
            len => len.into(),
        };
        self.take(len)
    }

    pub(crate) fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(len.min(self.rest.len()));
        self.rest = rest;
        taken
    }
}
