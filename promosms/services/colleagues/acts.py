"""Acts: who of an account has done what. A page that changes something notes it by itself.

The request says who sends which form (`begin`). The first transaction that changes something then
adds the entry, so it is there exactly if the change is. What changes nothing, such as a second
click, is no act.
"""

from collections.abc import Callable

from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

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


def begin(account_id: int, actor: str, what: str, subject: str = "") -> None:
    """From here on, what this request changes is the act of a user or key with this public id.

    Its session alone is listened to: workers and programs pay nothing for it.
    """
    session = db.session()
    if not session.info.setdefault(LISTENING, False):
        for name, listener in _LISTENERS.items():
            event.listen(session, name, listener)
        session.info[LISTENING] = True
    act = Act(account_id=account_id, actor=actor, what=what, subject=subject[:20])
    session.info[BEGUN] = act


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
    if BEGUN in state.session.info and not state.is_select:
        table = getattr(state.statement, "table", None)
        if getattr(table, "name", "") not in NO_CHANGES:
            state.session.info[CHANGED] = True


def _flushed(session: Session, _context: UOWTransaction) -> None:
    act = session.info.get(BEGUN)
    changed = {row.__tablename__ for row in (*session.new, *session.dirty, *session.deleted)}
    if act is None or not changed - NO_CHANGES:
        return
    session.info[CHANGED] = True
    if not act.subject:
        ids = (getattr(row, "public_id", "") for row in session.new)
        act.subject = next((each for each in ids if each), "")


def _write(session: Session) -> None:
    if session.in_nested_transaction() or BEGUN not in session.info:
        return
    session.flush()  # the commit does it only after this
    if session.info.pop(CHANGED, False):
        session.add(session.info.pop(BEGUN))
        session.flush()


def _forget(session: Session, _ended: object) -> None:
    session.info.pop(CHANGED, None)


_LISTENERS: dict[str, Callable[..., object]] = {
    "do_orm_execute": _statement,
    "after_flush": _flushed,
    "before_commit": _write,
    "after_soft_rollback": _forget,
}
