"""Which automatic answer a text gets, if any: by its first word, else by the hour."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from promosms.extensions import db
from promosms.models import Account, AnswerKind, AutomaticAnswer
from promosms.services.automatic_answers import answers, opening_hours
from promosms.sms.keywords import Keyword, first_word, recognise


def any_of(account_id: int) -> bool:
    """Has the account any automatic answer?"""
    query = select(AutomaticAnswer.id).where(AutomaticAnswer.account_id == account_id)
    return db.session.scalar(query.limit(1)) is not None


def choose(account: Account, text: str, moment: datetime) -> AutomaticAnswer | None:
    """The answer to a text that comes at a moment; None if a person has to answer.

    Words to stop, to start, to get help or to sign up never have one, nor has what may be a wish to
    stop.
    """
    if recognise(text) is not Keyword.NOTHING:
        return None
    word = first_word(text)
    if word and answers.signs_up(db.session(), word, account.id):
        return None
    kinds = [AutomaticAnswer.kind == kind for kind in _kinds(account, moment)]
    to_word = (AutomaticAnswer.kind == AnswerKind.KEYWORD) & (AutomaticAnswer.keyword == word)
    query = select(AutomaticAnswer).where(
        AutomaticAnswer.account_id == account.id, or_(to_word, *kinds)
    )
    first = AutomaticAnswer.kind != AnswerKind.KEYWORD  # the word counts more than the hour
    return db.session.scalars(query.order_by(first).limit(1)).one_or_none()


def _kinds(account: Account, moment: datetime) -> list[AnswerKind]:
    zone, settings = ZoneInfo(account.timezone), opening_hours.of(account.id)
    is_open = opening_hours.is_open(settings, moment, zone, account.region)
    if is_open is None:
        return []
    return [AnswerKind.OPEN if is_open else AnswerKind.CLOSED]
