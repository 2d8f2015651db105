"""MurmurHash3, the 128-bit variant for 64-bit machines, by which Cosmos DB spreads partition keys.

Source: https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp (public domain)
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_C1 = 0x87C37B91114253D5
_C2 = 0x4CF5AD432745937F


def murmur3_128(data: bytes) -> tuple[int, int]:
    """The two 64-bit halves of the hash (low, high) with seed 0."""
    low = high = 0
    whole = len(data) - len(data) % 16
    for start in range(0, whole, 16):
        low ^= _mix_low(int.from_bytes(data[start : start + 8], "little"))
        low = (_rotate(low, 27) + high) * 5 + 0x52DCE729 & _MASK
        high ^= _mix_high(int.from_bytes(data[start + 8 : start + 16], "little"))
        high = (_rotate(high, 31) + low) * 5 + 0x38495AB5 & _MASK
    tail = data[whole:]
    low ^= _mix_low(int.from_bytes(tail[:8], "little"))
    high ^= _mix_high(int.from_bytes(tail[8:], "little"))
    return _finish(low ^ len(data), high ^ len(data))


def _finish(low: int, high: int) -> tuple[int, int]:
    low = low + high & _MASK
    high = high + low & _MASK
    low, high = _avalanche(low), _avalanche(high)
    low = low + high & _MASK
    return low, high + low & _MASK


def _rotate(value: int, count: int) -> int:
    return (value << count | value >> 64 - count) & _MASK


def _mix_low(block: int) -> int:
    return _rotate(block * _C1 & _MASK, 31) * _C2 & _MASK


def _mix_high(block: int) -> int:
    return _rotate(block * _C2 & _MASK, 33) * _C1 & _MASK


def _avalanche(value: int) -> int:
    value ^= value >> 33
    value = value * 0xFF51AFD7ED558CCD & _MASK
    value ^= value >> 33
    value = value * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ value >> 33
