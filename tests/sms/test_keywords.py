"""What an answer asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms.gsm7 import is_gsm7
from promosms.sms.keywords import Keyword, opt_out_line, recognise

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
HELP_WORDS = ["HELP", "INFO", "POMOC", "HILFE", "AIDE", "AYUDA", "AIUTO"]
START_WORDS = ["START", "UNSTOP"]
AROUND = st.text(" \t\n.,!?\"'«»„”()*_-…🛑🙏\u200b\ufe0f", max_size=6)


@pytest.mark.parametrize(
    ("keyword", "answers"),
    [
        (
            "stop",
            [
                "stop",
                "Stop.",
                "S.T.O.P.",
                "s t o p",
                "ＳＴＯＰ",
                "ST\u200bOP",
                "stop all",
                "Stop all texts",
                "Opt out",
                "opt out please",
                "STOP 12345",
                "stop sms",
                "stop it now",
                "please stop",
                "Bitte abmelden",
                "Proszę, wypisz mnie",
                "Koniec, proszę!",
                "rezygnuję z sms",
                "Stop svp",
                "baja por favor",
                "Basta messaggi!",
                "STOP\n\nSent from my phone, sorry for typos",
            ],
        ),
        (
            "hold",
            [
                "stop sending me these messages",
                "I told you to stop this",
                "don't stop",
                "nie rezygnuję",
                "Please unsubscribe me from all of it",
                "i want to opt out of this list",
                "Proszę mnie wypisać z listy",
                "Chciałbym zrezygnować, rezygnuję od dziś",
                "Bitte melden Sie mich ab: Abmeldung von allem",
                "Ich möchte mich abmelden bitte",
                "Je veux me désabonner de vos messages",
                "Désabonnez-moi",
                "quiero darme de baja por favor",
                "per favore cancellatemi dalla lista",
                "Prosím odhlaste mě ze seznamu",
                "видаліть мій номер",
                "Kiedy koniec promocji w tym roku?",
                "When does the sale end this week?",
                "Ende gut, alles gut",
                "konec srpna nám nevyhovuje vůbec",
            ],
        ),
        ("start", ["start", " Start! ", "UNSTOP", "«start»"]),
        (
            "help",
            ["help", "Help?", "info", "pomoc", "HILFE!", "aide", "ayuda", "aiuto", "Допомога"],
        ),
        (
            "nothing",
            [
                "",
                " ",
                "👍",
                "?",
                "TAK",
                "Tak!",
                "YES",
                "ja",
                "oui",
                "sí",
                "ano",
                "так",
                "start please now",
                "I need help",
                "info o promocji",
                "ok thanks",
                "Będę o 17",
                "25 stopni w cieniu",
                "Zobaczymy się w weekend",
                "Wendepunkt",
                "Wann kommt das Paket?",
                "unstoppable",
            ],
        ),
    ],
)
def test_it_recognises(keyword: str, answers: list[str]) -> None:
    assert {answer: recognise(answer).value for answer in answers} == dict.fromkeys(
        answers, keyword
    )


@given(st.sampled_from(STOP_WORDS), AROUND, AROUND, st.sampled_from([str.lower, str.title, str]))
def test_a_stop_word_is_known_in_any_dress(word: str, before: str, after: str, case: type) -> None:
    assert recognise(f"{before}{case(word)}{after}") is Keyword.STOP


@given(st.sampled_from(STOP_WORDS), st.data())
def test_case_and_spelling_out_do_not_matter(word: str, data: st.DataObject) -> None:
    between = data.draw(st.sampled_from(["", " ", ".", "-"]))
    letters = [data.draw(st.sampled_from([letter, letter.lower()])) for letter in word]
    assert recognise(between.join(letters)) is Keyword.STOP


@given(st.sampled_from(STOP_WORDS), st.lists(st.sampled_from(["abc", "mnie", "7"]), max_size=9))
def test_two_more_words_are_a_stop_and_three_a_hold(word: str, more: list[str]) -> None:
    expected = Keyword.STOP if len(more) <= 2 else Keyword.HOLD
    assert recognise(" ".join([word, *more])) is expected


@given(st.sampled_from(STOP_WORDS), st.lists(st.sampled_from(["abc", "mnie", "7"]), min_size=1))
def test_a_stop_word_further_on_is_a_hold(word: str, before: list[str]) -> None:
    assert recognise(" ".join([*before, word])) is Keyword.HOLD


@given(st.sampled_from(START_WORDS + HELP_WORDS), AROUND, AROUND)
def test_start_and_help_must_stand_alone(word: str, before: str, after: str) -> None:
    expected = Keyword.START if word in START_WORDS else Keyword.HELP
    assert recognise(f"{before}{word.lower()}{after}") is expected
    assert recognise(f"{word} abc") is Keyword.NOTHING


@given(st.text())
def test_every_answer_is_recognised(text: str) -> None:
    assert recognise(text) in Keyword


@pytest.mark.parametrize("language", ["en", "pl", "de", "fr", "es", "it", "cs", "uk"])
def test_the_opt_out_line_is_short_cheap_and_works(language: str) -> None:
    line = opt_out_line(language)
    assert is_gsm7(line)
    assert len(line) <= 30
    assert "STOP" in line.split()
    assert opt_out_line(f"{language.upper()}-XX") == line
    assert (line == opt_out_line("en")) is (language == "en")


def test_a_language_without_a_line_gets_english() -> None:
    assert opt_out_line("xx") == opt_out_line("") == opt_out_line("en")
