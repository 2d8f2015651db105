//! Packet status chunks: 16 bits that tell the fate of several packets (sections 3.1.1 to 3.1.4 of the draft).

/// The fate of one packet, and how its arrival is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    /// It did not come.
    NotReceived = 0,
    /// It came 0 to 255 ticks after the one before: one byte.
    SmallDelta = 1,
    /// It came earlier, or later than that: two bytes.
    LargeDelta = 2,
}

impl Symbol {
    const fn from_bits(bits: u16) -> Option<Self> {
        match bits {
            0 => Some(Self::NotReceived),
            1 => Some(Self::SmallDelta),
            2 => Some(Self::LargeDelta),
            _ => None,
        }
    }

    /// How many bytes its arrival takes.
    pub(super) const fn delta_len(self) -> usize {
        self as usize
    }
}

/// The most packets that a run can stand for.
pub(super) const MAX_RUN: usize = 0x1fff;
/// How many packets a vector of one-bit symbols stands for.
pub(super) const ONE_BIT_SYMBOLS: usize = 14;
/// How many packets a vector of two-bit symbols stands for.
pub(super) const TWO_BIT_SYMBOLS: usize = 7;

const VECTOR_BIT: u16 = 0x8000;
const TWO_BIT_FLAG: u16 = 0x4000;

/// One chunk as it is on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk(pub(super) u16);

impl Chunk {
    /// `len` packets, at most [`MAX_RUN`], with the same fate.
    pub(super) const fn run(symbol: Symbol, len: usize) -> Self {
        // Cut to the 13 bits that the caller keeps to.
        Self((symbol as u16) << 13 | (len & MAX_RUN) as u16)
    }

    /// Up to [`ONE_BIT_SYMBOLS`] packets that did not come or came with a small delta.
    pub(super) fn one_bit(symbols: impl Iterator<Item = Symbol>) -> Self {
        let bits = symbols.take(ONE_BIT_SYMBOLS).zip((0..ONE_BIT_SYMBOLS).rev());
        Self(bits.fold(VECTOR_BIT, |chunk, (symbol, shift)| chunk | (symbol as u16) << shift))
    }

    /// Up to [`TWO_BIT_SYMBOLS`] packets of any fate.
    pub(super) fn two_bit(symbols: impl Iterator<Item = Symbol>) -> Self {
        let bits = symbols.take(TWO_BIT_SYMBOLS).zip((0..TWO_BIT_SYMBOLS).rev());
        Self(bits.fold(VECTOR_BIT | TWO_BIT_FLAG, |chunk, (symbol, place)| chunk | (symbol as u16) << (2 * place)))
    }

    /// For how many packets it stands.
    pub(super) const fn len(self) -> usize {
        match (self.0 & VECTOR_BIT != 0, self.0 & TWO_BIT_FLAG != 0) {
            (false, _) => self.0 as usize & MAX_RUN,
            (true, false) => ONE_BIT_SYMBOLS,
            (true, true) => TWO_BIT_SYMBOLS,
        }
    }

    /// The fate of the packet at `position`, which is less than [`len`](Self::len); `None` for the reserved symbol.
    pub(super) const fn symbol(self, position: usize) -> Option<Symbol> {
        match (self.0 & VECTOR_BIT != 0, self.0 & TWO_BIT_FLAG != 0) {
            (false, _) => Symbol::from_bits((self.0 >> 13) & 3),
            (true, false) => Symbol::from_bits((self.0 >> (ONE_BIT_SYMBOLS - 1).saturating_sub(position)) & 1),
            (true, true) => Symbol::from_bits((self.0 >> (2 * (TWO_BIT_SYMBOLS - 1).saturating_sub(position))) & 3),
        }
    }

    /// How many bytes the arrivals of its first `count` packets take; `None` when one has the reserved symbol.
    pub(super) fn deltas_len(self, count: usize) -> Option<usize> {
        if self.0 & VECTOR_BIT == 0 {
            return Some(self.symbol(0)?.delta_len() * count);
        }
        (0..count).try_fold(0, |len, position| Some(len + self.symbol(position)?.delta_len()))
    }
}

#[cfg(test)]
mod tests {
    use super::Symbol::{LargeDelta, NotReceived, SmallDelta};
    use super::*;

    fn symbols(chunk: Chunk) -> Vec<Symbol> {
        (0..chunk.len()).map(|position| chunk.symbol(position).unwrap()).collect()
    }

    /// The examples of sections 3.1.3 and 3.1.4 of the draft.
    #[test]
    fn the_published_chunks_are_understood() {
        let run = Chunk(0b0000_0000_1101_1101);
        assert_eq!((run.len(), run.symbol(220)), (221, Some(NotReceived)));
        let run = Chunk(0b0110_0000_0001_1000);
        assert_eq!((run.len(), run.symbol(0)), (24, None), "the symbol 11 is reserved");
        let one_bit = symbols(Chunk(0b1001_1111_0001_1100));
        let received: Vec<bool> = one_bit.iter().map(|symbol| *symbol == SmallDelta).collect();
        assert_eq!(received[..7], [false, true, true, true, true, true, false]);
        assert_eq!(received[7..], [false, false, true, true, true, false, false]);
    }

    #[test]
    fn vectors_hold_what_was_put_in() {
        let mixed = [SmallDelta, LargeDelta, NotReceived, LargeDelta, SmallDelta, SmallDelta, NotReceived];
        assert_eq!(symbols(Chunk::two_bit(mixed.into_iter())), mixed);
        assert_eq!(Chunk::two_bit(mixed.into_iter()).deltas_len(7), Some(7));
        let small = [SmallDelta, NotReceived, SmallDelta];
        assert_eq!(symbols(Chunk::one_bit(small.into_iter()))[..3], small);
        assert_eq!(Chunk::one_bit(small.into_iter()).deltas_len(3), Some(2));
    }

    #[test]
    fn the_reserved_symbol_has_no_length() {
        assert_eq!(Chunk(0xffff).deltas_len(1), None);
        assert_eq!(Chunk(0x7fff).deltas_len(1), None);
    }
}
