"""Encodings of uploaded files."""

import io

import pytest

from promosms.lib import text_encodings

PL = "imię;nazwisko;miasto\nŁukasz;Wójcik;Łódź\nMałgorzata;Śliwińska;Kraków\nŻaneta;Gęś;Gdańsk\n"
DE = "Telefon;Name\n0151;Jürgen Müller\n0152;Jörg Weiß\n"
ES = "tel;nombre\n6;José Núñez\n7;Begoña Muñoz\n"
FR = "tel;nom\n06;François Élodie\n07;Zoë Hélène Châteauneuf\n"


@pytest.mark.parametrize(
    ("text", "written", "region"),
    [
        (PL, "utf-8", "PL"),
        (PL, "utf-8-sig", "PL"),
        (PL, "utf-16", "PL"),
        (PL, "utf-16-le", "PL"),
        (PL, "utf-16-be", "PL"),
        (PL, "cp1250", "PL"),
        (PL, "cp1250", "DE"),
        (DE, "cp1252", "DE"),
        (DE, "cp1250", "PL"),
        (ES, "cp1252", "ES"),
        (FR, "cp1252", "FR"),
        ("601234567;Grażyna\n", "cp1250", "GB"),
        ("601234567\n", "ascii", "PL"),
    ],
)
def test_it_reads_what_was_written(text: str, written: str, region: str) -> None:
    raw = text.encode(written)
    found = text_encodings.detect(io.BytesIO(raw), region)
    assert raw.decode(found) == text


def test_a_letter_at_the_edge_of_a_chunk_does_not_matter() -> None:
    raw = b"a" * ((1 << 20) - 1) + "ż".encode() + b"\n"
    assert text_encodings.detect(io.BytesIO(raw), "PL") == "utf-8"


def test_the_file_is_at_its_start_again() -> None:
    file = io.BytesIO(PL.encode("cp1250"))
    text_encodings.detect(file, "PL")
    assert file.tell() == 0


def test_noise_is_refused() -> None:
    with pytest.raises(text_encodings.Unreadable):
        text_encodings.code_page(bytes([0x81, 0x98]) + b" \x8d\x8f\x90\x9d\x81\x83", "PL")
