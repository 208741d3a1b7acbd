#!/usr/bin/env python3
"""Draws the icon into files beside this one: PNG, ICO, SVG, ICNS and the sizes that Linux wants. Needs nothing but Python.

The drawing is that of src/bin/caesura-desktop/icon.rs: two slashes, the mark of a caesura in a line of verse, on a
rounded square. Run it again after changing either.
"""

import struct
import zlib
from pathlib import Path

GROUND = (0x14, 0x64, 0x5F)
MARK = (0xFD, 0xFC, 0xF9)
MARGIN, RADIUS = 0.04, 0.22
SLANT, HALF_WIDTH, SHIFTS = 0.36, 0.048, (-0.115, 0.115)
SAMPLES = 4
ICO_SIDES = (16, 24, 32, 48, 64, 256)
LINUX_SIDES = (16, 32, 48, 64, 128, 512)
MAC_KINDS = ((b"ic11", 32), (b"ic12", 64), (b"ic07", 128), (b"ic08", 256), (b"ic09", 512))


def is_ground(u, v):
    def beyond(place):
        return max(abs(place - 0.5) - (0.5 - MARGIN - RADIUS), 0.0)

    return (beyond(u) ** 2 + beyond(v) ** 2) ** 0.5 <= RADIUS


def is_mark(u, v):
    middle = 0.5 - SLANT * (v - 0.5)
    return 0.24 <= v < 0.76 and any(abs(u - middle - shift) <= HALF_WIDTH for shift in SHIFTS)


def pixel(x, y, side):
    n = SAMPLES * SAMPLES
    places = [
        ((x + (i % SAMPLES + 0.5) / SAMPLES) / side, (y + (i // SAMPLES + 0.5) / SAMPLES) / side) for i in range(n)
    ]
    on_ground = sum(is_ground(u, v) for u, v in places)
    on_mark = sum(is_mark(u, v) for u, v in places)
    colour = [(ground * (n - on_mark) + mark * on_mark) // n for ground, mark in zip(GROUND, MARK)]
    return bytes([*colour, 255 * on_ground // n])


def png(side):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + b"".join(pixel(x, y, side) for x in range(side)) for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def ico(sides):
    images = [png(side) for side in sides]
    offset = 6 + 16 * len(images)
    entries = b""
    for side, image in zip(sides, images):
        # A side of 256 is written as 0.
        entries += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(image), offset)
        offset += len(image)
    return struct.pack("<HHH", 0, 1, len(images)) + entries + b"".join(images)


def icns(kinds):
    """The icon of a Mac: PNGs under the four letters that say how large each is."""
    images = b"".join(kind + struct.pack(">I", 8 + len(image)) + image for kind, image in kinds)
    return b"icns" + struct.pack(">I", 8 + len(images)) + images


def svg():
    def colour(rgb):
        return "#%02x%02x%02x" % rgb

    top, bottom = 24.0, 76.0
    slashes = []
    for shift in SHIFTS:
        middle_top, middle_bottom = (100 * (0.5 - SLANT * (v / 100 - 0.5) + shift) for v in (top, bottom))
        half = 100 * HALF_WIDTH
        corners = [
            (middle_top - half, top),
            (middle_top + half, top),
            (middle_bottom + half, bottom),
            (middle_bottom - half, bottom),
        ]
        slashes.append("M" + " L".join(f"{x:.2f} {y:.2f}" for x, y in corners) + " Z")
    side = 100 * (1 - 2 * MARGIN)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="128" height="128">\n'
        f'  <rect x="{100 * MARGIN:g}" y="{100 * MARGIN:g}" width="{side:g}" height="{side:g}" '
        f'rx="{100 * RADIUS:g}" fill="{colour(GROUND)}"/>\n'
        f'  <path d="{" ".join(slashes)}" fill="{colour(MARK)}"/>\n'
        "</svg>\n"
    )


if __name__ == "__main__":
    folder = Path(__file__).parent
    (folder / "caesura.png").write_bytes(png(256))
    (folder / "caesura.ico").write_bytes(ico(ICO_SIDES))
    (folder / "caesura.svg").write_text(svg())
    for side in LINUX_SIDES:
        (folder / f"caesura-{side}.png").write_bytes(png(side))
    (folder / "caesura.icns").write_bytes(icns([(kind, png(side)) for kind, side in MAC_KINDS]))
