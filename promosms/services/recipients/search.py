"""The search for recipients: by any part of name, company, city, number and e-mail.

The text of a recipient, and what somebody types, are folded by the same function: `kohler` finds
Köhler. Words of one or two letters find beginnings of words. The index finds candidates by three
letters in a row (`models/recipients/search_index.py`); each of them is then compared.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, column, func, literal_column, select, table, text

from promosms.db import row_security
from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.lib.folding import fold
from promosms.models import FIELDS, Recipient
from promosms.models.recipients.search_index import TABLE, owner_word

SEARCHED = tuple(field.name for field in FIELDS if field.searched)
MOST_FOUND = 1_000
"""So many are counted: more would have to be read while somebody waits for the page."""
MOST_TERMS, MOST_INDEXED = 8, 60
FEW = 10_000
"""So many recipients are read as they are, without the index."""
NEWEST, OFTEN, SOMETIMES = 4_000, 160, 12
"""Among so many of the newest PostgreSQL looks first. So many found there make it look among ten
times as many: to count them, or to show a page. Otherwise it reads what the index finds, which
costs more the more that is."""
GAP = "  "
"""Before each word of a text, so that three letters of the index hold the beginning of a word."""

_NO_DIGIT = re.compile(r"\D")
_NOT_OF_NUMBERS = re.compile(r"[^\d\s()+\-./]")
_TRUNK = re.compile(r"\(0\)")
# No database takes a NUL or half a character.
_UNUSABLE = re.compile("[\0\ud800-\udfff]")
_INDEX = table(TABLE, column("rowid"))
_MATCH = literal_column(TABLE).op("MATCH", is_comparison=True)


@dataclass(frozen=True)
class Found:
    """The ids of a page of recipients, the newest first; `total` goes up to `MOST_FOUND` + 1."""

    ids: list[int]
    total: int


def search_text(e164: str, values: Mapping[str, str], folded: Callable[[str], str] = fold) -> str:
    """The folded text for searching, a gap before each word: searched fields, then the number.

    `folded` is `fold`, which may remember the names and cities that repeat in a batch.
    """
    words = [
        GAP.join(value.split()).lower() if value.isascii() else folded(GAP.join(value.split()))
        for name in SEARCHED
        if (value := values.get(name))
    ]
    return GAP + GAP.join((*filter(None, words), e164.removeprefix("+")))


def search_terms(query: str) -> list[str]:
    """The terms that the search text must contain; a number loses its spaces and leading zeros."""
    typed = _UNUSABLE.sub(" ", query).strip()
    if not _NOT_OF_NUMBERS.search(typed):
        digits = _NO_DIGIT.sub("", _TRUNK.sub("", typed)).lstrip("0")
        return [digits] if digits else []
    return [_term(word) for word in fold(typed).split()[:MOST_TERMS]]


def contains(terms: Sequence[str]) -> list[ColumnElement[bool]]:
    """The conditions that a recipient has all terms."""
    needles = [term if len(term) > 2 else GAP[1:] + term for term in terms]
    if on_sqlite():
        return [func.instr(Recipient.search, needle) > 0 for needle in needles]
    return [Recipient.search.contains(needle, autoescape=True) for needle in needles]


def find(
    account_id: int,
    terms: Sequence[str],
    size: int,
    *,
    before: int | None = None,
    among: Select[int] | None = None,
    few: bool = False,
) -> Found:
    """Find recipients with all terms: the ids of the newest `size` of them, below `before`.

    `among` selects the ids of recipients, on a list for example. If these are `few`, they are all
    read, which is faster than to read all that the index finds.
    """
    query = select(Recipient.id) if among is None else among
    query = query.where(*contains(terms))
    if few:
        ids = db.session.scalars(query.where(Recipient.account_id + 0 == account_id)).all()
        return _page(ids, size, before)
    if on_sqlite():
        return _on_sqlite(_indexed(query, account_id, terms), size, before)
    with row_security.bypass("its conditions would be checked before the index is used"):
        return _on_postgresql(account_id, query, size, before)


def _page(ids: Sequence[int], size: int, before: int | None) -> Found:
    """The page of all ids that there are."""
    newest = sorted((one for one in ids if before is None or one < before), reverse=True)
    return Found(newest[:size], min(len(ids), MOST_FOUND + 1))


def _term(word: str) -> str:
    """A word that can only be a number is one: +48 is 48."""
    return word if _NOT_OF_NUMBERS.search(word) else _NO_DIGIT.sub("", word).lstrip("0") or word


def _on_sqlite(query: Select[int], size: int, before: int | None) -> Found:
    """The index gives the newest first, so nobody waits for those that are not shown."""
    query = query.order_by(_INDEX.c.rowid.desc())
    ids = db.session.scalars(query.limit(MOST_FOUND + 1)).all()
    if len(ids) <= MOST_FOUND or (before is None and size <= MOST_FOUND):
        return _page(ids, size, before)
    if before is not None:
        query = query.where(_INDEX.c.rowid < before)
    return Found(list(db.session.scalars(query.limit(size))), len(ids))


def _indexed(query: Select[int], account_id: int, terms: Sequence[str]) -> Select[int]:
    """By the index. Because of the + SQLite does not read all rows of the account instead."""
    words = dict.fromkeys([owner_word(account_id)])
    for term in terms:
        words.update(dict.fromkeys(_triples(term)))
    match = " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
    return query.join(_INDEX, _INDEX.c.rowid == Recipient.id).where(
        _MATCH(match), Recipient.account_id + 0 == account_id
    )


def _triples(term: str) -> list[str]:
    """Threes of letters that cover the term, and no more of them: each has to be looked up."""
    word = term[:MOST_INDEXED] if len(term) > 2 else (GAP + term)[-3:]
    last = len(word) - 3
    return [word[start : start + 3] for start in sorted({*range(0, last, 3), last})]


def _on_postgresql(account_id: int, query: Select[int], size: int, before: int | None) -> Found:
    """Frequent terms are found among the newest; the index then finds all of the others."""
    query = query.where(Recipient.account_id == account_id)
    recent, all_seen = _recent(account_id, query, None, MOST_FOUND + 1)
    if not all_seen and OFTEN <= len(recent) <= MOST_FOUND:
        recent, all_seen = _recent(account_id, query, None, MOST_FOUND + 1, 10 * NEWEST)
    if len(recent) <= MOST_FOUND:
        if before is None and not all_seen and SOMETIMES <= len(recent) < size:
            newest, _all = _recent(account_id, query, None, size, 10 * NEWEST)
        else:
            newest = recent
        # Without a full page the index is read in order, for the page and the total at once.
        enough = before is not None or len(newest) >= size
        first = query if enough else _newest_first(query, None)
        ids = recent if all_seen else _by_index(first.limit(MOST_FOUND + 1))
        if len(ids) <= MOST_FOUND:
            return _page(ids, size, before)
        recent = newest if enough else ids
    page = recent[:size]
    if before is not None or len(page) < size:
        page, all_seen = _recent(account_id, query, before, size)
        if len(page) < size and not all_seen:
            page = _by_index(_newest_first(query, before).limit(size))
    return Found(page, MOST_FOUND + 1)


def _recent(
    account_id: int, query: Select[int], before: int | None, size: int, among: int = 0
) -> tuple[list[int], bool]:
    """What the query finds among the newest below an id, and whether these are all."""
    own = select(Recipient.id).where(Recipient.account_id == account_id)
    border = db.session.scalar(_newest_first(own, before).offset(among or NEWEST).limit(1))
    newest = _newest_first(query, before).where(Recipient.id > (border or 0)).limit(size)
    with _planned_without("seqscan", "bitmapscan"):
        return list(db.session.scalars(newest)), border is None


def _newest_first(query: Select[int], before: int | None) -> Select[int]:
    if before is not None:
        query = query.where(Recipient.id < before)
    return query.order_by(Recipient.id.desc())


def _by_index(query: Select[int]) -> list[int]:
    with _planned_without("seqscan", "indexscan"):
        return list(db.session.scalars(query))


@contextmanager
def _planned_without(*ways: str) -> Iterator[None]:
    """Within it PostgreSQL does not choose these ways to read: it knows too little of the terms."""
    for way in ways:
        db.session.execute(text(f"SET LOCAL enable_{way} = off"))
    try:
        yield
    finally:
        for way in ways:
            db.session.execute(text(f"SET LOCAL enable_{way} TO DEFAULT"))
