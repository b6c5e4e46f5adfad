"""Names of senders: look-alikes, countries, and ways out of texts that nobody can answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms.senders import countries, protected, spelling, way_out
from promosms.sms.senders.countries import Names, Numbers
from promosms.sms.senders.protected import Kind

LIKE = {
    "POLICJA": Kind.AUTHORITY,
    "P0L1CJA": Kind.AUTHORITY,
    "Po-Licja": Kind.AUTHORITY,
    "PolicjaInfo": Kind.AUTHORITY,
    "Polcija": Kind.AUTHORITY,
    "Policia": Kind.AUTHORITY,
    "HMRC tax": Kind.AUTHORITY,
    "InfoZUS": Kind.AUTHORITY,
    "rnBank": Kind.BANK,
    "m-B4nk": Kind.BANK,
    "PKO-Info": Kind.BANK,
    "ING": Kind.BANK,
    "Santender": Kind.BANK,
    "Alert112": Kind.EMERGENCY,
    "DHLinfo": Kind.COURIER,
    "lnPost": Kind.COURIER,
    "Orange.pl": Kind.OPERATOR,
    "G00gle": Kind.BRAND,
    "INFO": Kind.GENERIC,
    "InfoSMS": Kind.GENERIC,
    "Shop24": Kind.GENERIC,
}
LIKE_NONE = [
    *("Kwiaty Ani", "Kingston", "Milk Bar", "Bakery", "Zusia", "Barber24", "Studio7"),
    *("Demo Shop", "Piekarnia", "Fryzjer Ola", "Salon Uroda", "Gabinet", "UPSala"),
]
WAYS_OUT = [
    *(
        "Stop: https://x.pl/o",
        "Opt out at shop.com",
        "Write to us@kwiaty.pl",
        "No more: 732 000 001",
    ),
    *("Call +48 (732) 000-001", "STOP 36105", "stop au 36105", "kwiaty.example/stop"),
]
NO_WAYS_OUT = [
    *(
        "20% off",
        "Reply STOP to opt out",
        "Open 10.00-16.00, ul. Long 7",
        "Until 24-12-2026",
        "Only 19.99 until 24.12.2026",
    ),
    *("Tea.Bring this text", "From 8.30 to 16.00", "stop by on 5 May", ""),
]


@pytest.mark.parametrize(("name", "kind"), LIKE.items())
def test_it_is_like_a_protected_name(name: str, kind: Kind) -> None:
    assert spelling.is_name(name)
    found = protected.find(name)
    assert found is not None
    assert found.kind is kind


@pytest.mark.parametrize("name", LIKE_NONE)
def test_it_is_like_none(name: str) -> None:
    assert protected.find(name) is None


@given(st.sampled_from(["Policja", "Santander", "Allegro", "Barclays"]), st.data())
def test_case_signs_and_one_letter_do_not_hide_a_protected_name(
    name: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    other = data.draw(st.sampled_from("aBx0-. "))
    changed = data.draw(
        st.sampled_from(
            [
                name[:place] + name[place:].swapcase(),
                name[:place] + other + name[place:],
                name[:place] + name[place + 1 :],
                name[:place] + other + name[place + 1 :],
            ]
        )
    )
    assert protected.find(changed) is not None


@given(st.text(max_size=11))
def test_every_text_has_an_answer(name: str) -> None:
    found = protected.find(name)
    assert found is None or found.kind in Kind


def test_every_country_has_its_rule_with_sources() -> None:
    rules = countries.known()
    assert len(rules) == 38
    for rule in rules:
        assert rule.names is not Names.UNKNOWN
        assert rule.two_way in ("yes", "limited", "no")
        assert rule.certainty in ("A", "B", "C")
        assert rule.sources
        assert not rule.by_law or rule.names is Names.REGISTERED
    assert {rule.country for rule in rules if rule.by_law} == {"AU", "ES", "FI", "IE", "IT", "TR"}
    assert countries.of("ZZ").names is Names.UNKNOWN


def test_a_number_stands_in_where_numbers_arrive() -> None:
    none = {rule.country for rule in countries.known() if rule.names is Names.NONE}
    assert none == {"US", "CA", "IN"}
    assert {code for code in none if countries.of(code).may_take_number} == {"US", "CA"}
    assert countries.of("IN").numbers is Numbers.NONE


@pytest.mark.parametrize("text", WAYS_OUT)
def test_the_text_has_a_way_out(text: str) -> None:
    assert way_out.is_in(text)


@pytest.mark.parametrize("text", NO_WAYS_OUT)
def test_the_text_has_no_way_out(text: str) -> None:
    assert not way_out.is_in(text)
