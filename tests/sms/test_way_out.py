"""Whether a text says in its own words how to opt out."""

import pytest

from promosms.sms.keywords import Keyword, recognise, says_way_out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("News. Reply STOP to end", True),
        ("Aktualności. Rezygnacja: odpisz STOP", True),
        ("Neues. Abmelden mit STOPP", True),
        ("Wypisz się: https://shop.example/u", True),
        ("Unsubscribe at www.shop.example", True),
        ("Opt out: shop.example/x", True),
        ("Nie chcesz wiadomości? Odpisz REZYGNUJĘ", True),
        ("Non-stop party", False),
        ("NON-STOP PARTY", False),
        ("Stop by our shop", False),
        ("Bus stop closed", False),
        ("See https://shop.example/sale", False),
        ("Wypisz się u nas w sklepie", False),
        ("The end of the season", False),
        ("", False),
    ],
)
def test_only_a_command_or_a_link_to_opt_out_is_a_way_out(text: str, says: bool) -> None:
    assert says_way_out(text) is says


@pytest.mark.parametrize(
    "word", ["STOP", "STOPP", "REZYGNUJĘ", "WYPISZ", "ABMELDEN", "BAJA", "СТОП"]
)
def test_a_command_that_counts_is_understood_as_a_reply(word: str) -> None:
    assert says_way_out(f"Reply {word}.")
    assert recognise(word) is Keyword.STOP
