"""The invoice as a PDF/A-3b with the XML for bookkeeping inside (Factur-X).

typst renders `invoice.typ`, which gets all values as one JSON text. So a name is never markup and
cannot open a file. Equal values give equal bytes.
"""

from pathlib import Path
from typing import Any

import typst

from promosms.documents import metadata
from promosms.documents.data import InvoiceData
from promosms.documents.formats import drawable
from promosms.documents.template_values import template_values
from promosms.documents.typesetting import compile_pdf

_TEMPLATE = Path(__file__).with_name("invoice.typ")
_LARGEST_LOGO = 1_000_000  # bytes


def render(data: InvoiceData, xml: bytes | None = None) -> bytes:
    """The PDF; with `xml` (cii.render) a Factur-X invoice of the profile EN 16931.

    A logo that cannot be read or drawn is left out, and letters without a glyph in the font become
    U+FFFD, so they never prevent an invoice.
    """
    values = template_values(data)
    logo = _logo(data.logo)
    attempts = [(values, logo), (values, b""), (_drawable(values), b"")]
    for at, (texts, picture) in enumerate(attempts, 1):
        try:
            printed = _compile(texts, picture, xml)
            break
        except typst.TypstError:
            if at == len(attempts):
                raise
    return metadata.add_factur_x(printed) if xml else printed


def _compile(values: dict[str, Any], logo: bytes, xml: bytes | None) -> bytes:
    data = values | {"logo": list(logo), "xml": xml.decode() if xml else ""}
    return compile_pdf(_TEMPLATE, data, "a-3b")


def _drawable(values: Any) -> Any:
    if isinstance(values, str):
        return drawable(values)
    if isinstance(values, dict):
        return {name: _drawable(value) for name, value in values.items()}
    return [_drawable(value) for value in values] if isinstance(values, list) else values


def _logo(path: str) -> bytes:
    """The picture; empty if it cannot be read or is too large."""
    try:
        logo = Path(path).read_bytes() if path else b""
    except OSError:
        return b""
    return logo if len(logo) <= _LARGEST_LOGO else b""
