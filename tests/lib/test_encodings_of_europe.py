"""Encodings of Europe: names are read right, or the doubtful words are shown in each reading."""

import io
from contextlib import suppress

import pytest

from promosms.lib import text_encodings


def table(words: str) -> str:
    return "Telefon;Name\n" + "".join(f"601234567;{word}\n" for word in words.split())


PL = table("Łukasz Wójcik Łódź Małgorzata Śliwińska Żaneta Gęś")
CS = table("Dvořák Tomáš Jiří Růžička Němec Šťastný")
HU = table("Kovács Győző Őrsi Szűcs Tóth")
RO = table("Ştefan Ţurcanu Brânză")
DE = table("Jürgen Müller Jörg Weiß")
FR = table("François Élodie Zoë Hélène Châteauneuf")
ES = table("José Núñez Begoña Muñoz")
DA = table("Søren Åse Kjær Bjørn")
LT = table("Žukauskas Šarūnas Jūratė Kęstutis")
TR = table("Şahin Yıldız Çağlar Öztürk Ağaoğlu")
EL = table("Γιώργος Παπαδόπουλος Ελένη Άννα")
UK = table("Олександр Шевченко Ігор Мельник")
BG = table("Иван Петров Георги")


@pytest.mark.parametrize(
    ("text", "written", "region"),
    [
        (PL, "cp1250", "PL"),
        (PL, "iso8859_2", "PL"),
        (PL, "iso8859_2", "GB"),
        (table("Wąs Kaśka"), "iso8859_2", "PL"),
        (PL, "cp852", "PL"),
        (PL, "mac_latin2", "PL"),
        (table("ŁÓDŹ KÓŁKO ŻÓŁĆ GĘŚ"), "cp1250", "PL"),
        (CS, "cp1250", "CZ"),
        (CS, "iso8859_2", "CZ"),
        (CS, "iso8859_2", "PL"),
        (CS, "cp852", "CZ"),
        (HU, "cp1250", "HU"),
        (HU, "iso8859_2", "HU"),
        (RO, "cp1250", "RO"),
        (DE, "cp1252", "DE"),
        (DE, "cp850", "DE"),
        (DE, "cp437", "DE"),
        (FR, "iso8859_15", "FR"),
        (FR, "mac_roman", "FR"),
        (ES, "iso8859_1", "ES"),
        (ES, "cp850", "ES"),
        (DA, "cp1252", "DK"),
        (LT, "cp1257", "LT"),
        (LT, "iso8859_13", "LT"),
        (TR, "cp1254", "TR"),
        (TR, "cp1254", "DE"),
        (EL, "cp1253", "GR"),
        (EL, "iso8859_7", "GR"),
        (UK, "cp1251", "UA"),
        (UK, "koi8_u", "UA"),
        (UK, "iso8859_5", "UA"),
        (BG, "cp1251", "BG"),
        (PL, "cp1257", "PL"),
        (PL, "iso8859_13", "GB"),
        (UK, "mac_cyrillic", "UA"),
        (BG, "mac_cyrillic", "BG"),
        (TR, "mac_turkish", "TR"),
        (table("Þórður Guðrún Ægir Björk"), "mac_iceland", "IS"),
        (table("Þórður Guðrún Ægir Björk"), "cp861", "IS"),
        (table("João Conceição Inês Antônio"), "cp860", "PT"),
        (UK, "utf-16-le", "UA"),
        (EL, "utf-16-be", "GR"),
        (PL, "utf-32", "PL"),
        (PL, "utf-32-le", "PL"),
        (PL, "utf-32-be", "PL"),
        (table("L’Oréal “Zoë” 5€ Élan–vital Hélène"), "cp1252", "FR"),
    ],
)
def test_lists_of_names_are_read_right(text: str, written: str, region: str) -> None:
    raw = text.encode(written)
    found = text_encodings.examine(io.BytesIO(raw), region)
    assert (text_encodings.decode(raw, found.encoding), found.readings) == (text, ())


@pytest.mark.parametrize(
    ("word", "written", "region"),
    [
        ("Poznań", "cp1250", "PL"),
        ("Núñez", "cp1252", "PL"),
        ("Hélène", "cp1252", "PL"),
        ("Gdańsk", "cp852", "PL"),
        ("Kęska", "cp1250", "DE"),
        ("Dušek", "iso8859_2", "CZ"),
        ("Jürgen", "mac_roman", "DE"),
        ("José", "cp850", "ES"),
        ("Ігор", "cp1125", "UA"),
        ("Γιώργος", "mac_greek", "GR"),
        ("Иван", "mac_cyrillic", "BG"),
    ],
)
def test_a_word_that_reads_well_in_two_ways_is_asked_about(
    word: str, written: str, region: str
) -> None:
    raw = table(word).encode(written)
    readings = text_encodings.examine(io.BytesIO(raw), region).readings
    assert 2 <= len(readings) <= 4
    right = [one for one in readings if one.words == (word,)]
    assert [text_encodings.decode(raw, one.encoding) for one in right] == [table(word)]


@pytest.mark.parametrize(
    ("added", "right", "words"),
    [
        # A cell in another encoding; one byte lost; a cell that was cut within a letter.
        ("602;Śliwa\n".encode("cp1250"), "602;Śliwa\n", {"Śliwa", "liwa"}),
        ("602;Núñez\n".encode("cp1252"), "602;Núñez\n", {"Núñez", "Nez"}),
        (b"602;Micha\xc5\n", "602;Micha\n", {"Micha"}),
        (b"602;Micha\xc5", "602;Micha", {"Micha"}),
        ("602;Micha\ufffd\n".encode(), "602;Micha\n", {"Micha\ufffd", "Micha"}),
    ],
)
def test_a_bad_byte_leaves_the_rest_in_utf8_and_is_asked_about(
    added: bytes, right: str, words: set[str]
) -> None:
    raw = PL.encode() + added
    readings = text_encodings.examine(io.BytesIO(raw), "PL").readings
    assert words <= {word for one in readings for word in one.words}
    texts = [text_encodings.decode(raw, one.encoding) for one in readings]
    assert PL + right in texts
    assert all(text.startswith(PL) for text in texts)


@pytest.mark.parametrize("page", ["cp1252", "cp1250", "cp852", "cp850", "latin-1"])
@pytest.mark.parametrize("names", ["Łukasz Wójcik Małgorzata Żaneta", "Kraków Müller"])
def test_what_was_encoded_twice_is_noticed(page: str, names: str) -> None:
    encoded = table(names).encode()
    twice = encoded.decode("latin-1").encode()
    with suppress(UnicodeDecodeError):
        twice = encoded.decode(page).encode()
    for raw in (twice, PL.encode() * 20_000 + twice):
        found = text_encodings.examine(io.BytesIO(raw), "PL")
        assert len(found.readings) == 2
        assert text_encodings.decode(raw, found.encoding).endswith(table(names))
        assert all(word in names for word in found.readings[0].words)


def test_marks_that_no_letter_carries_are_asked_about() -> None:
    raw = table("Íñigo").encode("cp850")  # in UTF-8 an accent of Hebrew
    found = text_encodings.examine(io.BytesIO(raw), "ES")
    assert ("Íñigo",) in [one.words for one in found.readings]
    apart = table("Kraków Zoë ❤️").replace("ó", "o\u0301").encode()
    assert text_encodings.examine(io.BytesIO(apart), "PL").readings == ()


def test_capitals_that_are_also_utf8_by_chance_are_asked_about() -> None:
    raw = table("KÓŁKO PÓŁNOC").encode("cp1250")
    found = text_encodings.examine(io.BytesIO(raw), "PL")
    assert [one.words for one in found.readings] == [("KÓŁKO", "PÓŁNOC"), ("KӣKO", "PӣNOC")]


@pytest.mark.parametrize("text", [PL, DE, FR, EL, UK, table("ÄÖ Åsberg 张伟 Дмитро ❤ 5€ “x”")])
def test_utf8_is_certain(text: str) -> None:
    for raw in (text.encode(), text.encode("utf-8-sig")):
        found = text_encodings.examine(io.BytesIO(raw), "PL")
        assert (text_encodings.decode(raw, found.encoding), found.readings) == (text, ())


@pytest.mark.parametrize("page", ["gb18030", "shift_jis", "big5"])
def test_code_pages_of_other_continents_are_not_read_as_ours(page: str) -> None:
    raw = table("王小明 陳大文 林美麗 張志強 李国華").encode(page, "ignore")
    with suppress(text_encodings.Unreadable):
        assert text_encodings.examine(io.BytesIO(raw), "PL").readings
