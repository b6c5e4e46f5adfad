"""typst with the font of our documents. Values go in as JSON, so a name is never markup."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from promosms.settings import invoice_font


def compile_pdf(
    template: Path, values: dict[str, Any], standards: Literal["a-3b"] | None = None
) -> bytes:
    """The template with these values as a PDF. Raises typst.TypstError."""
    printed: bytes = typst.compile(
        template,
        root=template.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"values": json.dumps(values)},
        pdf_standards=standards,
    )
    return printed


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[invoice_font.FOLDER],
    )
