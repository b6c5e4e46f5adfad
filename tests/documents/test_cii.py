"""The EN 16931 XML: valid for every VAT case, with the content of the invoice."""

from dataclasses import replace
from datetime import date

import pytest
from lxml import etree

from promosms.documents import cii
from promosms.documents.data import InvoiceData
from promosms.documents.tax import TaxCase
from tests.documents import checks
from tests.documents.samples import (
    BUYERS,
    GERMAN_SELLER,
    POLISH_SELLER,
    credit_note,
    invoice,
    pro_forma,
)

CASES = [
    (TaxCase.DOMESTIC, BUYERS["DE"], "S", ""),
    (TaxCase.OTHER_EU, BUYERS["FR"], "S", ""),
    (TaxCase.REVERSE_CHARGE, BUYERS["FR"], "AE", "VATEX-EU-AE"),
    (TaxCase.OUTSIDE_EU, BUYERS["CH"], "O", "VATEX-EU-O"),
    (TaxCase.EXEMPT, BUYERS["PL"], "E", ""),
]


def all_of(data: InvoiceData, name: str) -> list[str]:
    """The texts of all elements with that name, without white space around them."""
    root = etree.fromstring(cii.render(data))
    return [" ".join("".join(element.itertext()).split()) for element in root.iter(f"{{*}}{name}")]


@pytest.mark.parametrize("seller", [GERMAN_SELLER, POLISH_SELLER], ids=["DE", "PL"])
@pytest.mark.parametrize(("case", "buyer", "category", "reason"), CASES)
def test_every_case_of_vat_is_valid_and_has_its_category(seller, case, buyer, category, reason):
    for method in ("card", "transfer"):
        data = invoice(seller, buyer, tax_case=case, method=method)
        for document in (data, credit_note(data, 1_000_000), replace(data, specimen=True)):
            assert checks.en16931(cii.render(document)) == []
            assert set(all_of(document, "CategoryCode")) == {category}
            assert all_of(document, "ExemptionReasonCode") == ([reason] if reason else [])


def test_the_checks_find_what_is_wrong():
    good = cii.render(invoice()).decode()
    sum_off = good.replace(">297.50</ram:GrandTotalAmount", ">297.51</ram:GrandTotalAmount")
    assert any("BR-CO-15" in error for error in checks.en16931(sum_off.encode()))
    no_number = good.replace("<ram:ID>INV/2026/000042</ram:ID>", "")
    assert checks.en16931(no_number.encode())


def test_a_paid_invoice_says_that_nothing_is_due():
    data = invoice()
    assert all_of(data, "TotalPrepaidAmount") == ["297.50"]
    assert all_of(data, "DuePayableAmount") == ["0.00"]
    assert all_of(data, "TypeCode")[0] == "380"


def test_an_unpaid_invoice_says_until_when_and_where_to_pay():
    data = invoice(method="transfer", paid=0, due_on=date(2026, 12, 6))
    assert all_of(data, "DueDateDateTime") == ["20261206"]
    assert all_of(data, "DuePayableAmount") == ["297.50"]
    assert all_of(data, "IBANID") == ["DE89370400440532013000"]
    assert all_of(data, "PaymentReference") == ["PS-7K4M-Q2XD"]
    assert "58" in all_of(data, "TypeCode")


def test_transfers_outside_the_euro_and_cards_have_their_own_codes():
    assert "30" in all_of(invoice(POLISH_SELLER, method="transfer"), "TypeCode")
    card = invoice(method="card")
    assert "48" in all_of(card, "TypeCode")
    assert all_of(card, "IBANID") == []


def test_a_credit_note_has_positive_amounts_and_names_its_original():
    note = credit_note(invoice(), 1_000_000)
    assert all_of(note, "TypeCode")[0] == "381"
    assert all_of(note, "BilledQuantity") == ["1"]
    assert all_of(note, "GrandTotalAmount") == ["119.00"]
    assert all_of(note, "IssuerAssignedID") == ["INV/2026/000042"]
    assert all_of(note, "FormattedIssueDateTime") == ["20261122"]
    assert any("Unused credit returned" in text for text in all_of(note, "Content"))


def test_a_credit_note_states_the_amount_to_be_returned():
    note = credit_note(invoice(), 1_000_000)
    assert all_of(note, "DuePayableAmount") == ["119.00"]
    returned = replace(note, paid=note.gross)
    assert all_of(returned, "DuePayableAmount") == ["0.00"]
    assert checks.en16931(cii.render(returned)) == []


def test_outside_the_scope_of_vat_no_vat_number_is_printed():
    data = invoice(buyer=BUYERS["CH"], tax_case=TaxCase.OUTSIDE_EU)
    xml = cii.render(data).decode()
    assert 'schemeID="VA"' not in xml
    assert '<ram:ID schemeID="FC">DE136695976</ram:ID>' in xml
    assert "<ram:ID>CHE123456788MWST</ram:ID>" in xml


@pytest.mark.parametrize(
    ("country", "tax_id", "expected"),
    [
        ("DE", "DE136695976", True),
        ("GR", "EL094259216", True),
        ("GB", "XI110305878", True),
        ("DE", "12/345/67890", False),
        ("CH", "CHE123456788MWST", False),
        ("FR", "", False),
    ],
)
def test_vat_numbers_are_distinguished_from_other_tax_numbers(country, tax_id, expected):
    party = replace(BUYERS["DE"], country=country, tax_id=tax_id)
    assert cii.has_vat_number(party) is expected


def test_a_seller_with_a_local_tax_number_is_valid_too():
    seller = replace(GERMAN_SELLER, tax_id="12/345/67890")
    data = invoice(seller, tax_case=TaxCase.EXEMPT)
    assert checks.en16931(cii.render(data)) == []
    assert all_of(data, "ExemptionReason") == [
        "No VAT is charged: the seller is exempt (§ 19 UStG)."
    ]


def test_control_characters_do_not_break_the_xml():
    buyer = replace(BUYERS["DE"], name="A\x00B\ud800 \u202e<b>&amp;\r\nC")
    data = invoice(buyer=buyer)
    assert all_of(data, "Name")[-1] == "A B <b>&amp; C"
    assert checks.en16931(cii.render(data)) == []


def test_a_pro_forma_is_no_invoice():
    with pytest.raises(ValueError, match="pro_forma"):
        cii.render(pro_forma(invoice()))
