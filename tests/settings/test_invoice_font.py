"""Names that invoices can print, and those that they cannot."""

import pytest

from promosms.settings import invoice_font


@pytest.mark.parametrize(
    "name",
    [
        "Kwiaciarnia Żółta Łąka sp. z o.o. & Søn – “Świt”, no. 7/2 (50%)",
        "Ș.C. Țărănesc Ğüneş İnşaat Ünlü Ægir Þór Œuvre Ĥorujo",
        "Άλφα Ωμέγα Α.Ε. Ϊ",
        "Княз Ивањски ЕООД, Їжак Єдність Ґанок Ўсход Љубав Џез",
        "E\u0301picerie et A\u0328",  # combining marks
        "Nguyễn Thị Ánh",
        "½ ₤ € £ № § @ # ™ ®",
        "Kwiaty \u2764\ufe0f \u2605\ufe0e",  # marks that choose between emoji and text
        "joined\u200dby\u200cnothing\u00a0\u202fhere",
        "",
    ],
)
def test_european_names_can_be_printed(name: str) -> None:
    assert invoice_font.unprintable(name) == []


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("株式会社 Tokyo 株", ["株", "式", "会", "社"]),
        ("서울 Cafe", ["서", "울"]),
        ("カフェ", ["カ", "フ", "ェ"]),
        ("شركة", ["ش", "ر", "ك", "ة"]),
        ("חנות", ["ח", "נ", "ו", "ת"]),
        ("ร้าน", ["ร", "\u0e49", "า", "น"]),
        ("दुकान", ["द", "\u0941", "क", "ा", "न"]),
        ("Խանութ", ["Խ", "ա", "ն", "ո", "ւ", "թ"]),
        ("ქარხანა", ["ქ", "ა", "რ", "ხ", "ნ"]),
        ("Piekarnia 🥐", ["🥐"]),
        ("Cafe \ufffd", ["\ufffd"]),
    ],
)
def test_letters_that_no_invoice_can_print_are_named(name: str, letters: list[str]) -> None:
    assert invoice_font.unprintable(name) == letters
