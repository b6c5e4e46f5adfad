"""Receipts of texts whose answer was lost: they settle a text that they fit alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.event import listen, remove

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Answer, ErrorClass, InboxEvent
from promosms.models import (
    Campaign,
    LedgerEntry,
    Message,
    MessagePart,
    MessageStatus,
    now,
)
from promosms.services.campaigns import preparation
from promosms.services.sending import claiming, recording, sweep
from promosms.services.sending.claiming import Claim
from tests.services.sending import receipted
from tests.services.sending.conftest import MakeCampaign, check_books
from tests.services.sending.receipted import (
    SECOND,
    SENT,
    UNKNOWN,
    D,
    E,
    U,
    another_gateway,
    come,
    delivery,
    later,
    nothing,
    put_off,
    receipt,
    status,
    statuses,
    text,
    waiting,
    words,
)
from tests.support.cast import Cast

PHONE, OTHER = "+48601200100", "+48601200101"
WORDS = "Zażółć 20% taniej w piątek, Sklep"
LOST = Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def said(quoted: str = "", *, dated: timedelta | None = None, esm_class: int = 4) -> InboxEvent:
    date = f" submit date:{datetime.now(UTC) - dated:%y%m%d%H%M}" if dated else ""
    written = words("77", U, quoted).replace(" dlvrd:001", f" dlvrd:001{date}")
    return delivery(PHONE[1:], written, esm_class=esm_class)


Given = dict[str, Any]
ALONE: list[tuple[str, InboxEvent, Given]] = [
    ("the phone", said(), {}),
    ("the phone in national form", delivery("601200100", words("77", U), ton=2), {}),
    ("after an hour", said(), {"age": HOUR}),
    ("after 71 hours", said(), {"age": 71 * HOUR}),
    ("its words", said("Zażółć 20% taniej w"), {}),
    ("its words, spoilt", said("Za???? 20% taniej w "), {}),
    ("its words without accents", said("Zazolc 20% taniej w "), {}),
    ("its words, unreadable", said("\x00Z\x00a\x01|"), {}),
    ("words of a part", said("w piatek, Sk"), {"parts": 2}),
    ("a date of the day before", said(dated=DAY), {}),
    ("a clock that is a week late", said(dated=8 * DAY), {}),
]
FOREIGN: list[tuple[str, InboxEvent, Given]] = [
    ("another phone", delivery(OTHER[1:], words("77", U)), {}),
    ("no phone", delivery("", words("77", U)), {}),
    ("other words", said("Your table is booked"), {}),
    ("words of the middle", said("w piatek, Sk"), {}),
    ("after 73 hours", said(), {"age": 73 * HOUR}),
    ("before it was submitted", said(), {"age": -HOUR}),
    ("months ago by its own date", said(dated=60 * DAY), {}),
    ("by its words only", said(esm_class=0), {}),
    ("another gateway", said(), {"gateway": SECOND}),
]


def test_it_settles_what_it_fits_alone(context: None, cast: Cast) -> None:
    another_gateway()
    for cases, expected in ((ALONE, U), (FOREIGN, UNKNOWN)):
        for label, event, given in cases:
            nothing()
            mine = text(
                cast.owner.account_id, PHONE, **{"status": UNKNOWN, "words": WORDS, **given}
            )
            come(event)
            assert status(mine) == expected, label


Others = Callable[[int, int], object]
"""Makes the other text, for the account of the first and for another."""
OPEN: list[tuple[str, Others]] = [
    ("unconfirmed too", lambda own, _: text(own, PHONE, status=UNKNOWN)),
    ("of another account", lambda _, other: text(other, PHONE, status=UNKNOWN)),
    ("by another gateway", lambda own, _: text(own, PHONE, status=UNKNOWN, gateway=SECOND)),
    ("sent, without a receipt", lambda own, _: text(own, PHONE, "9")),
    ("being sent", lambda own, _: text(own, PHONE, status="sending")),
    ("of several parts, one id unknown", lambda own, _: text(own, PHONE, "9", parts=2, status=U)),
    ("erased", lambda own, _: text(own, "x17", status=UNKNOWN)),
]
CLOSED: list[tuple[str, Others]] = [
    ("delivered", lambda own, _: text(own, PHONE, "9", status=D)),
    ("refused", lambda own, _: text(own, PHONE, status="failed")),
    ("queued", lambda own, _: text(own, PHONE, status="queued")),
    ("skipped", lambda own, _: text(own, PHONE, status="skipped")),
    ("to another phone", lambda own, _: text(own, OTHER, status=UNKNOWN)),
    ("without a receipt, long ago", lambda own, _: text(own, PHONE, "9", age=8 * DAY)),
]


def test_nothing_is_settled_while_another_text_to_the_phone_is_open(
    context: None, cast: Cast
) -> None:
    another_gateway()
    for cases, expected, left in ((OPEN, UNKNOWN, ["77"]), (CLOSED, D, [])):
        for label, make in cases:
            nothing()
            mine = text(cast.owner.account_id, PHONE, status=UNKNOWN)
            make(cast.owner.account_id, cast.stranger.account_id)
            come(receipt("77", PHONE))
            assert (status(mine), waiting()) == (expected, left), label


def test_it_is_settled_when_the_other_text_has_its_receipt(context: None, cast: Cast) -> None:
    mine = text(cast.owner.account_id, PHONE, status=UNKNOWN)
    other = text(cast.stranger.account_id, PHONE, "9")
    come(receipt("77", PHONE, U))
    come(receipt("9", PHONE))
    assert statuses([mine, other]) == [UNKNOWN, D]
    later()
    assert statuses([mine, other]) == [U, D]


def test_a_receipt_that_waits_goes_before_one_that_comes_later(context: None, cast: Cast) -> None:
    mine = text(cast.owner.account_id, PHONE, status=UNKNOWN)
    other = text(cast.stranger.account_id, PHONE, "9")
    come(receipt("77", PHONE))
    put_off()
    come(receipt("9", PHONE))
    come(receipt("nobody", PHONE))
    assert (statuses([mine, other]), waiting()) == ([UNKNOWN, D], ["77", "nobody"])
    later()
    assert (statuses([mine, other]), waiting()) == ([D, D], ["nobody"])
    assert sorted(db.session.scalars(select(MessagePart.reference))) == ["77", "9"]


def test_receipts_that_contradict_each_other_settle_nothing(context: None, cast: Cast) -> None:
    mine = text(cast.owner.account_id, PHONE, status=UNKNOWN)
    come(receipt("77", PHONE), receipt("78", PHONE, U))
    assert (status(mine), waiting()) == (UNKNOWN, ["77", "78"])
    nothing()
    mine = text(cast.owner.account_id, PHONE, status=UNKNOWN)
    come(receipt("77", PHONE, E), receipt("77", PHONE, E), receipt("78", PHONE, E))
    assert (status(mine), waiting()) == (E, ["78"])


def test_a_long_text_needs_a_receipt_for_each_part(context: None, cast: Cast) -> None:
    mine = text(cast.owner.account_id, PHONE, "76", parts=3, status=UNKNOWN)
    come(receipt("77", PHONE), receipt("77", PHONE), receipt("76", PHONE))
    assert status(mine) == UNKNOWN
    come(receipt("77", PHONE))
    assert status(mine) == UNKNOWN
    come(receipt("78", PHONE))
    assert status(mine) == D
    db.session.rollback()
    parts = db.session.execute(select(MessagePart.number, MessagePart.reference)).all()
    assert sorted(map(tuple, parts)) == [(1, "76"), (2, "78"), (3, "77")]


def test_a_receipt_is_tried_again_if_the_answer_comes_at_this_moment(
    context: None, cast: Cast
) -> None:
    coming: list[str] = []

    def come_in_between(_: object, cursor: Any, statement: str, *more: object) -> None:
        if coming and statement.startswith("UPDATE messages"):
            cursor.connection.cursor().execute(coming.pop())

    listen(db.engine, "before_cursor_execute", come_in_between)
    for parts in (1, 2):
        nothing()
        mine = text(cast.owner.account_id, PHONE, "76", parts=parts, status=UNKNOWN)
        coming.append("UPDATE messages SET status = 'sent', attention_status = NULL")
        come(receipt("76", PHONE, U))
        assert (status(mine), waiting()) == (SENT, ["76"])
        later()
        assert (status(mine), waiting()) == (U, [])
    remove(db.engine, "before_cursor_execute", come_in_between)


def taken(
    make_campaign: MakeCampaign, number: int, words: str
) -> tuple[Claim, list[claiming.Claimed]]:
    campaign_id = make_campaign([f"+486012{n:05}" for n in range(100, 100 + number)], text=words)
    preparation.prepare(campaign_id)
    claim = Claim(receipted.gateway_id())
    return claim, claiming.take(claim, 50)


def test_money_and_counters_follow(context: None, make_campaign: MakeCampaign, cast: Cast) -> None:
    claim, window = taken(make_campaign, 6, "Hello")
    recording.record(claim, [(message, LOST) for message in window])
    states = (D, U, E, D, D)
    come(
        *(
            receipt(f"{n}", m.phone, state)
            for n, (m, state) in enumerate(zip(window, states, strict=False))
        )
    )
    assert statuses([message.id for message in window]) == [*states, UNKNOWN]
    check_books(cast.owner.account_id)
    campaign = db.session.query(Campaign).one()
    charged = db.session.scalars(select(LedgerEntry.held).where(LedgerEntry.kind == "charge")).all()
    assert -sum(charged) == campaign.total_price // 6 * 5
    campaign.status, campaign.finished_at = "finished", now() - timedelta(hours=73)
    db.session.commit()
    sweep.release_unsettled()
    check_books(cast.owner.account_id)


def test_an_answer_after_the_first_receipts_keeps_what_they_said(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    claim, (message,) = taken(make_campaign, 1, "x" * 400)
    with transaction() as session:
        row = session.get_one(Message, message.id)
        row.status = row.attention_status = MessageStatus.UNKNOWN
        campaign = session.query(Campaign).one()
        campaign.n_sending, campaign.n_unknown = 0, 1
    come(receipt("12", message.phone))
    assert status(message.id) == UNKNOWN
    recording.record(claim, [(message, Answer(("11", "12", "13")))])
    assert status(message.id) == SENT
    come(receipt("11", message.phone), receipt("13", message.phone))
    assert (status(message.id), waiting()) == (D, [])
    check_books(cast.owner.account_id)
