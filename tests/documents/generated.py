"""Invoices of all kinds from a seed, and the command that validates a large number of them.

    python -m tests.documents.generated --number 1000 --seed 1 [--print]

Each is checked against the XSD and the schematron of EN 16931, and against the schema FA(3) if its
seller is Polish; `--print` also sets each as PDF, several times as slow.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from promosms.documents import cii, fa3, pdf
from promosms.documents.data import InvoiceData, InvoiceLine, Party
from promosms.documents.tax import TaxCase, tax_on
from tests.documents import checks
from tests.documents.samples import GERMAN_SELLER, POLISH_SELLER, TEXT, credit_note, invoice

SELLERS = (GERMAN_SELLER, POLISH_SELLER)
RATES = {"DE": (1900, 700), "PL": (2300, 800, 500)}
NAMES = (
    ["Zażółć Gęślą Jaźń sp. z o.o.", "Bäckerei Groß & Söhne", "Épicerie Fine «Été»", "Ľubica Ťažká"]
    + [
        "Őrült Űrhajós Kft.",
        "Ștefan și Țară SRL",
        "Ölçüm Işık Ğ A.Ş.",
        "Ελληνικά Άνθη",
        "Цветы ЕООД",
    ]
    + [
        '#import "x"',
        "<img src=file:///etc/passwd>",
        "A & B <c> 'd' \"e\" ]]>",
        "日本 😀",
        "O’Neill—Fils",
    ]
)
STREETS = ["ul. Świętojańska 12/3", "Königsallee 5", "12 rue de l’Église", "Œuvre & Co 1", "-"]
# Country, the VAT number that VIES would confirm, and what else may stand as a tax number there.
EUROPEANS = [
    ("FR", "FR40303265045"),
    ("DE", "DE136695976"),
    ("AT", "ATU13585627"),
    ("GR", "EL094259216"),
] + [("NL", "NL004495445B01"), ("IE", "IE6433435F"), ("ES", "ESB58378431"), ("PL", "PL7740001454")]
OUTSIDERS = [
    ("CH", "CHE123456788MWST"),
    ("GB", "GB980780684"),
    ("US", ""),
    ("JP", "T1234"),
    ("NO", ""),
]


def generated(number: int, seed: int) -> Iterator[InvoiceData]:
    """A number of invoices and credit notes; equal seeds give equal ones."""
    dice = random.Random(seed)
    for at in range(number):
        invoice = _invoice(dice, at)
        in_full = dice.choice([True, False])
        part = invoice.net if in_full else dice.randrange(invoice.net // 100 + 1) * 100
        yield credit_note(invoice, part, dice.choice(NAMES)) if dice.random() < 0.3 else invoice


def _invoice(dice: random.Random, at: int) -> InvoiceData:
    seller = dice.choice(SELLERS)
    case = dice.choice(list(TaxCase))
    taxed = case in (TaxCase.DOMESTIC, TaxCase.OTHER_EU)
    rate = dice.choice(RATES[seller.country]) if taxed else 0
    language = dice.choice(["en", "pl"])
    lines = tuple(_line(dice, language) for _ in range(dice.choice([1, 1, 1, 2, 35])))
    net = sum(line.net for line in lines)
    issued = date(2026, 1, 1) + timedelta(days=dice.randrange(720))
    gross = net + tax_on(net, rate)
    return invoice(
        seller,
        _buyer(dice, seller, case),
        label=f"INV/{issued.year}/{at + 1:06d}",
        tax_case=str(case),
        rate=rate,
        language=language,
        lines=lines,
        net=net,
        paid=dice.choice([gross, gross, gross, 0, gross // 200 * 100]),
        issued_on=issued,
        supplied_on=issued - timedelta(days=dice.choice([0, 0, 1, 5])),
        due_on=dice.choice([None, issued + timedelta(days=14)]),
        method=dice.choice(["card", "transfer"]),
        specimen=dice.random() < 0.1,
        consultation=dice.choice(["", "WAPIAAAAY1234567"]),
    )


def _line(dice: random.Random, language: str) -> InvoiceLine:
    """Amounts in whole cents, often with zero cents, sometimes nothing at all or very much."""
    largest = dice.choice([1, 100, 100_000, 100_000_000])
    price = dice.choice([dice.randrange(largest) * 100, dice.randrange(largest) * 10_000])
    count = dice.choice([1, 1, 1, 7, 10_000])
    text = TEXT[language] + dice.choice(["", f" – {dice.choice(NAMES)}", " x" * 200])
    return InvoiceLine(text, count, price, price * count)


def _buyer(dice: random.Random, seller: Party, case: TaxCase) -> Party:
    country, tax_id = _where(dice, seller, case)
    name = dice.choice([*NAMES, "W" * 300, "Bardzo długa nazwa " * 15, "\n".join("abcdefg" * 5)])
    return Party(
        name=name,
        street=dice.choice(STREETS),
        postcode=dice.choice(["", "00-950", "SW1A 1AA"]),
        city=dice.choice(["Gdynia", "Zürich", "Łódź", "Llanfairpwllgwyngyllgogerychwyrndrobwll"]),
        country=country,
        tax_id=tax_id,
        email=dice.choice(["", "ksiegowosc@example.pl"]),
    )


def _where(dice: random.Random, seller: Party, case: TaxCase) -> tuple[str, str]:
    if case == TaxCase.OUTSIDE_EU:
        return dice.choice(OUTSIDERS)
    if case in (TaxCase.DOMESTIC, TaxCase.EXEMPT):
        vat_number = next(number for country, number in EUROPEANS if country == seller.country)
        return seller.country, dice.choice(["", vat_number])
    country, number = dice.choice(
        [european for european in EUROPEANS if european[0] != seller.country]
    )
    return country, number if case == TaxCase.REVERSE_CHARGE else dice.choice(["", number, "123"])


def wrong(data: InvoiceData, printed: bool = False) -> list[str]:
    """What the official checks say against one of them."""
    xml = cii.render(data)
    errors = checks.en16931(xml)
    if data.seller.country == "PL":
        errors += checks.fa3(fa3.render(replace(data, language="pl"), fa3.OUTSIDE_KSEF))
    if printed:
        pdf.render(data, xml)
    return errors


def main() -> int:
    """Validate, count, and print what is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--print", action="store_true")
    options = parser.parse_args()
    started, kinds, bad = time.monotonic(), Counter[str](), 0
    for data in generated(options.number, options.seed):
        kinds[f"{data.seller.country} {data.kind} {data.tax_case}"] += 1
        if errors := wrong(data, options.print):
            bad += 1
            sys.stdout.write(
                "\n  ".join([f"{data.label} {data.kind} {data.tax_case}", *errors, ""])
            )
    for kind, count in sorted(kinds.items()):
        sys.stdout.write(f"{count:5d} {kind}\n")
    seconds = time.monotonic() - started
    sys.stdout.write(f"{options.number} documents, {bad} wrong, {seconds:.1f} s\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
