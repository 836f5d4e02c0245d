"""PNGs in a third of their size, with the standard library: at most 256 colours, no filters.

Chromium writes 24 bits a pixel. A page has a few flat colours and the edges of its letters between
them; nobody sees the difference, and a checkout carries some 80 pictures.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HEAD = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
EXACT = 64
"""So many of the commonest colours are kept as they are; later ones have to differ visibly."""
VISIBLY = 4


def make_smaller(path: Path) -> None:
    """Write a picture anew with a palette, if that makes it smaller."""
    old = path.read_bytes()
    new = _with_palette(old)
    if len(new) < len(old):
        path.write_bytes(new)


def _with_palette(png: bytes) -> bytes:
    width, height, rows = _rows(png)
    pixels = [[row[at : at + 3] for at in range(0, len(row), 3)] for row in rows]
    count = Counter(pixel for row in pixels for pixel in row)
    palette = _palette(count)
    place = {colour: _nearest(colour, palette) for colour in count}
    body = b"".join(b"\0" + bytes(place[pixel] for pixel in row) for row in pixels)
    return HEAD + b"".join(
        _chunk(kind, content)
        for kind, content in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            (b"PLTE", b"".join(palette)),
            (b"IDAT", zlib.compress(body, 9)),
            (b"IEND", b""),
        )
    )


def _palette(count: Counter[bytes]) -> list[bytes]:
    """The commonest colours, but of those that look alike one."""
    found: list[bytes] = []
    for colour, _ in count.most_common():
        differs = VISIBLY if len(found) > EXACT else 0
        if all(
            max(abs(a - b) for a, b in zip(colour, has, strict=True)) > differs for has in found
        ):
            found.append(colour)
        if len(found) == COLOURS:
            break
    return found


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    red, green, blue = colour

    def distance(place: int) -> int:
        r, g, b = palette[place]
        return (red - r) ** 2 + (green - g) ** 2 + (blue - b) ** 2

    return min(range(len(palette)), key=distance)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def _rows(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and the rows of a picture with 8 bits of red, green and blue a pixel."""
    chunks = dict.fromkeys((b"IHDR", b"IDAT"), b"")
    at = len(HEAD)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind = png[at + 4 : at + 8]
        if kind in chunks:
            chunks[kind] += png[at + 8 : at + 8 + length]
        at += 12 + length
    width, height, *depth = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert depth == [8, 2], "Chromium writes no other"
    return width, height, list(_unfiltered(zlib.decompress(chunks[b"IDAT"]), width * 3))


def _unfiltered(data: bytes, length: int) -> Iterator[bytes]:
    """The rows as they were before PNG's filters 0 to 4 told each byte by its neighbours."""
    above = bytearray(length)
    for start in range(0, len(data), length + 1):
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + length])
        for at in range(length) if kind else ():
            left, over = row[at - 3] if at > 2 else 0, above[at]
            if kind == 1:
                told = left
            elif kind == 2:
                told = over
            elif kind == 3:
                told = (left + over) >> 1
            else:
                told = _paeth(left, over, above[at - 3] if at > 2 else 0)
            row[at] = (row[at] + told) & 255
        yield bytes(row)
        above = row


def _paeth(left: int, over: int, corner: int) -> int:
    to_left, to_over, to_corner = (
        abs(over - corner),
        abs(left - corner),
        abs(left + over - 2 * corner),
    )
    if to_left <= to_over and to_left <= to_corner:
        return left
    return over if to_over <= to_corner else corner
