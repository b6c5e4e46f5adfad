"""The texts of documents, by language.

They are not in the gettext catalogues, so that a document rendered again in five years has the
same texts. Callers fill `{…}`.
"""

from promosms.documents.tax import TaxCase

MONTHS = {
    "en": (
        ("January", "February", "March", "April", "May", "June")
        + ("July", "August", "September", "October", "November", "December")
    ),
    "pl": (
        ("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca")
        + ("lipca", "sierpnia", "września", "października", "listopada", "grudnia")
    ),
}

ENGLISH = {
    "invoice": "Invoice",
    "credit_note": "Credit note",
    "pro_forma": "Pro forma invoice",
    "issued": "Date of issue",
    "paid_on": "Date of payment",
    "due": "Payable until",
    "method": "Payment",
    "transfer": "Bank transfer",
    "card": "Card",
    "reference": "Payment reference",
    "seller": "Seller",
    "buyer": "Buyer",
    "tax_id": "VAT no.",
    "eu_id": "VAT no.",
    "other_id": "Tax ID",
    "item": "Description",
    "quantity": "Quantity",
    "price": "Unit price",
    "rate": "VAT",
    "net": "Net",
    "tax": "VAT amount",
    "gross": "Gross",
    "total_net": "Total net",
    "total_tax": "VAT {rate}",
    "total": "Total",
    "total_credit": "Total credited",
    "paid": "Paid",
    "left": "Still to pay",
    "to_pay": "To pay",
    "settled": "Paid in full on {day}. Thank you.",
    "how_to_pay": "How to pay",
    "holder": "Account holder",
    "iban": "IBAN",
    "bic": "BIC",
    "bank": "Bank",
    "amount": "Amount",
    "quote": "Please write the reference into the transfer, so that we can find your payment.",
    "no_tax_document": "A pro forma is not a tax document. The invoice follows your payment.",
    "corrects": "Corrects invoice {label} of {day}",
    "reason": "Reason",
    "before": "Before",
    "change": "Correction",
    "after": "After",
    "credited": "The amount credited will be returned by the way it was paid.",
    "refunded": "The amount credited has been returned.",
    "confirmed": "VAT number of the buyer confirmed by VIES, consultation {number}.",
    "ksef": "KSeF number",
    "ksef_check": "Check this invoice in KSeF",
    "specimen": "SPECIMEN, not an invoice",
    "page": "Page {page} of {pages}",
}

POLISH = {
    "invoice": "Faktura",
    "credit_note": "Faktura korygująca",
    "pro_forma": "Faktura pro forma",
    "issued": "Data wystawienia",
    "paid_on": "Data otrzymania zapłaty",
    "due": "Termin płatności",
    "method": "Płatność",
    "transfer": "Przelew",
    "card": "Karta płatnicza",
    "reference": "Tytuł płatności",
    "seller": "Sprzedawca",
    "buyer": "Nabywca",
    "tax_id": "NIP",
    "eu_id": "Nr VAT UE",
    "other_id": "Nr podatkowy",
    "item": "Nazwa usługi",
    "quantity": "Ilość",
    "price": "Cena netto",
    "rate": "VAT",
    "net": "Netto",
    "tax": "Kwota VAT",
    "gross": "Brutto",
    "total_net": "Razem netto",
    "total_tax": "VAT {rate}",
    "total": "Razem brutto",
    "total_credit": "Razem korekta",
    "paid": "Zapłacono",
    "left": "Pozostało do zapłaty",
    "to_pay": "Do zapłaty",
    "settled": "Zapłacono w całości {day}. Dziękujemy.",
    "how_to_pay": "Jak zapłacić",
    "holder": "Odbiorca",
    "iban": "Nr rachunku",
    "bic": "BIC",
    "bank": "Bank",
    "amount": "Kwota",
    "quote": "Prosimy wpisać ten tytuł w przelewie, abyśmy mogli rozpoznać wpłatę.",
    "no_tax_document": "Faktura pro forma nie jest fakturą VAT. Fakturę wystawimy po wpłacie.",
    "corrects": "Dotyczy faktury {label} z dnia {day}",
    "reason": "Przyczyna korekty",
    "before": "Przed korektą",
    "change": "Korekta",
    "after": "Po korekcie",
    "credited": "Kwotę korekty zwrócimy tą samą drogą, którą została zapłacona.",
    "refunded": "Kwota korekty została zwrócona.",
    "confirmed": "Numer VAT nabywcy potwierdzony w VIES, nr zapytania {number}.",
    "ksef": "Numer KSeF",
    "ksef_check": "Sprawdź tę fakturę w KSeF",
    "specimen": "WZÓR, to nie jest faktura",
    "page": "Strona {page} z {pages}",
}

# Why no VAT is charged; VAT Directive art. 226 (11) and (11a).
TAX_NOTES = {
    "en": {
        TaxCase.REVERSE_CHARGE: "Reverse charge: VAT is owed by the recipient of the service "
        "(Directive 2006/112/EC, art. 44 and 196).",
        TaxCase.OUTSIDE_EU: "Service outside the scope of EU VAT: its place of supply is outside "
        "the EU (Directive 2006/112/EC, art. 44 and 59).",
        TaxCase.EXEMPT: "No VAT is charged: the seller is exempt ({basis}).",
    },
    "pl": {
        TaxCase.REVERSE_CHARGE: "Odwrotne obciążenie: podatek VAT rozlicza nabywca usługi "
        "(dyrektywa 2006/112/WE, art. 44 i 196).",
        TaxCase.OUTSIDE_EU: "Usługa niepodlegająca VAT w UE: miejsce świadczenia poza terytorium "
        "UE (dyrektywa 2006/112/WE, art. 44 i 59).",
        TaxCase.EXEMPT: "Sprzedaż zwolniona z podatku VAT ({basis}).",
    },
}

# The provision by which small sellers charge no VAT; in other countries that of the directive.
EXEMPTIONS = {
    "PL": "art. 113 ust. 1 i 9 ustawy o VAT",
    "DE": "§ 19 UStG",
    "AT": "§ 6 Abs. 1 Z 27 UStG",
    "FR": "art. 293 B du CGI",
}
EXEMPTION = {"en": "Directive 2006/112/EC, art. 284", "pl": "dyrektywa 2006/112/WE, art. 284"}

# The column of the rate, where no rate applies.
NO_RATE = {
    "en": {
        TaxCase.REVERSE_CHARGE: "reverse charge",
        TaxCase.OUTSIDE_EU: "outside scope",
        TaxCase.EXEMPT: "exempt",
    },
    "pl": {TaxCase.REVERSE_CHARGE: "np.", TaxCase.OUTSIDE_EU: "np.", TaxCase.EXEMPT: "zw."},
}


def language_of(language: str) -> str:
    """The language of a document: English if there are no texts in the requested one."""
    return language if language in MONTHS else "en"


def texts(language: str) -> dict[str, str]:
    """All labels and sentences by name."""
    return POLISH if language_of(language) == "pl" else ENGLISH


def tax_note(language: str, case: str, seller_country: str) -> str:
    """The sentence that says why there is no VAT; empty if VAT is charged."""
    written_in = language_of(language)
    note = TAX_NOTES[written_in].get(TaxCase(case), "")
    return note.format(basis=EXEMPTIONS.get(seller_country, EXEMPTION[written_in]))
