"""A customer's text is never executed, neither as a template nor as a format string."""

import pytest

from promosms.sms import personalise

VALUES = {"first_name": "Ola", "note": "{{ 7*7 }} {last_name} {note}"}
# Each is rendered literally, except doubled braces, which are rendered as one brace.
TEXTS = [
    ("{{7*7}}", "{7*7}"),
    ("{{ 7*7 }}", "{ 7*7 }"),
    ("{{ config.items() }}", "{ config.items() }"),
    ("{{ ''.__class__.__mro__[1].__subclasses__() }}", None),
    ("{% if 1 %}yes{% endif %}", "{% if 1 %}yes{% endif %}"),
    ("{%print(7*7)%}", "{%print(7*7)%}"),
    ("{# a comment #}", "{# a comment #}"),
    ("${7*7} #{7*7} <%= 7*7 %> %(first_name)s %s %d", None),
    ("{first_name.__class__}", "{first_name.__class__}"),
    ("{first_name.__class__.__init__.__globals__}", None),
    ("{first_name[0]} {0} {0.__class__} {}", None),
    ("{first_name!r} {first_name:>1000000000}", "{first_name!r} {first_name:>1000000000}"),
    ("{self} {self.env} {cycler.__init__}", None),
]


@pytest.mark.parametrize(("text", "written"), TEXTS)
def test_a_text_is_never_executed(text: str, written: str | None) -> None:
    rendered = personalise.compile(text).render(VALUES)
    assert "49" not in rendered
    for inside in ("<class", "<function", "0x", "'Ola'", "module"):
        assert inside not in rendered
    if written is not None:
        assert rendered == written


def test_a_value_is_never_executed() -> None:
    text = personalise.compile("Hi {first_name}: {note}").render(VALUES)
    assert text == "Hi Ola: {{ 7*7 }} {last_name} {note}"


def test_a_default_is_never_executed() -> None:
    assert personalise.compile("{nick|7*7 %s first_name}").render(VALUES) == "7*7 %s first_name"
