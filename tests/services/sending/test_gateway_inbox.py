"""The inbox of gateways: parts that become one reply, events that fit nothing, what is stored."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound, Receipt, ReceiptStatus
from promosms.models import (
    GatewayInboxRow,
    InboxKind,
    Message,
    MessagePart,
    MessageStatus,
    now,
)
from promosms.services.inbox import gateway_inbox
from tests.services.sending.inbox import (
    NUMBER,
    PHONE,
    come,
    gateway_id,
    kept,
    reply,
    stopped,
    texted,
    waiting,
)
from tests.support.cast import Cast

# Parts


def parts(*texts: str, concat_ref: str = "j", of: int = 0) -> list[Inbound]:
    number = of or len(texts)
    return [
        Inbound(f"{concat_ref}-{n}", PHONE, NUMBER, text, concat_ref, n, number)
        for n, text in enumerate(texts, 1)
    ]


def test_parts_become_one_reply_in_any_order(context: None, cast: Cast) -> None:
    texted(cast.owner.account_id)
    smile = "🙂".encode("utf-16-be", "surrogatepass")
    high = smile[:2].decode("utf-16-be", "surrogatepass")
    low = smile[2:].decode("utf-16-be", "surrogatepass")
    first, second, third = parts("I like it " + high, low + " very ", "much")
    come([third, first, first])
    assert kept() == []
    come([second])
    assert kept() == [(cast.owner.account_id, "reply", "I like it 🙂 very much")]
    assert waiting() == 0


def test_after_a_minute_the_parts_that_have_come_make_the_reply(context: None, cast: Cast) -> None:
    texted(cast.owner.account_id)
    come([part for part in parts("Stop ", "it ", "now\ud83d") if part.part != 2])
    assert kept() == []
    assert waiting() == 2
    late(timedelta(seconds=50))
    gateway_inbox.apply_batch()
    assert kept() == []
    late(timedelta(seconds=11))
    gateway_inbox.apply_batch()
    assert kept() == [(cast.owner.account_id, "stop", "Stop now\ufffd")]
    assert waiting() == 0


def test_parts_of_different_people_and_texts_do_not_mix(context: None, cast: Cast) -> None:
    texted(cast.owner.account_id)
    texted(cast.owner.account_id, phone="+48601200101")
    first = parts("a", "b")
    second = parts("c", "d", concat_ref="k")
    foreign = [part.__class__(**{**fields(part), "phone": "+48601200101"}) for part in first]
    come([first[0], second[1], foreign[1]])
    assert kept() == []
    come([first[1], second[0], foreign[0]])
    assert sorted(text for *_, text in kept()) == ["ab", "ab", "cd"]


def fields(part: Inbound) -> dict[str, object]:
    return {name: getattr(part, name) for name in Inbound.__slots__}


def test_a_text_with_invalid_characters_is_stored_without_them(context: None, cast: Cast) -> None:
    texted(cast.owner.account_id)
    reply("a\0b\ud83d", "1")
    assert kept() == [(cast.owner.account_id, "reply", "ab\ufffd")]


# Events that cannot be applied


def late(by: timedelta) -> None:
    """So much time has gone by."""
    with transaction() as session:
        for event in session.scalars(select(GatewayInboxRow)):
            event.received_at -= by
            event.next_attempt_at -= by


def poison(**values: object) -> None:
    """An event that raises when it is applied, older than the others."""
    with transaction() as session:
        row = {"gateway_id": gateway_id(), "phone": PHONE, "inbound_number": NUMBER, **values}
        moment = now() - timedelta(seconds=1)
        session.execute(
            insert(GatewayInboxRow), {**row, "received_at": moment, "next_attempt_at": moment}
        )


def test_a_reply_that_cannot_be_applied_does_not_block_the_others(
    context: None, cast: Cast
) -> None:
    texted(cast.owner.account_id)
    poison(kind=InboxKind.INBOUND, text="{", concat_ref="j", part=1, parts=1)
    reply("STOP", "1")
    assert stopped() == [cast.owner.account_id]
    assert waits() == [1]
    late(timedelta(seconds=2))
    gateway_inbox.apply_batch()
    assert waits() == [5]
    late(timedelta(hours=71))
    gateway_inbox.apply_batch()
    assert waiting() == 1
    late(timedelta(hours=2))
    gateway_inbox.apply_batch()
    assert waiting() == 0


def test_a_receipt_that_cannot_be_applied_does_not_block_the_others(
    context: None, cast: Cast
) -> None:
    texted(cast.owner.account_id)
    texted(cast.owner.account_id)
    first, second = db.session.scalars(select(Message.id).order_by(Message.id))
    with transaction() as session:
        session.add_all(
            MessagePart(
                message_id=message_id,
                number=1,
                account_id=cast.owner.account_id,
                gateway_id=gateway_id(),
                reference=f"r-{message_id}",
            )
            for message_id in (first, second)
        )
    poison(kind=InboxKind.RECEIPT, reference=f"r-{second}", status="sideways")
    receipts = [Receipt(f"foreign-{n}", "", ReceiptStatus.DELIVERED) for n in range(5)]
    receipts.insert(2, Receipt(f"r-{first}", "", ReceiptStatus.DELIVERED))
    gateway_inbox.store(gateway_id(), receipts)
    assert gateway_inbox.apply_batch() == 7
    db.session.rollback()
    assert db.session.get_one(Message, first).status == MessageStatus.DELIVERED
    assert waits() == [1] * 6
    late(timedelta(hours=71))
    gateway_inbox.apply_batch()
    assert waiting() == 6
    late(timedelta(hours=2))
    gateway_inbox.apply_batch()
    assert waiting() == 0


def test_what_cannot_be_applied_is_tried_for_72_hours(context: None, cast: Cast) -> None:
    texted(cast.owner.account_id)
    poison(kind=InboxKind.INBOUND, text="{", concat_ref="j", part=1, parts=1)
    gateway_inbox.store(gateway_id(), [Receipt("foreign", "", ReceiptStatus.DELIVERED)])
    for hours, left in ((71, 2), (2, 0)):
        late(timedelta(hours=hours))
        gateway_inbox.apply_batch()
        assert waiting() == left


def waits() -> list[int]:
    """For how many seconds the events in the inbox have been put off."""
    db.session.rollback()
    moments: list[datetime] = list(db.session.scalars(select(GatewayInboxRow.next_attempt_at)))
    return sorted(round((moment - now()).total_seconds() + 0.4) for moment in moments)


def test_a_stop_does_not_wait_behind_receipts(
    context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_inbox, "BATCH", 5)
    texted(cast.owner.account_id)
    flood = [Receipt(f"foreign-{n}", "", ReceiptStatus.DELIVERED) for n in range(20)]
    gateway_inbox.store(gateway_id(), [*flood, Inbound("1", PHONE, NUMBER, "STOP")])
    assert gateway_inbox.apply_batch() == 6
    assert stopped() == [cast.owner.account_id]


def test_the_phone_of_a_receipt_is_stored(context: None, cast: Cast) -> None:
    gateway_inbox.store(gateway_id(), [Receipt("r", "7", ReceiptStatus.EXPIRED, PHONE)])
    event = db.session.query(GatewayInboxRow).one()
    assert (event.kind, event.reference, event.our_reference) == ("receipt", "r", "7")
    assert (event.status, event.phone, event.attempts) == ("expired", PHONE, 0)
    assert abs(now() - event.received_at) < timedelta(seconds=5)
    assert event.next_attempt_at == event.received_at


def test_a_part_keeps_half_a_character(context: None, cast: Cast) -> None:
    gateway_inbox.store(gateway_id(), parts("a\ud83d", of=2))
    assert json.loads(db.session.query(GatewayInboxRow).one().text) == "a\ud83d"
