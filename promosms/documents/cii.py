"""The invoice in the syntax UN/CEFACT CII of EN 16931, profile EN 16931 of Factur-X and ZUGFeRD.

BT and BG numbers are business terms of EN 16931-1; rules such as BR-O-02 are those of its
schematron. A credit note (381) has positive amounts, because its type gives the direction.
"""

from datetime import date
from typing import Any

from promosms.documents.data import InvoiceData, InvoiceLine, Party
from promosms.documents.formats import decimal, plain
from promosms.documents.labels import tax_note, texts
from promosms.documents.tax import EU, TaxCase
from promosms.documents.xml_tree import Tree, to_bytes
from promosms.models import PayMethod
from promosms.settings import currencies

_URN = "urn:un:unece:uncefact:data:standard:"
_make = Tree(
    {
        "rsm": f"{_URN}CrossIndustryInvoice:100",
        "ram": f"{_URN}ReusableAggregateBusinessInformationEntity:100",
        "udt": f"{_URN}UnqualifiedDataType:100",
        "qdt": f"{_URN}QualifiedDataType:100",
    },
    default="ram",
)

TYPES = {"invoice": "380", "credit_note": "381"}
# The category of UNCL5305 and the code of VATEX, which says why there is no VAT.
CATEGORIES = {
    TaxCase.DOMESTIC: ("S", ""),
    TaxCase.OTHER_EU: ("S", ""),
    TaxCase.REVERSE_CHARGE: ("AE", "VATEX-EU-AE"),
    TaxCase.OUTSIDE_EU: ("O", "VATEX-EU-O"),
    TaxCase.EXEMPT: ("E", ""),
}
# Of UNCL4461; 58 is a transfer in the Single Euro Payments Area.
TRANSFER, SEPA_TRANSFER, CARD = "30", "58", "48"
MOST_DIGITS = 2  # of an amount (BR-DEC-01 to 28)


def fits(data: InvoiceData) -> bool:
    """Can EN 16931 say the amounts? Not those of currencies with three digits, such as KWD."""
    return currencies.digits(data.currency) <= MOST_DIGITS


def render(data: InvoiceData) -> bytes:
    """The XML of an invoice or credit note; ValueError for a pro forma."""
    if data.kind not in TYPES:
        raise ValueError(f"There is no EN 16931 document of the kind {data.kind}.")
    return to_bytes(
        _make(
            "rsm:CrossIndustryInvoice",
            _make(
                "rsm:ExchangedDocumentContext",
                _make(
                    "GuidelineSpecifiedDocumentContextParameter",
                    _make("ID", "urn:cen.eu:en16931:2017"),
                ),
            ),
            _document(data),
            _make(
                "rsm:SupplyChainTradeTransaction",
                *(_line(data, at, line) for at, line in enumerate(data.lines, 1)),
                _agreement(data),
                _make(
                    "ApplicableHeaderTradeDelivery",
                    _make("ActualDeliverySupplyChainEvent", _day("Occurrence", data.supplied_on)),
                ),
                _settlement(data),
            ),
        )
    )


def _document(data: InvoiceData) -> Any:
    label = texts(data.language)
    notes = [tax_note(data.language, data.tax_case, data.seller.country)]
    if data.specimen:
        notes.insert(0, label["specimen"])
    if data.original:
        notes.append(f"{label['reason']}: {data.original.reason}")
    return _make(
        "rsm:ExchangedDocument",
        _make("ID", data.label),
        _make("TypeCode", TYPES[data.kind]),
        _day("Issue", data.issued_on),
        *(_make("IncludedNote", _make("Content", note)) for note in notes if note),
    )


def _line(data: InvoiceData, at: int, line: InvoiceLine) -> Any:
    """BG-25. The price is never negative (BR-27), so the quantity has the sign."""
    net = _signed(data, line.net)
    quantity = abs(line.quantity) if net >= 0 else -abs(line.quantity)
    return _make(
        "IncludedSupplyChainTradeLineItem",
        _make("AssociatedDocumentLineDocument", _make("LineID", str(at))),
        _make("SpecifiedTradeProduct", _make("Name", line.text)),
        _make(
            "SpecifiedLineTradeAgreement",
            _make("NetPriceProductTradePrice", _make("ChargeAmount", decimal(abs(line.price)))),
        ),
        _make("SpecifiedLineTradeDelivery", _make("BilledQuantity", str(quantity), unitCode="C62")),
        _make(
            "SpecifiedLineTradeSettlement",
            _make(
                "ApplicableTradeTax",
                _make("TypeCode", "VAT"),
                _make("CategoryCode", _category(data)),
                _rate(data),
            ),
            _make(
                "SpecifiedTradeSettlementLineMonetarySummation",
                _make("LineTotalAmount", decimal(net)),
            ),
        ),
    )


def _agreement(data: InvoiceData) -> Any:
    outside = data.tax_case == TaxCase.OUTSIDE_EU
    return _make(
        "ApplicableHeaderTradeAgreement",
        _make("SellerTradeParty", *_party(data.seller, outside, owes=True)),
        _make("BuyerTradeParty", *_party(data.buyer, outside, owes=False)),
    )


def _party(party: Party, outside: bool, owes: bool) -> list[Any]:
    """BG-4 or BG-7. Where VAT does not apply, VAT numbers are not allowed (BR-O-02).

    The number is then the identifier of the party (BT-29, BT-46), and for the seller also the tax
    registration (BT-32).
    """
    vat = has_vat_number(party) and not outside
    registered = {"VA": party.tax_id} if vat else {"FC": party.tax_id} if owes else {}
    return [
        None if vat else _make.maybe("ID", party.tax_id),
        _make("Name", party.name),
        _make(
            "PostalTradeAddress",
            _make.maybe("PostcodeCode", party.postcode),
            _make.maybe("LineOne", party.street),
            _make.maybe("CityName", party.city),
            _make("CountryID", party.country),
        ),
        _electronic(party),
        *(
            _make("SpecifiedTaxRegistration", _make("ID", number, schemeID=scheme))
            for scheme, number in registered.items()
            if plain(number)
        ),
    ]


def has_vat_number(party: Party) -> bool:
    """Does the tax id have the VAT prefix of its country (BR-CO-09)?

    Greece has EL, Northern Ireland XI; in the EU a number without prefix is a national one.
    """
    prefixes = {"GR": ("EL", "GR"), "GB": ("GB", "XI")}.get(party.country, (party.country,))
    return party.tax_id.startswith(prefixes) and (party.country in EU | {"GB"})


def _electronic(party: Party) -> Any:
    if not plain(party.email):
        return None
    return _make("URIUniversalCommunication", _make("URIID", party.email, schemeID="EM"))


def _settlement(data: InvoiceData) -> Any:
    return _make(
        "ApplicableHeaderTradeSettlement",
        _make.maybe("PaymentReference", data.reference),
        _make("InvoiceCurrencyCode", data.currency),
        _means(data),
        _breakdown(data),
        _terms(data),
        _sums(data),
        _original(data),
    )


def _means(data: InvoiceData) -> Any:
    """BG-16. None on a credit note, because the buyer's account is unknown."""
    if data.kind == "credit_note":
        return None
    if data.method == PayMethod.CARD:
        return _make("SpecifiedTradeSettlementPaymentMeans", _make("TypeCode", CARD))
    if not data.seller.iban:
        return None
    return _make(
        "SpecifiedTradeSettlementPaymentMeans",
        _make("TypeCode", SEPA_TRANSFER if data.currency == "EUR" else TRANSFER),
        _make(
            "PayeePartyCreditorFinancialAccount",
            _make("IBANID", data.seller.iban),
            _make("AccountName", data.seller.name),
        ),
        _make("PayeeSpecifiedCreditorFinancialInstitution", _make("BICID", data.seller.bic))
        if plain(data.seller.bic)
        else None,
    )


def _breakdown(data: InvoiceData) -> Any:
    """BG-23, once, because a document has one rate."""
    reason = CATEGORIES[TaxCase(data.tax_case)][1]
    return _make(
        "ApplicableTradeTax",
        _make("CalculatedAmount", decimal(_signed(data, data.tax))),
        _make("TypeCode", "VAT"),
        _make.maybe("ExemptionReason", tax_note(data.language, data.tax_case, data.seller.country)),
        _make("BasisAmount", decimal(_signed(data, data.net))),
        _make("CategoryCode", _category(data)),
        _make.maybe("ExemptionReasonCode", reason),
        _rate(data),
    )


def _terms(data: InvoiceData) -> Any:
    """BT-9, or BT-20 if money is owed without a due date (BR-CO-25)."""
    if data.due_on:
        return _make("SpecifiedTradePaymentTerms", _day("DueDate", data.due_on))
    if _signed(data, data.gross - data.paid) <= 0:
        return None
    label = texts(data.language)
    sentence = label["credited"] if data.kind == "credit_note" else label["left"]
    return _make("SpecifiedTradePaymentTerms", _make("Description", sentence))


def _sums(data: InvoiceData) -> Any:
    """BG-22, the totals."""
    net, tax, gross, paid = (
        _signed(data, amount) for amount in (data.net, data.tax, data.gross, data.paid)
    )
    return _make(
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        _make("LineTotalAmount", decimal(net)),
        _make("TaxBasisTotalAmount", decimal(net)),
        _make("TaxTotalAmount", decimal(tax), currencyID=data.currency),
        _make("GrandTotalAmount", decimal(gross)),
        _make("TotalPrepaidAmount", decimal(paid)) if paid else None,
        _make("DuePayableAmount", decimal(gross - paid)),
    )


def _original(data: InvoiceData) -> Any:
    """BG-3, the reference to the corrected invoice."""
    if not data.original:
        return None
    issued = f"{data.original.issued_on:%Y%m%d}"
    return _make(
        "InvoiceReferencedDocument",
        _make("IssuerAssignedID", data.original.label),
        _make("FormattedIssueDateTime", _make("qdt:DateTimeString", issued, format="102")),
    )


def _category(data: InvoiceData) -> str:
    return CATEGORIES[TaxCase(data.tax_case)][0]


def _rate(data: InvoiceData) -> Any:
    """None where VAT does not apply (BR-O-05)."""
    if data.tax_case == TaxCase.OUTSIDE_EU:
        return None
    return _make("RateApplicablePercent", decimal(data.rate * 100))


def _signed(data: InvoiceData, amount: int) -> int:
    return -amount if data.kind == "credit_note" else amount


def _day(name: str, moment: date) -> Any:
    return _make(f"{name}DateTime", _make("udt:DateTimeString", f"{moment:%Y%m%d}", format="102"))
