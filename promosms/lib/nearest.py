"""The nearest of the right words, for somebody who has typed a wrong one."""

from collections.abc import Iterable
from difflib import get_close_matches


def hint(typed: str, words: Iterable[str]) -> str:
    """The end of a sentence, such as "; did you mean Vonage?"; empty if nothing is near."""
    by_letters = {word.casefold(): word for word in words}
    near = get_close_matches(typed.casefold(), by_letters, n=1)
    return f"; did you mean {by_letters[near[0]]}?" if near else ""
