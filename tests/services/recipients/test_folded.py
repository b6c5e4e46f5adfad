"""The databases fold letters as the search does."""

import json
import unicodedata
from functools import cache

from sqlalchemy import String, column, select
from sqlalchemy import text as sql

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.lib.folding import fold
from promosms.services.recipients.folded import folded
from promosms.services.recipients.search import SEARCHED, search_text

NAMES = ("Köhler", "KOHLER", "Łódź", "Straße", "ŒUVRE", "naïve", "Þór", "O’Neill", "Αθήνα", "ЇЖАК")
LETTERS = [
    chr(code) for code in (*range(0x20, 0x530), *range(0x1E00, 0x2200), *range(0xFB00, 0xFB07))
]


def test_each_letter_is_folded_as_by_the_search(context: None) -> None:
    known = [letter for letter in LETTERS if unicodedata.category(letter) != "Cn"]
    texts = [*NAMES, *(f"a{letter}b" for letter in known), *known, "e\u0301", ""]
    query = "SELECT value AS text FROM json_each(:texts)"
    if not on_sqlite():
        query = "SELECT jsonb_array_elements_text(CAST(:texts AS jsonb)) AS text"
    rows = sql(query).bindparams(texts=json.dumps(texts)).columns(column("text", String)).subquery()
    read = {row[0]: row[1] for row in db.session.execute(select(rows.c.text, folded(rows.c.text)))}
    assert {text: read[text] for text in texts} == {text: fold(text) for text in texts}


def test_the_text_for_searching_is_that_of_all_words_folded_together() -> None:
    """It is put together value by value, and what repeats may be remembered."""
    assert SEARCHED == ("email", "first_name", "last_name", "company", "city")
    odd = (
        "",
        " ",
        "a\u00a8b",
        "Zo\u00eb\u00a0 Ann",
        "\tB\u00f6hm\n",
        "\u0130lker",
        "x\u2003y",
        "\u1e9e",
        "A  b",
    )
    for one in odd:
        for other in odd:
            values = {"first_name": one, "city": other, "email": "A.B@Example.com", "field1": "no"}
            words = ("A.B@Example.com", one, "", "", other, "48601200300")
            expected = fold("  " + "  ".join(" ".join(words).split()))
            assert search_text("+48601200300", values) == expected
            assert search_text("+48601200300", values, cache(fold)) == expected
