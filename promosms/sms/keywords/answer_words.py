"""Words that are answered by themselves: what may be one, and with which a text begins."""

from promosms.sms.keywords.replies import Keyword, recognise
from promosms.sms.keywords.sign_up import LONGEST, BadWord, WordProblem
from promosms.sms.keywords.words import words_of


def answer_word(typed: str) -> str:
    """The word in its one spelling: capitals without accents. Raises BadWord.

    A word that means to stop, to start or to get help, or may mean that, is none: it has an answer
    of its own, or a person reads it first.
    """
    words = words_of(typed)
    if len(words) != 1:
        raise BadWord(WordProblem.NOT_ONE_WORD)
    if len(words[0]) > LONGEST:
        raise BadWord(WordProblem.TOO_LONG)
    if recognise(words[0]) is not Keyword.NOTHING:
        raise BadWord(WordProblem.RESERVED)
    return words[0].upper()


def first_word(text: str) -> str:
    """The first word of a text in that spelling; empty if there is none."""
    words = words_of(text)
    return words[0].upper() if words else ""
