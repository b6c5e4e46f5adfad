"""The values of the template `invoice.typ`: the printed document as formatted strings."""

import io
from typing import Any

import segno
from babel import Locale

from promosms.documents.data import InvoiceData, Party
from promosms.documents.formats import breakable, day, iban, money, number, percent
from promosms.documents.labels import NO_RATE, language_of, tax_note, texts
from promosms.documents.tax import EU, TaxCase

Row = list[str]


def template_values(data: InvoiceData) -> dict[str, Any]:
    """All values of the template."""
    label = texts(data.language)
    return {
        "language": language_of(data.language),
        "issued": data.issued_on.timetuple()[:3],
        "title": label[data.kind],
        "label": breakable(data.label),
        "specimen": label["specimen"].split(", ") if data.specimen else [],
        "facts": _facts(data, label),
        "parties": [
            _party(data, label["seller"], data.seller),
            _party(data, label["buyer"], data.buyer),
        ],
        "heads": [label[name] for name in ("item", "quantity", "price", "rate", "net")],
        "rows": _rows(data),
        "totals": _totals(data, label),
        "settled": _settled(data, label),
        "original": _original(data, label),
        "payment": _payment(data, label),
        "notes": _notes(data, label),
        "ksef": _ksef(data, label),
        "footer": _footer(data, label),
        "page": label["page"],
    }


def _facts(data: InvoiceData, label: dict[str, str]) -> list[Row]:
    rows = [[label["issued"], day(data.issued_on, data.language)]]
    if data.kind == "invoice":
        rows.append([label["paid_on"], day(data.supplied_on, data.language)])
    if data.due_on:
        rows.append([label["due"], day(data.due_on, data.language)])
    rows.append([label["method"], label.get(data.method, data.method)])
    if data.reference:
        rows.append([label["reference"], breakable(data.reference)])
    return rows


def _party(data: InvoiceData, role: str, party: Party) -> dict[str, Any]:
    country = Locale(language_of(data.language)).territories.get(party.country, party.country)
    town = " ".join(part for part in (party.postcode, party.city) if part)
    address = [breakable(line) for line in (party.street, town, country) if line]
    return {
        "role": role,
        "name": breakable(party.name),
        "address": address,
        "tax_id": f"{_id_name(data, party)} {breakable(party.tax_id)}" if party.tax_id else "",
        "email": breakable(party.email),
    }


def _id_name(data: InvoiceData, party: Party) -> str:
    label = texts(data.language)
    if party.country not in EU | {"GB"}:
        return label["other_id"]
    return label["tax_id" if party.country == "PL" else "eu_id"]


def _rows(data: InvoiceData) -> list[Row]:
    return [
        [
            breakable(line.text),
            number(line.quantity, data.language),
            money(line.price, data.language, data.currency, named=False),
            _rate(data),
            money(line.net, data.language, data.currency, named=False),
        ]
        for line in data.lines
    ]


def _rate(data: InvoiceData) -> str:
    without = NO_RATE[language_of(data.language)].get(TaxCase(data.tax_case))
    return without or percent(data.rate, data.language)


def _totals(data: InvoiceData, label: dict[str, str]) -> list[Row]:
    """The totals; the last one is printed in bold."""
    last = {"credit_note": "total_credit", "pro_forma": "to_pay"}.get(data.kind, "total")
    return [
        [label["total_net"], money(data.net, data.language, data.currency)],
        [label["total_tax"].format(rate=_rate(data)), _money(data, data.tax)],
        [label[last], _money(data, data.gross)],
    ]


def _settled(data: InvoiceData, label: dict[str, str]) -> list[Row]:
    if data.kind != "invoice":
        return []
    left = data.gross - data.paid
    rows = [[label["paid"], _money(data, data.paid)]] if data.paid else []
    return [*rows, [label["left"], _money(data, left)]]


def _original(data: InvoiceData, label: dict[str, str]) -> dict[str, Any] | None:
    """The corrected invoice, with its sums before and after."""
    original = data.original
    if not original:
        return None
    sums = (
        (label["total_net"], original.net, data.net),
        (label["tax"], original.tax, data.tax),
        (label["gross"], original.gross, data.gross),
    )
    return {
        "text": label["corrects"].format(
            label=breakable(original.label), day=day(original.issued_on, data.language)
        ),
        "reason": [label["reason"], breakable(original.reason)],
        "heads": ["", label["before"], label["change"], label["after"]],
        "rows": [
            [name, *(_money(data, amount) for amount in (before, change, before + change))]
            for name, before, change in sums
        ],
    }


def _payment(data: InvoiceData, label: dict[str, str]) -> dict[str, Any] | None:
    """The payment instructions of a pro forma."""
    if data.kind != "pro_forma":
        return None
    due = day(data.due_on, data.language) if data.due_on else ""
    rows = [
        [label["amount"], _money(data, data.gross - data.paid)],
        [label["reference"], breakable(data.reference)],
        [label["due"], due],
        [label["holder"], breakable(data.seller.name)],
        [label["iban"], iban(data.seller.iban)],
        [label["bic"], data.seller.bic],
        [label["bank"], breakable(data.seller.bank)],
    ]
    return {
        "title": label["how_to_pay"],
        "rows": [row for row in rows if row[1]],
        "quote": label["quote"],
    }


def _notes(data: InvoiceData, label: dict[str, str]) -> list[str]:
    notes = [tax_note(data.language, data.tax_case, data.seller.country)]
    if data.kind == "invoice" and data.paid >= data.gross:
        notes.append(label["settled"].format(day=day(data.supplied_on, data.language)))
    if data.consultation:
        notes.append(label["confirmed"].format(number=breakable(data.consultation)))
    if data.kind == "pro_forma":
        notes.append(label["no_tax_document"])
    if data.kind == "credit_note":
        notes.append(label["refunded" if data.paid <= data.gross else "credited"])
    return [note for note in notes if note]


def _ksef(data: InvoiceData, label: dict[str, str]) -> dict[str, str] | None:
    """The code of the link with which KSeF shows the invoice, and its number below it."""
    link = data.extra.get("ksef_link", "")
    if not link:
        return None
    code = io.BytesIO()
    segno.make_qr(link, error="m").save(code, kind="svg", border=4, light="#fff", scale=4)
    number = data.extra["ksef_number"]
    return {
        "head": label["ksef_check"],
        "label": label["ksef"],
        "number": number,
        "link": link,
        "code": code.getvalue().decode(),
    }


def _footer(data: InvoiceData, label: dict[str, str]) -> str:
    account = iban(data.seller.iban)
    parts = [breakable(data.seller.name), data.seller.bank, account]
    return "  ·  ".join(part for part in parts if part)


def _money(data: InvoiceData, amount: int) -> str:
    return money(amount, data.language, data.currency)
