"""Placeholders in texts, and their values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms.personalise import (
    Placeholder,
    canonical,
    compile,
    placeholders,
    unknown,
)

VISIBLE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)
TRICKY = st.lists(st.sampled_from(["{", "}", "|", "{a}", "{{", "}}", "{b|c}", "x", " ", "\n"]))
ANNA: dict[str, str | None] = {"first_name": "Anna", "city": "Kraków", "a": "1", "empty": None}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", ""),
        ("Hi {first_name}!", "Hi Anna!"),
        ("Hi {First Name}, {first-name}, { FIRST_NAME }", "Hi Anna, Anna, Anna"),
        ("Hi {first_name|there}", "Hi Anna"),
        ("Hi {empty|there}", "Hi there"),
        ("Hi {empty | my friend }!", "Hi my friend!"),
        ("{{a}} {{{a}}} {{{{", "{a} {1} {{"),
        ("{ {a} } {} {|x} {a", "{ 1 } {} {|x} {a"),
        ("}{a}{", "}1{"),
        ("{50% off} {a|{a}}", "{50% off} {a|1}"),
        ("{a|b|c} {empty|b|c}", "1 b|c"),
        ("{a\nb}", "{a\nb}"),
        ("a\x00{empty}b", "ab"),
        ("a\x00b {a}", "ab 1"),
    ],
)
def test_it_renders_for_one_recipient(text: str, written: str) -> None:
    assert compile(text).render(ANNA) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Hi {empty}, come in", "Hi, come in"),
        ("Hi {empty} , come in", "Hi, come in"),
        ("Hi {empty}!", "Hi!"),
        ("Bonjour {empty} !", "Bonjour !"),
        ("Hi {empty} and {a}", "Hi and 1"),
        ("Hi {empty} {empty} {missing} and", "Hi and"),
        ("Hi {empty}{empty}", "Hi"),
        ("{empty}, come in", "come in"),
        ("{empty}, {empty}, come in", "come in"),
        ("{empty} come in", "come in"),
        ("Hi {empty}\nDear {empty}\n{empty}\nend", "Hi\nDear\n\nend"),
        ("a{empty}b", "ab"),
        ("({empty})", "()"),
        ("Two  spaces , {empty} kept  here", "Two  spaces , kept  here"),
        ("{empty|}x", "x"),
    ],
)
def test_a_missing_value_leaves_no_extra_spaces(text: str, written: str) -> None:
    assert compile(text).render(ANNA) == written
    assert compile(text).render({**ANNA, "empty": " \n\x00"}) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{FirstName} {firstname} {FIRST NAME} {first-name} {first_name}", " ".join(["Anna"] * 5)),
        ("{Field 1} {field_1} {FIELD1}", "one one one"),
        ("Hi {nobody}, {nobody|there} {First Name|you}", "Hi {nobody}, {nobody|there} Anna"),
        ("{{first_name}} {first_names}", "{first_name} {first_names}"),
    ],
)
def test_known_names_are_matched_without_case_and_separators(text: str, written: str) -> None:
    template = compile(text, ["first_name", "field1"])
    assert template.render({**ANNA, "field1": "one"}) == written


def test_a_value_stays_on_its_line() -> None:
    assert compile("Hi {a}!").render({"a": "An\r\nna\x00\u2028B"}) == "Hi An na B!"


@given(VISIBLE | TRICKY.map("".join).filter(lambda value: value.strip() and value.isprintable()))
def test_a_value_is_never_read_as_a_placeholder(value: str) -> None:
    template = compile("<{a}><{b|c}><{a}>")
    assert template.render({"a": value, "b": value}) == f"<{value}><{value}><{value}>"


@given(st.text(st.characters(exclude_characters="\x00")))
def test_any_text_can_be_written_with_doubled_braces(text: str) -> None:
    escaped = text.replace("{", "{{").replace("}", "}}")
    assert compile(escaped).render({}) == text
    assert placeholders(escaped) == ()


@given(TRICKY.map("".join) | st.text())
def test_every_text_is_a_template(text: str) -> None:
    values: dict[str, Any] = {placeholder.name: "v" for placeholder in placeholders(text)}
    assert unknown(text, values) == ()
    assert "\x00" not in compile(text).render(values) + compile(text).render({})


def test_placeholders_are_named_once_in_order() -> None:
    assert placeholders("{b} {First Name|you} {B} {first_name|you} {first_name}") == (
        Placeholder("b", None),
        Placeholder("first_name", "you"),
        Placeholder("first_name", None),
    )


def test_it_names_unknown_placeholders() -> None:
    assert unknown("{First-Name} {town|x} {Town} {age}", ["first name"]) == ("town", "age")


@given(st.text())
def test_canonical_is_idempotent(name: str) -> None:
    assert canonical(canonical(name)) == canonical(name)
    assert canonical(f" {name.upper().lower()} ") == canonical(name.upper().lower())


@pytest.mark.parametrize(
    "name", ["Imię klienta", "imię-klienta", "IMIE\u0328_Klienta", " imię  klienta"]
)
def test_a_name_may_be_written_in_many_ways(name: str) -> None:
    assert canonical(name) == "imię_klienta"
