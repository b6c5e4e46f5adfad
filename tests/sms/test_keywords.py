"""Recognising what a reply asks for."""

import dataclasses
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms.gsm7 import is_gsm7
from promosms.sms.keywords import Keyword, opt_out_line, recognise
from promosms.sms.keywords.dictionary import dictionary
from promosms.sms.keywords.languages import LANGUAGES
from promosms.sms.keywords.words import words_of
from promosms.sms.opt_out import CONFIRMATIONS, confirmation
from promosms.sms.segments import measure
from tests.sms.answers import ROWS

STOP_ROWS = [
    "STOP STOPALL UNSUBSCRIBE OPTOUT OPT-OUT CANCEL END QUIT REVOKE REMOVE TD",
    "REZYGNUJE REZYGNUJĘ REZYGNACJA WYPISZ KONIEC ANULUJ",
    "STOPP ABMELDEN ABBESTELLEN ENDE",
    "ARRET ARRÊT ARRETE ARRÊTE ARRETT DESABONNER DÉSABONNER",
    "BAJA PARAR CANCELAR",
    "BASTA CANCELLA DISISCRIVI",
    "ODHLASIT ODHLÁSIT KONEC",
    "СТОП ВІДПИСАТИСЯ",
]
STOP_WORDS = [word for row in STOP_ROWS for word in row.split()]
CLEAR_WORDS = [
    "STOP",
    "UNSUBSCRIBE",
    "OPTOUT",
    "REZYGNUJĘ",
    "WYPISZ",
    "ABMELDEN",
    "ODHLÁSIT",
    "СТОП",
]
FILES = {path.stem: path for path in (Path(__file__).parent / "replies").glob("*.toml")}
HELP_WORDS = ["HELP", "INFO", "POMOC", "HILFE", "AIDE", "AYUDA", "AIUTO"]
START_WORDS = ["START", "UNSTOP"]
AROUND = st.text(" \t\n.,!?\"'«»„”()*_-…🛑🙏\u200b\ufe0f", max_size=6)


@pytest.mark.parametrize(("answer", "keyword"), ROWS)
def test_it_recognises(answer: str, keyword: str) -> None:
    assert recognise(answer) == keyword


def test_the_table_is_long_and_has_no_duplicates() -> None:
    answers = [answer for answer, _ in ROWS]
    assert len(answers) == len(set(answers)) > 300


def replies(language: str) -> Iterator[tuple[str, str]]:
    """The replies of a language, and what they ask for."""
    for keyword, lines in tomllib.loads(FILES[language].read_text()).items():
        for line in lines.strip().splitlines():
            for reply in line.split(" | "):
                yield reply.replace("⏎", "\n"), keyword


def wrong(rows: Iterator[tuple[str, str]]) -> dict[str, str]:
    """The replies that are taken for something else."""
    found = {text: (recognise(text).value, keyword) for text, keyword in rows}
    return {text: got for text, (got, keyword) in found.items() if got != keyword}


@pytest.mark.parametrize("language", FILES)
def test_it_recognises_the_replies_of_a_language(language: str) -> None:
    assert wrong(replies(language)) == {}


@pytest.mark.parametrize("language", FILES)
def test_case_does_not_matter_in_replies(language: str) -> None:
    assert wrong((text.swapcase(), keyword) for text, keyword in replies(language)) == {}


@pytest.mark.parametrize("language", FILES)
def test_a_harmless_phrase_does_not_hide_a_wish_beside_it(language: str) -> None:
    harmless = [text for text, keyword in replies(language) if keyword == "nothing"]
    for text in harmless:
        assert recognise(f"{text}. STOP") is not Keyword.NOTHING, text
        assert recognise(f"No more! {text}") is not Keyword.NOTHING, text


NOT_A_WISH = {"opt_out_line", "signatures", "harmless"}  # other phrases of a table


def written_out(phrase: str) -> list[str]:
    """The words of a phrase with each choice in turn: first with first, second with second."""
    parts = [part.split("/") for part in phrase.replace("_", " ").split() if part != ".."]
    most = max(map(len, parts))
    return [" ".join(part[at % len(part)].rstrip("*") for part in parts) for at in range(most)]


@pytest.mark.parametrize("language", FILES)
def test_no_harmless_phrase_covers_a_wish(language: str) -> None:
    for name, words in dataclasses.asdict(LANGUAGES[language]).items():
        if "," in words and name not in NOT_A_WISH:
            for text in (text for phrase in words.split(",") for text in written_out(phrase)):
                assert not list(dictionary().harmless.spans(words_of(text))), text


def test_the_replies_cover_every_language_and_many_are_harmless() -> None:
    rows = [(text, keyword) for language in FILES for text, keyword in replies(language)]
    assert set(FILES) == set(LANGUAGES)
    assert len({text for text, _ in [*rows, *ROWS]}) == len(rows) + len(ROWS)
    for language in FILES:
        keywords = [keyword for _, keyword in replies(language)]
        assert keywords.count("stop") >= 10
        assert keywords.count("hold") >= 50
        assert keywords.count("nothing") >= 50


def test_every_language_has_words_for_every_kind_of_wish() -> None:
    empty_in_some = {"everyday", "only_alone", "slips", "start", "help"}
    for language in LANGUAGES.values():
        for name, words in dataclasses.asdict(language).items():
            assert words.strip() or name in empty_in_some, name


@pytest.mark.parametrize("text", ["", " ", "\n", "\u200b", "...", "👍", "😊 ❤️", "👋🏻", "?!"])
def test_an_empty_reply_or_a_friendly_sign_is_nothing(text: str) -> None:
    assert recognise(text) is Keyword.NOTHING


@pytest.mark.parametrize("sign", [*"🛑⛔🚫🖕🤬😡😠👎🙅✋❌📵🔕", "🖕🏻", "👎🏿", "🙅\u200d♀️"])
def test_a_reply_of_an_angry_or_forbidding_sign_is_a_hold(sign: str) -> None:
    for text in (sign, sign * 5, f" {sign}\n", f"{sign}!!!", f"Ok {sign}"):
        assert recognise(text) is Keyword.HOLD, text
    assert recognise(f"STOP {sign}") is Keyword.STOP


def test_a_reply_of_2000_characters_is_read_to_its_end() -> None:
    filling = ("we shall see you on Monday with the children " * 50)[:1990]
    assert recognise(filling) is Keyword.NOTHING
    assert recognise(f"{filling} STOP") is Keyword.HOLD
    assert recognise(f"{filling} fuck off") is Keyword.HOLD
    assert recognise("STOP " * 400) is Keyword.STOP
    assert recognise("x" * 2000) is recognise("стола" * 400) is Keyword.NOTHING


class CountedWords(list[str]):
    """Words that count how often one of them is read."""

    reads = 0

    def __getitem__(self, index: int) -> str:
        self.reads += 1
        return super().__getitem__(index)


@pytest.mark.parametrize(
    "hostile", ["nie", "not", "no more", "do not you", "my number", "ne m", "nie proszę o o", "не"]
)
def test_the_work_grows_with_the_length_of_a_reply_and_not_faster(hostile: str) -> None:
    reads = []
    for length in (100, 200, 400):
        words = CountedWords((words_of(hostile) * length)[:length])
        assert not dictionary().hold.find(words)
        reads.append(words.reads)
    assert reads[1] <= 2.1 * reads[0]
    assert reads[2] <= 2.1 * reads[1]
    assert reads[2] < 400 * 200


def test_the_expression_for_joined_words_cannot_go_back_for_long() -> None:
    """Repeats are possessive or have a small limit, and longer words are not compared."""
    without = dictionary().joined.pattern.replace(r"\d++", "").replace("}+", "}")
    assert not re.search(r"[*+]", without)
    assert {int(most) for most in re.findall(r"\{\d,(\d+)\}", without)} == {3}
    assert not dictionary().is_clear("stop" * 11)
    assert recognise("stopsms" * 300 + "x") is Keyword.HOLD


@given(st.sampled_from(STOP_WORDS), AROUND, AROUND, st.sampled_from([str.lower, str.title, str]))
def test_a_stop_word_is_recognised_with_any_case_and_punctuation(
    word: str, before: str, after: str, case: type
) -> None:
    assert recognise(f"{before}{case(word)}{after}") is Keyword.STOP


@given(st.sampled_from(STOP_WORDS), st.data())
def test_case_and_spelling_out_do_not_matter(word: str, data: st.DataObject) -> None:
    between = data.draw(st.sampled_from(["", " ", ".", "-"]))
    letters = [data.draw(st.sampled_from([letter, letter.lower()])) for letter in word]
    assert recognise(between.join(letters)) is Keyword.STOP


@given(st.sampled_from(STOP_WORDS), st.lists(st.sampled_from(["abc", "mnie", "xyz"]), max_size=9))
def test_up_to_two_words_after_a_stop_word_are_allowed(word: str, more: list[str]) -> None:
    keyword = recognise(" ".join([word, *more]))
    certain = not more or (word in CLEAR_WORDS and len(more) <= 2)
    possible = [Keyword.STOP] if certain else [Keyword.HOLD]
    if 0 < len(more) <= 2 and not certain:  # depends on the words beside it, see the table
        possible.append(Keyword.STOP)
    assert keyword in possible


@given(st.sampled_from(STOP_WORDS), st.lists(st.sampled_from(["abc", "mnie", "7"]), min_size=1))
def test_a_stop_word_after_other_words_is_a_hold(word: str, before: list[str]) -> None:
    assert recognise(" ".join([*before, word])) is Keyword.HOLD


@given(st.sampled_from(START_WORDS + HELP_WORDS), AROUND, AROUND)
def test_start_and_help_must_stand_alone(word: str, before: str, after: str) -> None:
    expected = Keyword.START if word in START_WORDS else Keyword.HELP
    assert recognise(f"{before}{word.lower()}{after}") is expected
    assert recognise(f"{word} abc") is Keyword.NOTHING


@given(st.text())
def test_every_text_has_a_keyword(text: str) -> None:
    assert recognise(text) in Keyword


@pytest.mark.parametrize("language", ["en", "pl", "de", "fr", "es", "it", "cs", "uk"])
def test_the_opt_out_line_is_short_cheap_and_works(language: str) -> None:
    line = opt_out_line(language)
    assert is_gsm7(line)
    assert len(line) <= 30
    assert "STOP" in line.split()
    assert opt_out_line(f"{language.upper()}-XX") == line
    assert (line == opt_out_line("en")) is (language == "en")


def test_languages_without_a_line_get_english() -> None:
    assert opt_out_line("xx") == opt_out_line("") == opt_out_line("en")


@pytest.mark.parametrize("language", list(CONFIRMATIONS))
def test_a_confirmation_is_one_cheap_part_and_says_how_to_start_again(language: str) -> None:
    text = confirmation(language)
    assert is_gsm7(text)
    assert measure(text).parts == 1
    assert "START" in text
    assert confirmation(f"{language.upper()}-XX") == text
    assert recognise(text) is not Keyword.START
    assert confirmation("xx") == CONFIRMATIONS["en"]
