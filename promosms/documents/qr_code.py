"""The QR code of an address as a picture: to print, to put on a till, to show on a page.

Error correction M (15 %): a poster gets creases, and H would make the squares smaller.
The quiet zone of four modules is part of the picture (ISO/IEC 18004).
"""

import io
import math

import segno

QUIET = 4
PRINTED = 1000
"""A picture of dots has at least so many: 8 cm at 300 dots per inch."""


def svg(address: str) -> bytes:
    """The code as SVG, black on white; it can be enlarged without loss."""
    return _saved(address, "svg", 1, omitsize=True, svgclass=None, lineclass=None)


def png(address: str) -> bytes:
    """The code as PNG, black on white, every module the same whole number of dots."""
    modules, _height = _code(address).symbol_size(border=QUIET)
    return _saved(address, "png", math.ceil(PRINTED / modules))


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")


def _saved(address: str, kind: str, scale: int, **more: bool | None) -> bytes:
    picture = io.BytesIO()
    colours = {"dark": "#000", "light": "#fff"}
    _code(address).save(picture, kind=kind, border=QUIET, scale=scale, **colours, **more)
    return picture.getvalue()
