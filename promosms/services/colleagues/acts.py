"""Acts: who of an account has done what. A page that changes something notes it by itself.

The request says who sends which form (`begin`). The first transaction that changes something then
adds the entry, so it is there exactly if the change is. What changes nothing, such as a second
click, is no act.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from promosms.db.transactions import undone
from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
from promosms.models import Act

PAGE = 50
OF_SUBJECT = 20
BEGUN, CHANGED, LISTENING = "act", "act_changes", "act_listeners"
NO_CHANGES = {
    *("text_attempts", "text_blocks", "text_refusals"),
    *("email_attempts", "spent_proofs", "backoffs", "api_requests"),
}
"""Tables that count what somebody tries, or name a request: also what is refused is in them."""


@dataclass
class _Begun:
    """What this request does; `written`: its entry is in the transaction that runs."""

    account_id: int
    actor: str
    what: str
    subject: str
    written: bool = False


def begin(account_id: int, actor: str, what: str, subject: str = "") -> None:
    """From here on, what this request changes is the act of a user or key with this public id.

    Its session alone is listened to: workers and programs pay nothing for it.
    """
    session = db.session()
    if not session.info.setdefault(LISTENING, False):
        for name, listener in _LISTENERS.items():
            event.listen(session, name, listener)
        session.info[LISTENING] = True
    session.info[BEGUN] = _Begun(account_id, actor, what, subject[:20])
    session.info[CHANGED] = []


def page(account_id: int, before: int | None = None, actor: str = "") -> Page[Act]:
    """A page of acts, the newest first: of one person, or of all."""
    query = select(Act).where(Act.account_id == account_id)
    if actor:
        query = query.where(Act.actor == actor)
    rows = db.session.scalars(select_page(query, Act.id, before, PAGE))
    return page_of(rows, PAGE, lambda act: act.id)


def of_subject(account_id: int, public_id: str) -> list[Act]:
    """What was done to one thing, the latest first, of the last ones only."""
    query = select(Act).where(Act.account_id == account_id, Act.subject == public_id)
    return list(db.session.scalars(query.order_by(Act.id.desc()).limit(OF_SUBJECT)))


def _statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        table = getattr(state.statement, "table", None)
        _note_change(state.session, {getattr(table, "name", "")})


def _flushed(session: Session, _context: UOWTransaction) -> None:
    rows = (*session.new, *session.dirty, *session.deleted)
    made = (getattr(row, "public_id", "") for row in session.new)
    _note_change(session, {row.__tablename__ for row in rows}, next(filter(None, made), ""))


def _note_change(session: Session, tables: set[str], made: str = "") -> None:
    """With what was made, and the savepoint: that may be rolled back alone."""
    if BEGUN in session.info and tables - NO_CHANGES:
        session.info[CHANGED].append((session.get_nested_transaction(), made))


def _write(session: Session) -> None:
    begun = session.info.get(BEGUN)
    if begun is None or session.in_nested_transaction():
        return
    session.flush()  # the commit does it only after this
    if session.info[CHANGED]:
        made = (public_id for _savepoint, public_id in session.info[CHANGED])
        act = Act(account_id=begun.account_id, actor=begun.actor, what=begun.what)
        act.subject = begun.subject or next(filter(None, made), "")
        session.add(act)
        session.flush()
        begun.written = True


def _committed(session: Session) -> None:
    begun = session.info.get(BEGUN)
    if begun is not None and begun.written:
        del session.info[BEGUN]


def _rolled_back(session: Session, ended: SessionTransaction) -> None:
    """What was changed in it is not there, and neither is the entry: the next try may write it."""
    begun = session.info.get(BEGUN)
    if begun is None:
        return
    part = undone(ended)
    if part.parent is None:
        session.info[CHANGED], begun.written = [], False
    else:  # the rest of the transaction goes on
        session.info[CHANGED] = [each for each in session.info[CHANGED] if each[0] is not part]


_LISTENERS: dict[str, Callable[..., object]] = {
    "do_orm_execute": _statement,
    "after_flush": _flushed,
    "before_commit": _write,
    "after_commit": _committed,
    "after_soft_rollback": _rolled_back,
}
