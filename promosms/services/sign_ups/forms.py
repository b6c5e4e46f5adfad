"""Sign-up forms as their owner keeps them: words, list, limits, open or closed."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import delete as delete_from
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import RecipientList, SignUpForm, Wording, now
from promosms.services.recipients import wordings
from promosms.sms.keywords import sign_up_word

LANGUAGES = ("en", "pl")
"""In which a form has words of its owner."""
TOKEN = 10
SYMBOLS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are taken for another: 10 of them carry 49 bits."""
FEWEST_A_DAY, MOST_A_DAY = 1, 1000


class KeywordTaken(Exception):
    """Another open form of the installation is reached by this keyword."""


class NoList(Exception):
    """A form without a list cannot be open: its list was deleted."""


@dataclass(frozen=True)
class Words:
    """What a form says in a language; it is offered in it with a title and words to agree to."""

    title: str = ""
    lead: str = ""
    wording: str = ""

    @property
    def complete(self) -> bool:
        """Can the form be shown with these words?"""
        return bool(self.title.strip() and self.wording.strip())


@dataclass(frozen=True)
class Draft:
    """What the owner has typed for a form; `list_id` is a list of the account."""

    list_id: int
    words: Mapping[str, Words] = field(default_factory=dict)
    ask_name: bool = False
    daily_limit: int = 50
    keyword: str = ""


@dataclass(frozen=True)
class Shown:
    """The words of a form as somebody sees them, and the version of those that they agree to."""

    language: str
    title: str
    lead: str
    wording: Wording


def add(account_id: int, draft: Draft, by: str) -> SignUpForm:
    """A new, open form; `by` is the public id of the user.

    Raises BadWord (of the keyword), KeywordTaken, and ValueError if no language is complete.
    """
    with _one_per_keyword(), transaction() as session:
        form = SignUpForm(account_id=account_id, token=_new_token(), created_by=by)
        _fill(session, form, draft, by)
        session.add(form)
        session.flush()
    return form


def change(form: SignUpForm, draft: Draft, by: str) -> None:
    """Save what the owner has typed; raises what `add` does.

    Other words to agree to are a new version: who has agreed to the one before keeps that.
    """
    with _one_per_keyword(), transaction() as session:
        _fill(session, _locked(session, form), draft, by)


def close(form: SignUpForm) -> None:
    """Nobody can sign up by it any more; its keyword is free."""
    with transaction() as session:
        row = _locked(session, form)
        row.closed_at = row.closed_at or now()


def reopen(form: SignUpForm) -> None:
    """Open it again; raises NoList, and KeywordTaken if another has the keyword now."""
    with _one_per_keyword(), transaction() as session:
        row = _locked(session, form)
        if row.list_id is None:
            raise NoList
        row.closed_at = None


def delete(form: SignUpForm) -> None:
    """Delete it, with the numbers that wait for their code. Consents and their words stay."""
    with transaction() as session:
        row = _locked(session, form)
        for language in LANGUAGES:
            if (wording := wording_of(row, language)) is not None:
                wordings.retire(wording)
        session.execute(delete_from(SignUpForm).where(SignUpForm.id == row.id))


def all_of(account_id: int) -> Sequence[SignUpForm]:
    """The forms of an account: open ones first, then the newest first."""
    query = select(SignUpForm).where(SignUpForm.account_id == account_id)
    order = SignUpForm.closed_at.is_not(None), SignUpForm.id.desc()
    return db.session.scalars(query.order_by(*order)).all()


def offered(account_id: int) -> Sequence[SignUpForm]:
    """The open forms of an account, the newest first."""
    return [form for form in all_of(account_id) if form.closed_at is None]


def of_token(token: str) -> SignUpForm | None:
    """The form with this public address, open or not."""
    return db.session.scalar(select(SignUpForm).where(SignUpForm.token == token.lower()))


def list_of(form: SignUpForm) -> RecipientList | None:
    """The list that people get on; None once it was deleted."""
    return db.session.get(RecipientList, form.list_id) if form.list_id else None


def wording_of(form: SignUpForm, language: str) -> Wording | None:
    """The words that people agree to in a language, None if there are none."""
    wording_id = getattr(form, f"wording_{language}_id")
    return db.session.get(Wording, wording_id) if wording_id else None


def words_of(form: SignUpForm) -> dict[str, Words]:
    """What the owner has typed, by language."""
    return {language: _words(form, language) for language in LANGUAGES}


def languages_of(form: SignUpForm) -> list[str]:
    """The languages in which the form is complete."""
    return [language for language, words in words_of(form).items() if words.complete]


def shown(form: SignUpForm, language: str) -> Shown:
    """The form in this language, or in the one that it has."""
    complete = languages_of(form)
    used = language if language in complete else complete[0]
    words, wording = _words(form, used), wording_of(form, used)
    assert wording is not None
    return Shown(used, words.title, words.lead, wording)


def _words(form: SignUpForm, language: str) -> Words:
    wording = wording_of(form, language)
    title, lead = getattr(form, f"title_{language}"), getattr(form, f"lead_{language}")
    return Words(title, lead, wording.text if wording else "")


def _fill(session: Session, form: SignUpForm, draft: Draft, by: str) -> None:
    if not any(words.complete for words in draft.words.values()):
        raise ValueError("a form is complete in one language at least")
    if not FEWEST_A_DAY <= draft.daily_limit <= MOST_A_DAY:
        raise ValueError(draft.daily_limit)
    form.list_id, form.ask_name = draft.list_id, draft.ask_name
    form.daily_limit = draft.daily_limit
    form.keyword = sign_up_word(draft.keyword) if draft.keyword.strip() else ""
    for language in LANGUAGES:
        words = draft.words.get(language, Words())
        setattr(form, f"title_{language}", words.title.strip())
        setattr(form, f"lead_{language}", words.lead.strip())
        setattr(form, f"wording_{language}_id", _write(form, language, words, by))
    session.flush()


def _write(form: SignUpForm, language: str, words: Words, by: str) -> int | None:
    """The version with these words: the current one, a new one, or none without words."""
    before = wording_of(form, language)
    if not words.wording.strip():
        if before is not None:
            wordings.retire(before)
        return None
    if before is None:
        name = words.title.strip() or words.wording.strip()
        return wordings.add(form.account_id, name[:80], language, words.wording, by).id
    return wordings.change(before, before.name, language, words.wording, by).id


def _locked(session: Session, form: SignUpForm) -> SignUpForm:
    return session.get_one(SignUpForm, form.id, with_for_update=True, populate_existing=True)


def _new_token() -> str:
    return "".join(secrets.choice(SYMBOLS) for _ in range(TOKEN))


@contextmanager
def _one_per_keyword() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise KeywordTaken from error
