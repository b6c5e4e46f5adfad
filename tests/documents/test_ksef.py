"""KSeF numbers by their form and check digits, receipts, and the link of the code."""

from datetime import date

import pytest

from promosms.documents import ksef
from promosms.documents.ksef import BadNumber, NumberProblem, Receipt

# Those of the documentation of KSeF.
RIGHT = "5265877635-20250826-0100001AF629-AF"
RECEIPT = """<?xml version="1.0" encoding="utf-8"?>
<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/{version}">
  <KodFormularza>FA (3)</KodFormularza>
  <Dokument>
    <NipSprzedawcy>5265877635</NipSprzedawcy>
    <NumerKSeFDokumentu>5265877635-20250916-0200A0D6723E-C2</NumerKSeFDokumentu>
    <NumerFaktury>INV/2025/000001</NumerFaktury>
    <SkrotDokumentu>GZMGNVzs3krF6URKgvaw77OOeG3nJ+WGziT5xguliQ8=</SkrotDokumentu>
  </Dokument>
  <Dokument><NumerFaktury>INV/2025/000002</NumerFaktury><SkrotDokumentu>x</SkrotDokumentu></Dokument>
</Potwierdzenie>"""
HASH = "199306355cecde4ac5e9444a82f6b0efb38e786de727e586ce24f9c60ba5890f"


@pytest.mark.parametrize(
    "typed",
    [
        RIGHT,
        f" {RIGHT.lower()}\n",
        RIGHT.replace("-", "\u2013"),
        "5265877635-20250826-010000-1AF629-AF",
        f"\u200b{RIGHT}",
        RIGHT[:30] + "\xad" + RIGHT[30:],
        RIGHT.replace("-", "\uff0d"),
        RIGHT.replace("-", ""),
        RIGHT.replace("-", " "),
        f"Nr KSeF: {RIGHT}.",
        f'="{RIGHT}"',
        f"'{RIGHT}",
    ],
)
def test_a_number_is_read_in_every_usual_spelling(typed: str) -> None:
    number = ksef.parse(typed)
    assert (number.text, number.nip) == (RIGHT, "5265877635")
    assert number.accepted_on == date(2025, 8, 26)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", NumberProblem.FORM),
        (RIGHT[:-1], NumberProblem.FORM),
        (RIGHT + "0", NumberProblem.FORM),
        (RIGHT.replace("F6", "G6"), NumberProblem.FORM),
        ("0265877635-20250826-0100001AF629-AF", NumberProblem.FORM),
        (RIGHT.replace("5265877635", "５265877635"), NumberProblem.FORM),
        (RIGHT[:-1] + "E", NumberProblem.CHECKSUM),
        (RIGHT.replace("0826", "0862"), NumberProblem.CHECKSUM),  # two digits exchanged
        (RIGHT.replace("1AF629", "1AF692"), NumberProblem.CHECKSUM),
        ("5265877635-20250230-0100001AF629-{:02X}", NumberProblem.DAY),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(typed: str, problem: NumberProblem) -> None:
    number = typed.format(ksef.crc8(typed.rpartition("-")[0].encode())) if "{" in typed else typed
    with pytest.raises(BadNumber) as error:
        ksef.parse(number)
    assert error.value.problem == problem


@pytest.mark.parametrize("version", ["v4-2", "v4-3"])
def test_a_receipt_names_number_and_hash(version: str) -> None:
    first, second = ksef.receipts(RECEIPT.format(version=version).encode())
    assert first == Receipt("INV/2025/000001", "5265877635-20250916-0200A0D6723E-C2", HASH)
    assert second == Receipt("INV/2025/000002", "")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<Faktura/>",
        b"<Potwierdzenie>",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    ],
)
def test_what_is_no_receipt_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not"):
        ksef.receipts(content)


def test_the_link_has_the_form_of_ksef() -> None:
    digest = "52d429f46a5ce75cbebb7c40a598c88e0929674d63b3e27c29f9523d6f16cc81"
    assert ksef.link("https://qr.ksef.mf.gov.pl/", "1111111111", date(2026, 2, 1), digest) == (
        "https://qr.ksef.mf.gov.pl/invoice/1111111111/01-02-2026/"
        "UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"
    )
