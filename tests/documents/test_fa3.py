"""The Polish structured invoice: valid by the official schema, for every buyer and case of VAT."""

from dataclasses import replace

import pytest
from lxml import etree

from promosms.documents import fa3
from promosms.documents.data import InvoiceData, Party
from promosms.documents.tax import TaxCase
from tests.documents import checks
from tests.documents.samples import BUYERS, POLISH_SELLER, credit_note, invoice, pro_forma

CASES = [
    (TaxCase.DOMESTIC, "PL", {"P_13_1": "250.00", "P_14_1": "57.50", "P_12": "23", "P_18": "2"}),
    (TaxCase.OTHER_EU, "DE", {"P_13_1": "250.00", "P_14_1": "57.50", "P_12": "23", "P_18": "2"}),
    (TaxCase.REVERSE_CHARGE, "FR", {"P_13_9": "250.00", "P_12": "np II", "P_18": "1"}),
    (TaxCase.OUTSIDE_EU, "CH", {"P_13_8": "250.00", "P_12": "np I", "P_18": "2"}),
    (TaxCase.EXEMPT, "PL", {"P_13_7": "250.00", "P_12": "zw", "P_19": "1"}),
]


def polish(buyer: Party = BUYERS["PL"], **changed: object) -> InvoiceData:
    """A Polish invoice over 250 PLN."""
    return invoice(POLISH_SELLER, buyer, **{"language": "pl", **changed})


def fields(data: InvoiceData, original_ksef: str = fa3.OUTSIDE_KSEF) -> dict[str, str]:
    """Each field by name; of repeated ones the last."""
    root = etree.fromstring(fa3.render(data, original_ksef))
    return {etree.QName(element).localname: element.text or "" for element in root.iter()}


@pytest.mark.parametrize(("case", "country", "expected"), CASES)
def test_every_case_of_vat_is_valid_and_has_its_sums(case, country, expected):
    for method in ("card", "transfer"):
        data = polish(BUYERS[country], tax_case=case, method=method)
        for document in (data, credit_note(data, 1_000_000), replace(data, specimen=True)):
            assert checks.fa3(fa3.render(document, fa3.OUTSIDE_KSEF)) == []
        values = fields(data)
        assert {name: values.get(name) for name in expected} == expected
        assert [name for name in values if name.startswith("P_13")] == [
            name for name in expected if name.startswith("P_13")
        ]


def test_the_check_finds_what_is_wrong():
    assert checks.fa3(fa3.render(polish()).replace(b"P_15>", b"P_99>"))


@pytest.mark.parametrize(
    ("buyer", "identity"),
    [
        (BUYERS["PL"], {"NIP": "7740001454"}),
        (replace(BUYERS["PL"], tax_id="774-000-14-54"), {"NIP": "7740001454"}),
        (replace(BUYERS["PL"], tax_id="0000000000"), {"BrakID": "1"}),
        (replace(BUYERS["PL"], tax_id="1000000006"), {"BrakID": "1"}),
        (replace(BUYERS["PL"], tax_id="PL7740001455"), {"BrakID": "1"}),
        (replace(BUYERS["PL"], tax_id=""), {"BrakID": "1"}),
        (BUYERS["FR"], {"KodUE": "FR", "NrVatUE": "40303265045"}),
        (
            replace(BUYERS["FR"], country="GR", tax_id="EL094259216"),
            {"KodUE": "EL", "NrVatUE": "094259216"},
        ),
        (BUYERS["CH"], {"NrID": "CHE123456788MWST"}),
        (replace(BUYERS["CH"], country="US", tax_id=""), {"BrakID": "1"}),
    ],
)
def test_the_buyer_is_named_by_their_number(buyer, identity):
    data = polish(buyer)
    assert checks.fa3(fa3.render(data)) == []
    root = etree.fromstring(fa3.render(data))
    values = {
        etree.QName(element).localname: element.text for element in root.find("{*}Podmiot2/{*}*")
    }
    assert {name: values.get(name) for name in identity} == identity


def test_a_correction_has_negative_differences_and_names_its_original():
    values = fields(credit_note(polish(), 1_000_000, "Zwrot środków"))
    assert values["RodzajFaktury"] == "KOR"
    assert (values["P_13_1"], values["P_14_1"], values["P_15"]) == ("-100.00", "-23.00", "-123.00")
    assert (values["P_8B"], values["P_9A"], values["P_11"]) == ("-1", "100.00", "-100.00")
    assert values["NrFaKorygowanej"] == "INV/2026/000042"
    assert values["DataWystFaKorygowanej"] == "2026-11-22"
    assert values["PrzyczynaKorekty"] == "Zwrot środków"
    assert values["NrKSeFN"] == "1"


def test_a_correction_names_the_ksef_number_of_its_original_when_it_is_known():
    number = "5260001246-20261122-0A1B2C3D4E5F-5B"
    note = credit_note(polish(), 1_000_000)
    assert checks.fa3(fa3.render(note, number)) == []
    assert fields(note, number)["NrKSeFFaKorygowanej"] == number
    assert fields(note, number)["NrKSeF"] == "1"
    assert "NrKSeFN" not in fields(note, number)


def test_a_correction_never_says_outside_ksef_when_nobody_knows():
    with pytest.raises(fa3.OriginalUnknown):
        fa3.render(credit_note(polish(), 1_000_000))


def test_a_paid_invoice_says_when_and_how():
    values = fields(polish(method="transfer"))
    assert (values["Zaplacono"], values["DataZaplaty"]) == ("1", "2026-11-21")
    assert (values["FormaPlatnosci"], values["NrRB"]) == ("6", POLISH_SELLER.iban)
    assert (values["P_1"], values["P_6"]) == ("2026-11-22", "2026-11-21")
    assert fields(polish(method="card"))["FormaPlatnosci"] == "2"


def test_reverse_charge_adds_the_prefix_of_the_seller():
    assert fields(polish(BUYERS["FR"], tax_case=TaxCase.REVERSE_CHARGE))["PrefiksPodatnika"] == "PL"
    assert "PrefiksPodatnika" not in fields(polish())


@pytest.mark.parametrize(
    "changed",
    [
        {"seller": replace(POLISH_SELLER, country="DE")},
        {"seller": replace(POLISH_SELLER, tax_id="PL5260001247")},
        {"currency": "EUR"},
        {"rate": 1900},
    ],
)
def test_an_invoice_that_is_not_polish_is_refused(changed):
    with pytest.raises(fa3.NotPolish):
        fa3.render(replace(polish(), **changed))


def test_long_and_hostile_texts_stay_valid():
    buyer = Party("<b>&\x00" + "W" * 600, " ", "", "", "PL")
    data = replace(polish(buyer), lines=(replace(polish().lines[0], text="x " * 600),))
    assert checks.fa3(fa3.render(data)) == []


def test_a_pro_forma_never_goes_to_ksef():
    with pytest.raises(ValueError, match="pro_forma"):
        fa3.render(pro_forma(polish()))
