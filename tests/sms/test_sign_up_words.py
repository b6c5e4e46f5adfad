"""Words to sign up by: what may be one, and which texts are one."""

import pytest

from promosms.sms.keywords import BadWord, WordProblem, sign_up_word, sign_up_word_in


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("pizza", "PIZZA"),
        (" Żabka! ", "ZABKA"),
        ("Łódź", "LODZ"),
        ("lunch24", "LUNCH24"),
        ("abc", "ABC"),
        ("a1b2c3d4e5f6g7h8i9j0", "A1B2C3D4E5F6G7H8I9J0"),
    ],
)
def test_a_word_has_one_spelling(typed: str, word: str) -> None:
    assert sign_up_word(typed) == word
    assert sign_up_word(word) == word
    assert sign_up_word_in(typed) == word


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", WordProblem.NOT_ONE_WORD),
        ("happy hour", WordProblem.NOT_ONE_WORD),
        ("happy-hour", WordProblem.NOT_ONE_WORD),
        ("піца", WordProblem.NOT_ONE_WORD),
        ("ab", WordProblem.TOO_SHORT),
        ("aaaa", WordProblem.TOO_SHORT),  # spelled "a", as every repeated letter
        ("a1b2c3d4e5f6g7h8i9j0k", WordProblem.TOO_LONG),
        ("1234", WordProblem.NUMBER),
        ("Stop", WordProblem.RESERVED),
        ("rezygnuję", WordProblem.RESERVED),
        ("START", WordProblem.RESERVED),
        ("pomoc", WordProblem.RESERVED),
        ("koniec", WordProblem.RESERVED),
        ("tak", WordProblem.ANSWER),
        ("Dzień", WordProblem.ANSWER),
        ("yes", WordProblem.ANSWER),
    ],
)
def test_other_words_are_refused_with_the_reason(typed: str, problem: WordProblem) -> None:
    with pytest.raises(BadWord) as caught:
        sign_up_word(typed)
    assert caught.value.problem is problem


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("PIZZA", "PIZZA"),
        ("pizza.", "PIZZA"),
        ("🍕 Pizza 🍕", "PIZZA"),
        ("p i z z a", "PIZZA"),
        ("„pizza”", "PIZZA"),
        ("pizza please", ""),
        ("pizza for two", ""),
        ("pizza?", ""),
        ("pizza stop", ""),
        ("STOP", ""),
        ("start", ""),
        ("", ""),
        ("🍕", ""),
    ],
)
def test_a_text_signs_up_if_the_word_stands_alone(text: str, word: str) -> None:
    assert sign_up_word_in(text) == word
