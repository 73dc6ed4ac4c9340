"""Sets of document numbers as whole numbers: bit n stands for document n. Joining two sets costs microseconds."""

from __future__ import annotations

from collections.abc import Iterable

_FEW = 24
_POSITIONS = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def bits_of(numbers: Iterable[int], size: int) -> int:
    """The set of `numbers`, each below `size`.

    >>> bin(bits_of([0, 3], 8))
    '0b1001'
    """
    buffer = bytearray(size // 8 + 1)
    for number in numbers:
        buffer[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(buffer, "little")


def numbers_of(bits: int) -> list[int]:
    """The numbers in the set, ascending.

    >>> numbers_of(0b1001)
    [0, 3]
    """
    if bits.bit_count() <= _FEW:
        numbers = []
        while bits:
            lowest = bits & -bits
            numbers.append(lowest.bit_length() - 1)
            bits ^= lowest
        return numbers
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return [index * 8 + position for index, byte in enumerate(data) if byte for position in _POSITIONS[byte]]
