"""Words to sign up by: what may be one, and the texts that are one."""

from enum import StrEnum

from promosms.sms.keywords.replies import Keyword, recognise
from promosms.sms.keywords.words import words_of

SHORTEST, LONGEST = 3, 20
# People answer with these alone. An answer to a question is no sign-up.
_ANSWERS = frozenset(
    words_of(
        "yes yeah yep no nope okay sure fine thanks thank please hello hey hi "
        "tak nie dobrze dzięki dziękuję proszę cześć hej witam dzień "
        "ja nein danke bitte hallo oui non merci bonjour sí gracias hola "
        "sì grazie ciao ano áno ahoj děkuji ďakujem так ні дякую привіт"
    )
)


class WordProblem(StrEnum):
    """Why a word cannot be one to sign up by."""

    NOT_ONE_WORD = "not_one_word"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NUMBER = "number"
    RESERVED = "reserved"  # it means to stop, to start or to get help, or may mean that
    ANSWER = "answer"  # people answer with it


class BadWord(Exception):
    """This cannot be a word to sign up by; `problem` says why."""

    def __init__(self, problem: WordProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def sign_up_word(typed: str) -> str:
    """The word to sign up by in its one spelling: capitals without accents. Raises BadWord."""
    words = words_of(typed)
    if len(words) != 1:
        raise BadWord(WordProblem.NOT_ONE_WORD)
    word = words[0]
    if not word.isascii():
        raise BadWord(WordProblem.NOT_ONE_WORD)
    if not SHORTEST <= len(word) <= LONGEST:
        short = len(word) < SHORTEST
        raise BadWord(WordProblem.TOO_SHORT if short else WordProblem.TOO_LONG)
    if word.isdecimal():
        raise BadWord(WordProblem.NUMBER)
    if recognise(word) is not Keyword.NOTHING:
        raise BadWord(WordProblem.RESERVED)
    if word in _ANSWERS:
        raise BadWord(WordProblem.ANSWER)
    return word.upper()


def sign_up_word_in(text: str) -> str:
    """The word that a text may sign up by, in its one spelling; empty if there is none.

    It stands alone: a consent must be certain, and "pizza for two" may be an order. Case, accents,
    punctuation and emoji are ignored. A question is none, nor is what may be an opt-out.
    """
    words = words_of(text)
    if len(words) != 1 or "?" in text or recognise(text) is not Keyword.NOTHING:
        return ""
    return words[0].upper()
