//! Checked big-endian reading and writing: no offset arithmetic on packets outside this file.

/// Reads a slice from its start; every read says `None` when too few bytes are left, and then takes nothing.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read yet.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The number of bytes not read yet.
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// True at the end.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// The next `N` bytes by value.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    /// One byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    /// Two bytes.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// Three bytes.
    pub fn u24(&mut self) -> Option<u32> {
        let [high, middle, low] = self.array()?;
        Some(u32::from_be_bytes([0, high, middle, low]))
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }
}

coded_error! {
    /// Why nothing was written.
    pub enum WriteError {
        /// The caller's buffer has no room for it.
        BufferTooSmall => "bufferTooSmall",
        /// A value does not fit its field on the wire.
        ValueTooLarge => "valueTooLarge",
    }
}

/// Writes into a caller's buffer from its start; a write that does not fit fails and writes nothing.
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    len: usize,
}

impl<'a> Writer<'a> {
    /// Starts at the first byte of `buffer`.
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, len: 0 }
    }

    /// Bytes written so far.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// True before the first write.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes that still fit.
    pub const fn room(&self) -> usize {
        self.buffer.len().saturating_sub(self.len)
    }

    /// What was written so far.
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    /// Takes back what was written after the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Appends `bytes`.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let end = self.len.checked_add(bytes.len()).ok_or(WriteError::BufferTooSmall)?;
        self.buffer.get_mut(self.len..end).ok_or(WriteError::BufferTooSmall)?.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    /// Appends zeros until the length is a multiple of `alignment` bytes.
    pub fn align(&mut self, alignment: usize) -> Result<(), WriteError> {
        while !self.len.is_multiple_of(alignment) {
            self.u8(0)?;
        }
        Ok(())
    }

    /// Appends one byte.
    pub fn u8(&mut self, value: u8) -> Result<(), WriteError> {
        self.put(&[value])
    }

    /// Appends two bytes.
    pub fn u16(&mut self, value: u16) -> Result<(), WriteError> {
        self.put(&value.to_be_bytes())
    }

    /// Appends three bytes, the low ones of `value`.
    pub fn u24(&mut self, value: u32) -> Result<(), WriteError> {
        let [_, high, middle, low] = value.to_be_bytes();
        self.put(&[high, middle, low])
    }

    /// Appends four bytes.
    pub fn u32(&mut self, value: u32) -> Result<(), WriteError> {
        self.put(&value.to_be_bytes())
    }

    /// Appends eight bytes.
    pub fn u64(&mut self, value: u64) -> Result<(), WriteError> {
        self.put(&value.to_be_bytes())
    }

    /// Writes over bytes that were written before, from offset `at`.
    pub fn overwrite(&mut self, at: usize, bytes: &[u8]) -> Result<(), WriteError> {
        let end = at.checked_add(bytes.len()).filter(|end| *end <= self.len).ok_or(WriteError::BufferTooSmall)?;
        self.buffer.get_mut(at..end).ok_or(WriteError::BufferTooSmall)?.copy_from_slice(bytes);
        Ok(())
    }
}
