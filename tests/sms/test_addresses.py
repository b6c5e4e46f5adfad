"""Web addresses in a text, found as phones find them."""

import pytest

from promosms.sms import addresses

# A text, and what is found in it: the words, and where they lead.
TEXTS = [
    ("See https://kawa.pl/menu today", [("https://kawa.pl/menu", "https://kawa.pl/menu")]),
    ("Menu: kawa.pl/menu.", [("kawa.pl/menu", "http://kawa.pl/menu")]),
    ("kawa.pl", [("kawa.pl", "http://kawa.pl")]),
    ("KAWA.PL/A", [("KAWA.PL/A", "http://kawa.pl/A")]),
    (
        "Visit Kawa.pl, or www.sklep.com!",
        [("Kawa.pl", "http://kawa.pl"), ("www.sklep.com", "http://www.sklep.com")],
    ),
    ("(https://kawa.pl/a_(b))", [("https://kawa.pl/a_(b)", "https://kawa.pl/a_(b)")]),
    ("see (kawa.pl/a)", [("kawa.pl/a", "http://kawa.pl/a")]),
    ("kawa.pl?", [("kawa.pl", "http://kawa.pl")]),
    ("kawa.pl/?a=1&b=ż,", [("kawa.pl/?a=1&b=ż", "http://kawa.pl/?a=1&b=%C5%BC")]),
    ("żółw.pl/x", [("żółw.pl/x", "http://xn--w-uga1v8h.pl/x")]),
    ("http://kawa.pl:8080/a…", [("http://kawa.pl:8080/a", "http://kawa.pl:8080/a")]),
    ("https://shop.example/a", [("https://shop.example/a", "https://shop.example/a")]),
    ("{city|kawa.pl/x}", [("kawa.pl/x", "http://kawa.pl/x")]),
    # An e-mail address, a slip of the pen, a number, a file, another scheme.
    ("Write to jan@kawa.pl or jan.pl@kawa.com", []),
    ("Zapraszamy.Do zobaczenia", []),
    ("Only 12.50 or 1.2.2026 at 10.30", []),
    ("See menu.pdf and shop.example/a", []),
    ("javascript://kawa.pl ftp://kawa.pl", []),
    ("https://kawa.pl@evil.com/a", []),
    # What is different for each person has no one address.
    ("https://kawa.pl/{first_name} kawa.pl/?n={phone|0}", []),
    ("{company}.pl kawa.pl{city}", []),
    ("https://kawa.pl/" + "a" * 2000, []),
]


@pytest.mark.parametrize(("text", "found"), TEXTS)
def test_it_finds_addresses(text: str, found: list[tuple[str, str]]) -> None:
    seen = addresses.find(text)
    assert [(text[each.start : each.end], each.target) for each in seen] == found


def test_it_replaces_each_address_and_keeps_the_rest() -> None:
    text = "A: kawa.pl/a. B: https://kawa.pl/b, again kawa.pl/a!"
    assert addresses.targets(text) == ["http://kawa.pl/a", "https://kawa.pl/b"]
    assert addresses.replace(text, str.upper) == (
        "A: HTTP://KAWA.PL/A. B: HTTPS://KAWA.PL/B, again HTTP://KAWA.PL/A!"
    )
    assert addresses.replace("nothing here", str.upper) == "nothing here"


@pytest.mark.parametrize(
    ("host", "shortener", "look_alike"),
    [
        ("bit.ly", True, False),
        ("www.tinyurl.com", True, False),
        ("notbit.ly", False, False),
        ("kawa.pl", False, False),
        ("żółw.pl", False, False),
        ("кафе.укр", False, False),
        ("mbаnk.pl", False, True),  # the second letter is Cyrillic
        ("сосо.com", False, True),  # all are
        ("xn--mbnk-53d.pl", False, True),  # mаbnk.pl as it travels
    ],
)
def test_it_knows_names_that_hide_something(host: str, shortener: bool, look_alike: bool) -> None:
    assert addresses.is_shortener(host) is shortener
    assert addresses.is_look_alike(host) is look_alike
