"""The words of replies in an e-mail: put in when it leaves, so the outbox never holds them.

Who was erased or has opted out meanwhile, and what was read or deleted, is not in it any more.
"""

from sqlalchemy import ColumnElement, and_, or_, select

from promosms.extensions import db
from promosms.language import force_locale
from promosms.language import gettext as _
from promosms.models import (
    Decision,
    InboundKind,
    InboundMessage,
    Recipient,
    ReplyDetail,
    ReplyEmails,
    User,
)

MOST = 5
BEGINNING = 40
Written = tuple[InboundMessage, Recipient | None]
DIGITS = 3  # of a number that is no recipient's


def waits() -> ColumnElement[bool]:
    """Replies that nobody has read, and those about which nobody has decided."""
    unread = and_(InboundMessage.kind == InboundKind.REPLY, InboundMessage.read_at.is_(None))
    held = and_(InboundMessage.kind == InboundKind.HOLD, InboundMessage.decision == Decision.OPEN)
    return or_(unread, held)


def put_in(
    body: str, recipient: str, account_id: int | None, of_replies: tuple[int, int] | None
) -> str:
    """The body of an e-mail to this address with what its account wants of these replies.

    `of_replies` are the ids after the first, up to the second: the newest five that still wait.
    """
    wanted = db.session.get(ReplyEmails, account_id) if account_id and of_replies else None
    if wanted is None or of_replies is None or wanted.detail == ReplyDetail.COUNT:
        return body
    full = wanted.detail == ReplyDetail.FULL
    language = db.session.scalar(select(User.language).where(User.email == recipient)) or "en"
    with force_locale(language):
        lines = [_line(*row, full) for row in _newest(wanted.account_id, *of_replies)]
    return "\n".join([*lines, "", body]) if lines else body


def _newest(
    account_id: int, after: int, up_to: int
) -> list[tuple[InboundMessage, Recipient | None]]:
    with_number = and_(
        Recipient.account_id == InboundMessage.account_id, Recipient.phone == InboundMessage.phone
    )
    query = (
        select(InboundMessage, Recipient)
        .outerjoin(Recipient, with_number)
        .where(
            InboundMessage.account_id == account_id,
            InboundMessage.id > after,
            InboundMessage.id <= up_to,
            waits(),
        )
        .order_by(InboundMessage.id.desc())
        .limit(MOST)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def _line(reply: InboundMessage, recipient: Recipient | None, full: bool) -> str:
    text = " ".join(reply.text.split())
    if not full and len(text) > BEGINNING:
        text = text[:BEGINNING].rstrip() + "…"
    name = recipient.name if recipient else ""
    who = name or _("A number that ends in %(digits)s", digits=reply.phone[-DIGITS:])
    return str(_("%(name)s: “%(text)s”", name=who, text=text))
