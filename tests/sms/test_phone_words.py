"""Words, invisible marks and signs around a number, extensions behind it, several numbers."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms import phone_text
from promosms.sms.phone import InvalidPhone, PhoneProblem, parse

INVISIBLE = [chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) == "Cf"]


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("tel. 601 234 567", "PL", "+48601234567"),
        ("tel.: 601 234 567", "PL", "+48601234567"),
        ("Tel:+48 601 234 567", "GB", "+48601234567"),
        ("TEL. KOM.: 601234567", "PL", "+48601234567"),
        ("kom. 601234567", "PL", "+48601234567"),
        ("601 234 567 kom.", "PL", "+48601234567"),
        ("601234567 (kom.)", "PL", "+48601234567"),
        ("(tel.) 601234567", "PL", "+48601234567"),
        ("telefon komórkowy 601234567", "PL", "+48601234567"),
        ("telefon komo\u0301rkowy 601234567", "PL", "+48601234567"),
        ("nr tel. 601234567", "PL", "+48601234567"),
        ("Tel. No. 601234567", "PL", "+48601234567"),
        ("Handy: 0171 1234567", "DE", "+491711234567"),
        ("mobile 0660 1234567", "AT", "+436601234567"),
        ("M: +48 601 234 567", "GB", "+48601234567"),
        ("p:+48601234567", "GB", "+48601234567"),
        ("моб. 601234567", "PL", "+48601234567"),
        ("Tél. : 06 12 34 56 78", "FR", "+33612345678"),
        ("Port. 06 12 34 56 78", "FR", "+33612345678"),
        ("N° 06 12 34 56 78", "FR", "+33612345678"),
        ("Tfno. 612345678", "ES", "+34612345678"),
        ("Nº móv.: 612345678", "ES", "+34612345678"),
        ("Mobilfunknummer: 0171 1234567", "DE", "+491711234567"),
        ("tel. č.: 601 123 456", "CZ", "+420601123456"),
        ("telefón 0905 123 456", "SK", "+421905123456"),
        ("Tel. mobil: 0712 345 678", "RO", "+40712345678"),
        ("Telefonszám: 06 20 123 4567", "HU", "+36201234567"),
        ("Телефон 067 123 45 67", "UA", "+380671234567"),
        ("Telefon kontaktowy: 601 234 567", "PL", "+48601234567"),
        ("Viber: +48601234567", "GB", "+48601234567"),
        ("callto:+48601234567", "GB", "+48601234567"),
        ("whatsapp:+48601234567", "GB", "+48601234567"),
        ("tel://601234567", "PL", "+48601234567"),
        ("+48(601)234.567", "GB", "+48601234567"),
        ("(0048) 601-234-567", "GB", "+48601234567"),
        ("📞 601 234 567", "PL", "+48601234567"),
        ("☎️ +48601234567", "GB", "+48601234567"),
        ("601234567 (Anna)", "PL", "+48601234567"),
        ("601234567 (Łucja Kowalska-Nowak)", "PL", "+48601234567"),
        ("601234567 (Anna K.)", "PL", "+48601234567"),
        ("„601234567”", "PL", "+48601234567"),
        ("<+48601234567>", "GB", "+48601234567"),
        ("601234567,", "PL", "+48601234567"),
        ("601 234 567.", "PL", "+48601234567"),
        ("tel:601-234-567;phone-context=+48", "GB", "+48601234567"),
        ("https://wa.me/48601234567", "DE", "+48601234567"),
        ("wa.me/48601234567?text=Hi", "DE", "+48601234567"),
        ("https://api.whatsapp.com/send?phone=48601234567&text=Hi", "DE", "+48601234567"),
        ("601‒234‒567", "PL", "+48601234567"),
        ("601−234−567", "PL", "+48601234567"),
        ("601\u2009234\u2007567", "PL", "+48601234567"),
        ("601\t234\t567", "PL", "+48601234567"),
        ("[601] 234·567", "PL", "+48601234567"),
        ("[601] 234-567", "PL", "+48601234567"),
        ("{601234567}", "PL", "+48601234567"),
        ("`601234567`", "PL", "+48601234567"),
        ("﹢48601234567", "GB", "+48601234567"),
        ("（６０１）２３４－５６７", "PL", "+48601234567"),
        ("६०१२३४५६७", "PL", "+48601234567"),
        ("𝟔𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕", "PL", "+48601234567"),
        ("6\ufe0f\u20e301234567", "PL", "+48601234567"),
        ("brak 601234567", "PL", "!letters"),
        ("nie dzwonić 601234567", "PL", "!letters"),
        ("601234567 (nie dzwonić)", "PL", "!letters"),
        ("601234567 (Stary)", "PL", "!letters"),
        ("601234567 (STOP)", "PL", "!letters"),
        ("fax 601234567", "PL", "!letters"),
        ("no 601234567", "PL", "!letters"),
        ("601234567 no", "PL", "!letters"),
        ("m601234567", "PL", "!letters"),
        ("60l234567", "PL", "!letters"),
        ("6O1234567", "PL", "!letters"),
        ("601234567²", "PL", "!letters"),
        ("~601234567", "PL", "!letters"),
        ("wa.me/message/ABC123", "PL", "!letters"),
        ("601234567 wew. 12", "PL", "!extension"),
        ("601234567 w. 12", "PL", "!extension"),
        ("601234567 wewnętrzny 12", "PL", "!extension"),
        ("601234567 ext. 5", "PL", "!extension"),
        ("+48601234567 extension 5", "PL", "!extension"),
        ("601234567 x12", "PL", "!extension"),
        ("601234567#12", "PL", "!extension"),
        ("601234567,,12", "PL", "!extension"),
        ("601234567;12", "PL", "!extension"),
        ("601234567 (12)", "PL", "!extension"),
        ("0664 1234567 (12)", "AT", "!extension"),
        ("0171 1234567 Durchwahl 3", "DE", "!extension"),
        ("06 12 34 56 78 poste 3", "FR", "!extension"),
        ("tel:+48-601-234-567;ext=5", "PL", "!extension"),
        ("601234567, 602345678", "PL", "!several"),
        ("601234567/602345678", "PL", "!several"),
        ("601234567\n602345678", "PL", "!several"),
        ("601234567 602345678", "PL", "!several"),
        ("601 234 567 602 345 678", "PL", "!several"),
        ("0601234567/602345678", "PL", "!several"),
        ("+48601234567 +48602345678", "PL", "!several"),
        ("601234567 lub; 602345678", "PL", "!several"),
        ("601234567 oder 602345678", "PL", "!several"),
        ("601234567 ::: 602345678", "PL", "!several"),
        ("tel. 22 123 45 67, kom. 602345678", "PL", "!several"),
        ("0049171/1234567", "DE", "+491711234567"),
    ],
)
def test_one_number_is_taken_and_anything_more_is_named(raw: str, region: str, e164: str) -> None:
    if not e164.startswith("!"):
        assert parse(raw, region).e164 == e164
        return
    with pytest.raises(InvalidPhone) as error:
        parse(raw, region)
    assert error.value.code is PhoneProblem(e164[1:])


def test_no_format_character_of_unicode_changes_a_number() -> None:
    assert len(INVISIBLE) > 150
    for mark in INVISIBLE:
        assert parse(f"{mark}+48 60{mark}1 234 567{mark}", "GB").e164 == "+48601234567"


def test_many_invisible_marks_do_not_cut_a_number() -> None:
    with pytest.raises(InvalidPhone):
        parse("\u200b" * 990 + "+48601234567", "PL")


@given(st.from_regex(phone_text._PLAIN, fullmatch=True), st.sampled_from(["PL", "DE", "US"]))
def test_the_fast_way_of_usual_numbers_is_equal_to_the_slow_one(raw: str, region: str) -> None:
    def read(text: str) -> object:
        try:
            return parse(text, region)
        except InvalidPhone as error:
            return error.code

    # An invisible mark takes the way of everything that is not usual.
    assert read(raw) == read(f"\u200b{raw}")
