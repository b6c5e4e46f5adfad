"""The Polish structured invoice FA(3), which the operator uploads to KSeF with another tool.

Sources: the schema FA(3) 1-0E (crd.gov.pl 2025/06/25/13775) with its notes on each field, the
Polish VAT act art. 106e (content of an invoice) and 106j (corrections: negative differences).
A direct connection to KSeF would be a client beside this module, and record the KSeF number of the
answer as an admin does (services/invoices/ksef.py).
"""

import re
from typing import Any

from stdnum.exceptions import ValidationError
from stdnum.pl import nip

from promosms.documents.data import InvoiceData, InvoiceLine, Party
from promosms.documents.formats import decimal, plain
from promosms.documents.labels import EXEMPTIONS, texts
from promosms.documents.tax import EU, TaxCase
from promosms.documents.xml_tree import Tree, to_bytes
from promosms.models import PayMethod
from promosms.settings.tax_numbers import is_issued

_make = Tree({None: "http://crd.gov.pl/wzor/2025/06/25/13775/"})

KINDS = {"invoice": "VAT", "credit_note": "KOR"}
# The suffix of P_13 and P_14 for each rate that is in force or was until recently.
RATES = {2300: "1", 2200: "1", 800: "2", 700: "2", 500: "3"}
# Without Polish VAT: the field of the sum and the code of the rate. "np II" is for services to
# businesses in the EU (art. 100 ust. 1 pkt 4), "np I" for all others outside Poland.
UNTAXED = {
    TaxCase.REVERSE_CHARGE: ("P_13_9", "np II"),
    TaxCase.OUTSIDE_EU: ("P_13_8", "np I"),
    TaxCase.EXEMPT: ("P_13_7", "zw"),
}
TRANSFER, CARD = "6", "2"
ONLY_LATER = "2"  # TypKorekty: counts in the period of the correction, not of the original
OUTSIDE_KSEF = ""  # instead of the KSeF number of an original that was issued outside KSeF


class OriginalUnknown(Exception):
    """Nobody has said yet which KSeF number the corrected invoice has, or that it has none."""


class NotPolish(Exception):
    """The invoice is not for KSeF: its seller, currency or rate is not Polish."""


def render(data: InvoiceData, original_ksef: str | None = None) -> bytes:
    """The XML. `original_ksef` is the KSeF number of the corrected invoice, or OUTSIDE_KSEF.

    Raises NotPolish if the invoice is not for KSeF, OriginalUnknown for a correction without
    `original_ksef`, ValueError for a pro forma.
    """
    if data.kind not in KINDS:
        raise ValueError(f"There is no structured invoice of the kind {data.kind}.")
    _check(data)
    body = _body(data, original_ksef)
    return to_bytes(_make("Faktura", _header(data), _seller(data), _buyer(data.buyer), body))


def fits(data: InvoiceData) -> bool:
    """Is the invoice for KSeF?"""
    try:
        _check(data)
    except NotPolish:
        return False
    return True


def _check(data: InvoiceData) -> None:
    if data.seller.country != "PL" or data.currency != "PLN":
        raise NotPolish("The seller is not in Poland or the currency is not PLN.")
    if not nip_of(data.seller):
        raise NotPolish("The seller has no valid NIP.")
    if TaxCase(data.tax_case) not in UNTAXED and data.rate not in RATES:
        raise NotPolish("The rate is not one of Polish VAT.")


def nip_of(party: Party) -> str:
    """The ten digits of a valid Polish tax number; "" without one."""
    try:
        number: str = nip.validate(party.tax_id)
    except ValidationError:
        return ""
    return number if party.country == "PL" and is_issued(number, "PL") else ""


def _header(data: InvoiceData) -> Any:
    form = {"kodSystemowy": "FA (3)", "wersjaSchemy": "1-0E"}
    return _make(
        "Naglowek",
        _make("KodFormularza", "FA", **form),
        _make("WariantFormularza", "3"),
        _make("DataWytworzeniaFa", f"{data.issued_on}T12:00:00Z"),
        _make("SystemInfo", "PromoSMS"),
    )


def _seller(data: InvoiceData) -> Any:
    """The prefix is needed for services to businesses in other EU countries (art. 97)."""
    abroad = data.tax_case == TaxCase.REVERSE_CHARGE
    return _make(
        "Podmiot1",
        _make("PrefiksPodatnika", "PL") if abroad else None,
        _make(
            "DaneIdentyfikacyjne",
            _make("NIP", nip_of(data.seller)),
            _make("Nazwa", _cut(data.seller.name, 512)),
        ),
        _address(data.seller),
    )


def _buyer(buyer: Party) -> Any:
    """JST and GV are always "no": parts of municipalities and VAT groups are not supported."""
    return _make(
        "Podmiot2",
        _make(
            "DaneIdentyfikacyjne", *_identity(buyer), _make("Nazwa", _cut(buyer.name, 512) or "-")
        ),
        _address(buyer),
        _make("JST", "2"),
        _make("GV", "2"),
    )


def _identity(buyer: Party) -> list[Any]:
    """NIP, EU VAT number, another tax number, or the mark that there is none."""
    if digits := nip_of(buyer):
        return [_make("NIP", digits)]
    prefix, rest = buyer.tax_id[:2], buyer.tax_id[2:]
    prefixes = (EU - {"PL", "GR"}) | {"EL", "XI"}
    if prefix in prefixes and re.fullmatch(r"[\dA-Z+*]{1,12}", rest):
        return [_make("KodUE", prefix), _make("NrVatUE", rest)]
    if plain(buyer.tax_id) and buyer.country != "PL":
        return [_make("KodKraju", buyer.country), _make("NrID", _cut(buyer.tax_id, 50))]
    return [_make("BrakID", "1")]


def _address(party: Party) -> Any:
    lines = [plain(party.street), plain(f"{party.postcode} {party.city}")]
    first, *more = [line for line in lines if line] or ["-"]
    return _make(
        "Adres",
        _make("KodKraju", party.country),
        _make("AdresL1", _cut(first, 512)),
        *(_make("AdresL2", _cut(line, 512)) for line in more),
    )


def _body(data: InvoiceData, original_ksef: str | None) -> Any:
    supplied = data.supplied_on != data.issued_on
    return _make(
        "Fa",
        _make("KodWaluty", data.currency),
        _make("P_1", str(data.issued_on)),
        _make("P_2", data.label),
        _make("P_6", str(data.supplied_on)) if supplied else None,
        *_sums(data),
        _make("P_15", decimal(data.gross)),
        _remarks(data),
        _make("RodzajFaktury", KINDS[data.kind]),
        *_correction(data, original_ksef),
        *_more(data),
        *(_line(data, at, line) for at, line in enumerate(data.lines, 1)),
        _payment(data),
    )


def _sums(data: InvoiceData) -> list[Any]:
    case = TaxCase(data.tax_case)
    if case in UNTAXED:
        return [_make(UNTAXED[case][0], decimal(data.net))]
    at = RATES[data.rate]
    return [_make(f"P_13_{at}", decimal(data.net)), _make(f"P_14_{at}", decimal(data.tax))]


def _remarks(data: InvoiceData) -> Any:
    """Adnotacje: 1 means yes; 2, or a field ending in N, means no."""
    exempt = data.tax_case == TaxCase.EXEMPT
    basis = [_make("P_19", "1"), _make("P_19A", EXEMPTIONS["PL"])]
    return _make(
        "Adnotacje",
        _make("P_16", "2"),  # cash accounting
        _make("P_17", "2"),  # self-billing
        _make("P_18", "1" if data.tax_case == TaxCase.REVERSE_CHARGE else "2"),
        _make("P_18A", "2"),  # split payment: these services are not in annex 15
        _make("Zwolnienie", *(basis if exempt else [_make("P_19N", "1")])),
        _make("NoweSrodkiTransportu", _make("P_22N", "1")),
        _make("P_23", "2"),  # triangulation
        _make("PMarzy", _make("P_PMarzyN", "1")),
    )


def _correction(data: InvoiceData, ksef: str | None) -> list[Any]:
    """The schema demands one of two statements; which one is true has to be known."""
    original = data.original
    if not original:
        return []
    if ksef is None:
        raise OriginalUnknown(original.label)
    ksef_fields = [_make("NrKSeF", "1"), _make("NrKSeFFaKorygowanej", ksef)]
    return [
        _make.maybe("PrzyczynaKorekty", _cut(original.reason, 256)),
        _make("TypKorekty", ONLY_LATER),
        _make(
            "DaneFaKorygowanej",
            _make("DataWystFaKorygowanej", str(original.issued_on)),
            _make("NrFaKorygowanej", original.label),
            *(ksef_fields if ksef else [_make("NrKSeFN", "1")]),
        ),
    ]


def _more(data: InvoiceData) -> list[Any]:
    """DodatkowyOpis: facts without a field of their own."""
    label = texts("pl")
    remarks = {label["reference"]: data.reference}
    if data.specimen:
        remarks["Uwaga"] = label["specimen"]
    return [
        _make("DodatkowyOpis", _make("Klucz", name), _make("Wartosc", _cut(text, 256)))
        for name, text in remarks.items()
        if plain(text)
    ]


def _line(data: InvoiceData, at: int, line: InvoiceLine) -> Any:
    quantity = abs(line.quantity) if line.net >= 0 else -abs(line.quantity)
    case = TaxCase(data.tax_case)
    rate = UNTAXED[case][1] if case in UNTAXED else decimal(data.rate * 100).removesuffix(".00")
    return _make(
        "FaWiersz",
        _make("NrWierszaFa", str(at)),
        _make("P_7", _cut(line.text, 512)),
        _make("P_8A", "szt."),
        _make("P_8B", str(quantity)),
        _make("P_9A", decimal(abs(line.price))),
        _make("P_11", decimal(line.net)),
        _make("P_12", rate),
    )


def _payment(data: InvoiceData) -> Any:
    """Platnosc; none on a correction, because the way of the refund is not known at its issue."""
    if data.kind != "invoice":
        return None
    paid = data.paid >= data.gross
    due = None if paid or not data.due_on else _make("Termin", str(data.due_on))
    card = data.method == PayMethod.CARD
    return _make(
        "Platnosc",
        *([_make("Zaplacono", "1"), _make("DataZaplaty", str(data.supplied_on))] if paid else []),
        None if due is None else _make("TerminPlatnosci", due),
        _make("FormaPlatnosci", CARD if card else TRANSFER),
        None if card else _account(data.seller),
    )


def _account(seller: Party) -> Any:
    if not 10 <= len(seller.iban) <= 34:
        return None
    swift = re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", seller.bic)
    return _make(
        "RachunekBankowy",
        _make("NrRB", seller.iban),
        _make("SWIFT", seller.bic) if swift else None,
        _make.maybe("NazwaBanku", _cut(seller.bank, 256)),
    )


def _cut(text: str, length: int) -> str:
    """Cut to the length of the schema; the printed invoice has the whole text."""
    return plain(text)[:length].rstrip()
