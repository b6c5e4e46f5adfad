"""How long the files of an invoice take: EN 16931 XML, FA(3), and the PDF with the XML inside.

    python -m benchmarks.invoices [--times 50]

Medians in milliseconds, after a first one that reads the type.
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
    say("first PDF of a process", once(whole, data))
    say("EN 16931 XML", middle(cii.render, data, times))
    say("FA(3) XML", middle(fa3.render, data, times))
    say("invoice, PDF with XML", middle(whole, data, times))
    say("credit note, PDF with XML", middle(whole, credit_note(data, 1_000_000), times))
    say("pro forma, PDF", middle(pdf.render, pro_forma(data), times))
    say("invoice of 100 lines", middle(whole, long, times))


def whole(data: InvoiceData) -> bytes:
    """The PDF with its XML."""
    return pdf.render(data, cii.render(data))


def middle(render: Callable[[InvoiceData], bytes], data: InvoiceData, times: int) -> float:
    """The median of so many documents, no two of them alike: typst remembers what it has set."""
    buyer = data.buyer
    return median(
        once(render, replace(data, label=f"X/{at}", buyer=replace(buyer, name=f"Buyer {at}")))
        for at in range(times)
    )


def once(render: Callable[[InvoiceData], bytes], data: InvoiceData) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    render(data)
    return (time.perf_counter() - begun) * 1000


def say(what: str, milliseconds: float) -> None:
    """One line of the result."""
    sys.stdout.write(f"{what:28} {milliseconds:8.1f} ms\n")


if __name__ == "__main__":
    main()
