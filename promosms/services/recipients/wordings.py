"""Wordings: the sentences that people agree to. Other words are a new version; none changes."""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Wording, new_public_id, now


def offered(account_id: int, also: int | None = None) -> Sequence[Wording]:
    """The latest version of each that is not retired, by name; `also` the one with this id."""
    later = aliased(Wording)
    newer = exists().where(
        later.account_id == Wording.account_id,
        later.series == Wording.series,
        later.version > Wording.version,
    )
    current = ~newer & Wording.retired_at.is_(None)
    query = select(Wording).where(
        Wording.account_id == account_id, or_(current, Wording.id == (also or 0))
    )
    return db.session.scalars(query.order_by(Wording.name, Wording.id)).all()


def public_id_of(wording_id: int | None) -> str:
    """The public id of a wording; "" for none."""
    wording = db.session.get(Wording, wording_id) if wording_id else None
    return wording.public_id if wording else ""


def all_of(account_id: int) -> Sequence[Wording]:
    """Every version of every wording: series by name, the latest version of each first."""
    query = select(Wording).where(Wording.account_id == account_id)
    rows = db.session.scalars(query.order_by(Wording.version.desc())).all()
    names: dict[str, str] = {}
    for row in rows:
        names.setdefault(row.series, row.name)
    return sorted(rows, key=lambda row: (names[row.series].casefold(), row.series, -row.version))


def add(account_id: int, name: str, language: str, text: str, by: str) -> Wording:
    """The first version of a wording; `by` is the public id of the user."""
    with transaction() as session:
        return _write(session, account_id, new_public_id(), 1, (name, language, text), by)


def change(wording: Wording, name: str, language: str, text: str, by: str) -> Wording:
    """A new version with these words; the same one if nothing differs. A retired one comes back."""
    words = name.strip(), language, _plain(text)
    account_id, series = wording.account_id, wording.series
    with transaction() as session:
        versions = select(Wording).where(Wording.account_id == account_id, Wording.series == series)
        latest = session.scalars(
            versions.order_by(Wording.version.desc()).limit(1).with_for_update()
        ).one()
        if (latest.name, latest.language, latest.text) == words and latest.retired_at is None:
            return latest
        return _write(session, account_id, series, latest.version + 1, words, by)


def retire(wording: Wording) -> None:
    """Offer it no more. What people have agreed to stays."""
    with transaction() as session:
        session.execute(
            update(Wording)
            .where(
                Wording.account_id == wording.account_id,
                Wording.series == wording.series,
                Wording.retired_at.is_(None),
            )
            .values(retired_at=now())
        )


def _write(
    session: Session,
    account_id: int,
    series: str,
    version: int,
    words: tuple[str, str, str],
    by: str,
) -> Wording:
    name, language, text = words[0].strip(), words[1], _plain(words[2])
    wording = Wording(
        account_id=account_id,
        series=series,
        version=version,
        name=name,
        language=language,
        text=text,
        digest=sha256(text.encode()).hexdigest(),
        by=by,
    )
    session.add(wording)
    session.flush()
    return wording


def _plain(text: str) -> str:
    """Line ends are the same from every browser: the digest must be."""
    return text.replace("\r\n", "\n").strip()
