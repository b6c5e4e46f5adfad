"""Every promise of the privacy policy has words in each language, values, and tests."""

import ast
import re
from pathlib import Path

import pytest

from promosms.logs import schema as log_schema
from promosms.services.policies import promise_values
from promosms.services.policies.promises import entries
from promosms.settings import Settings
from tests.support.pages import PageClient, words
from tests.support.promises_plugin import missing, named
from tests.support.settings import override

ROOT = Path(__file__).resolve().parents[1]
IDS = [f"P{number}" for number in range(1, 18)]
GAP = re.compile(r"%\((\w+)\)s")
IDENTIFYING = re.compile(
    "mail|phone|number|recipient|name|text|body|subject|password|token|secret|address|message"
)
WORDS = ("title", "sentence", "how")


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    """The tests of a file."""
    tree = ast.parse(path.read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_there_is_one_of_each() -> None:
    assert list(entries()) == IDS


@pytest.mark.parametrize("id_", IDS)
def test_it_has_words_in_every_language(id_: str) -> None:
    for language in Settings().languages:
        texts = entries()[id_][language]
        assert set(texts) == set(WORDS)
        assert all(texts[part].strip() for part in WORDS)
        assert texts["sentence"].endswith(".")


@pytest.mark.parametrize("id_", IDS)
def test_its_numbers_come_from_the_code(id_: str) -> None:
    entry = entries()[id_]
    declared = set(entry.get("values", ()))
    assert declared <= set(promise_values.VALUES)
    for language in Settings().languages:
        text = " ".join(entry[language][part] for part in WORDS)
        assert set(GAP.findall(text)) == declared
        assert not re.search(r"\d+ (days?|hours?|minutes?|dni|godzin|minut)", text)


def test_every_value_is_named_somewhere() -> None:
    declared = {name for entry in entries().values() for name in entry.get("values", ())}
    assert declared == set(promise_values.VALUES)


@pytest.mark.parametrize("id_", IDS)
def test_the_tests_that_prove_it_exist_and_run(id_: str) -> None:
    tests = entries()[id_]["tests"]
    assert tests, "a promise without a test is only a wish"
    assert len(tests) == len(set(tests))
    for test in tests:
        file, _, name = test.partition("::")
        assert (ROOT / file).is_file(), test
        tests_of_file = functions(ROOT / file)
        assert name in tests_of_file, test
        marks = " ".join(ast.unparse(mark) for mark in tests_of_file[name].decorator_list)
        assert not re.search(r"\b(skip|skipif|xfail)\b", marks), test


@pytest.mark.parametrize("language", Settings().languages)
def test_every_promise_is_on_both_pages(visitor: PageClient, language: str) -> None:
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    privacy = visitor.get_page("/privacy")
    kept = visitor.get_page("/privacy/promises")
    for id_, entry in entries().items():
        beginning = GAP.split(words(entry[language]["sentence"]))[0]
        shown = privacy.select_one(f"#{id_}")
        section = kept.select_one(f"#{id_}")
        assert shown is not None
        assert section is not None
        assert words(shown.get_text()).startswith(beginning)
        assert beginning in words(section.get_text())
        assert GAP.split(words(entry[language]["how"]))[0] in words(section.get_text())
        assert len(section.select("details li")) == len(entry["tests"])


def test_a_changed_setting_changes_the_promise(visitor: PageClient) -> None:
    override(visitor.application, system_password_minutes=17)
    shown = visitor.get_page("/privacy").select_one("#P4")
    assert shown is not None
    assert "for 17 minutes" in shown.get_text()


def test_the_log_has_no_field_for_what_identifies_people() -> None:
    assert {field for field in log_schema.WITH_ADDRESS if IDENTIFYING.search(field)} == set()


@pytest.mark.parametrize(
    ("outcomes", "everything", "wrong"),
    [
        ({"a::b": {"passed"}}, True, False),
        ({"a::b": {"passed"}}, False, False),
        ({}, False, False),
        ({}, True, True),
        ({"a::b": {"failed"}}, False, True),
        ({"a::b": {"skipped"}}, False, True),
        ({"a::b": {"passed", "skipped"}}, True, True),
        ({"a::b": {"expected to fail"}}, True, True),
    ],
)
def test_a_run_without_the_proof_fails(
    outcomes: dict[str, set[str]], everything: bool, wrong: bool
) -> None:
    assert bool(missing({"a::b": ["P1"]}, outcomes, everything=everything)) == wrong


def test_the_run_watches_every_named_test() -> None:
    assert set(named()) == {test for entry in entries().values() for test in entry["tests"]}
