"""Recognising what a reply asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms.gsm7 import is_gsm7
from promosms.sms.keywords import Keyword, opt_out_line, recognise
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
HELP_WORDS = ["HELP", "INFO", "POMOC", "HILFE", "AIDE", "AYUDA", "AIUTO"]
START_WORDS = ["START", "UNSTOP"]
AROUND = st.text(" \t\n.,!?\"'«»„”()*_-…🛑🙏\u200b\ufe0f", max_size=6)


@pytest.mark.parametrize(("answer", "keyword"), ROWS)
def test_it_recognises(answer: str, keyword: str) -> None:
    assert recognise(answer) == keyword


def test_the_table_is_long_and_has_no_duplicates() -> None:
    answers = [answer for answer, _ in ROWS]
    assert len(answers) == len(set(answers)) > 300


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


@given(st.sampled_from(STOP_WORDS), st.lists(st.sampled_from(["abc", "mnie", "7"]), max_size=9))
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
