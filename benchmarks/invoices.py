"""How long the files of an invoice take: EN 16931 XML, FA(3), and the PDF with the XML inside.

    python -m benchmarks.invoices [--times 50]

Medians in milliseconds; a first document, which loads the fonts, is not measured.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from promosms.documents import cii, fa3, pdf
from promosms.documents.data import InvoiceData, InvoiceLine
from tests.documents.samples import POLISH_SELLER, credit_note, invoice, pro_forma


def main() -> None:
    """Print the median of each kind of file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=50)
    times = parser.parse_args().times
    data = invoice(POLISH_SELLER, language="pl")
    lines = tuple(InvoiceLine(f"Line {at}", 1, 10_000, 10_000) for at in range(100))
    long = invoice(POLISH_SELLER, lines=lines, net=1_000_000)
    say("first PDF of a process", milliseconds_of(pdf_with_xml, data))
    say("EN 16931 XML", median_of(cii.render, data, times))
    say("FA(3) XML", median_of(fa3.render, data, times))
    say("invoice, PDF with XML", median_of(pdf_with_xml, data, times))
    say("credit note, PDF with XML", median_of(pdf_with_xml, credit_note(data, 1_000_000), times))
    say("pro forma, PDF", median_of(pdf.render, pro_forma(data), times))
    say("invoice of 100 lines", median_of(pdf_with_xml, long, times))


def pdf_with_xml(data: InvoiceData) -> bytes:
    """The PDF with its XML."""
    return pdf.render(data, cii.render(data))


def median_of(render: Callable[[InvoiceData], bytes], data: InvoiceData, times: int) -> float:
    """The median of `times` different documents, because typst caches what it has rendered."""
    buyer = data.buyer
    return median(
        milliseconds_of(
            render, replace(data, label=f"X/{at}", buyer=replace(buyer, name=f"Buyer {at}"))
        )
        for at in range(times)
    )


def milliseconds_of(render: Callable[[InvoiceData], bytes], data: InvoiceData) -> float:
    """The milliseconds of one call."""
    begun = time.perf_counter()
    render(data)
    return (time.perf_counter() - begun) * 1000


def say(label: str, milliseconds: float) -> None:
    """Print one line of the result."""
    sys.stdout.write(f"{label:28} {milliseconds:8.1f} ms\n")


if __name__ == "__main__":
    main()
