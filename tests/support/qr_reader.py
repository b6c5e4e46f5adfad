"""Reads a QR code of version 1 to 3 and level M from its modules, as ISO/IEC 18004 describes it.

It corrects no errors: a wrong module is a wrong letter. It shares nothing with the library that
makes the codes.
"""

MASKS = (
    lambda i, j: (i + j) % 2,
    lambda i, j: i % 2,
    lambda i, j: j % 3,
    lambda i, j: (i + j) % 3,
    lambda i, j: (i // 2 + j // 3) % 2,
    lambda i, j: i * j % 2 + i * j % 3,
    lambda i, j: (i * j % 2 + i * j % 3) % 2,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2,
)
LEVEL_M = 0b00
BYTES = 0b0100


def read(modules: list[list[bool]]) -> str:
    """The text of a code; `modules` are its rows without the quiet zone, True is dark."""
    size = len(modules)
    assert size in (21, 25, 29), "only versions 1 to 3"
    about = [modules[8][x] for x in (0, 1, 2, 3, 4)]
    bits = _number(about) ^ 0b10101  # the mask of the format itself
    assert bits >> 3 == LEVEL_M, "only level M, which has one block of data"
    mask = MASKS[bits & 0b111]
    data = [modules[y][x] ^ (mask(y, x) == 0) for y, x in _path(size)]
    assert _number(data[:4]) == BYTES
    length = _number(data[4:12])
    octets = (_number(data[at : at + 8]) for at in range(12, 12 + 8 * length, 8))
    return bytes(octets).decode()


def _path(size: int):
    """The places of data, two columns at a time from the right, upwards and downwards in turn."""
    upwards, right = True, size - 1
    while right > 0:
        if right == 6:
            right -= 1  # the column of the timing pattern
        for y in range(size - 1, -1, -1) if upwards else range(size):
            yield from ((y, x) for x in (right, right - 1) if not _is_pattern(y, x, size))
        upwards, right = not upwards, right - 2


def _is_pattern(y: int, x: int, size: int) -> bool:
    finder = (y < 9 and (x < 9 or x >= size - 8)) or (y >= size - 8 and x < 9)
    alignment = size > 21 and abs(y - (size - 7)) <= 2 and abs(x - (size - 7)) <= 2
    return finder or alignment or 6 in (y, x)


def _number(bits: list[bool]) -> int:
    return int("".join("1" if bit else "0" for bit in bits), 2)
