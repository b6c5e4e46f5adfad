"""Words that look like a receipt and are not marked as one: a phone can write them, too."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound, InboxEvent
from promosms.models import GatewayInboxRow, InboundMessage, Message, now
from promosms.services.inbox import unmarked
from tests.services.sending.receipted import (
    SENT,
    D,
    U,
    answer,
    come,
    delivery,
    later,
    nothing,
    status,
    text,
    waiting,
    words,
)
from tests.support.cast import Cast

VICTIM, FORGER = "+48601200100", "+48601200199"
FORGED = "id:78 sub:001 stat:UNDELIV err:001"


def said(source: str, words: str, *, data: bool = False) -> InboxEvent:
    return delivery(source[1:], words, esm_class=0, data=data)


def replies() -> list[tuple[int, str, str]]:
    db.session.rollback()
    rows = db.session.query(InboundMessage).order_by(InboundMessage.id)
    return [(row.account_id, row.phone, row.text) for row in rows]


@pytest.mark.parametrize("data", [False, True])
def test_a_forged_receipt_is_a_reply(context: None, cast: Cast, data: bool) -> None:
    victim = text(cast.owner.account_id, VICTIM, "78")
    own = text(cast.stranger.account_id, FORGER, "16")
    come(said(FORGER, FORGED, data=data), said(FORGER, "id=78 stat=EXPIRED", data=data))
    later()
    assert (status(victim), status(own), waiting()) == (SENT, SENT, [])
    account = cast.stranger.account_id
    assert replies() == [
        (account, FORGER, FORGED),
        (account, FORGER, "id=78 stat=EXPIRED"),
    ]


def test_what_fits_id_and_phone_is_a_receipt(context: None, cast: Cast) -> None:
    for answered, reported in (("78", "78"), ("4e", "78"), ("78", "4E")):
        nothing()
        mine = text(cast.owner.account_id, VICTIM, answered)
        come(said(VICTIM, f"id:{reported} stat:ENROUTE"))
        assert (status(mine), waiting()) == (SENT, [])
        come(said(VICTIM, words(reported, U)))
        come(said(VICTIM, words(reported, U)))  # repeated
        assert (status(mine), waiting(), replies()) == (U, [], [])


def test_an_address_that_only_ends_alike_is_not_enough(context: None, cast: Cast) -> None:
    mine = text(cast.owner.account_id, VICTIM, "78")
    for source, ton, country in (("601200100", 0, ""), ("8080", 3, "PL"), ("Shop", 5, "PL")):
        come(delivery(source, FORGED, ton=ton, country=country, esm_class=0))
        later()
    assert (status(mine), waiting()) == (SENT, [])
    come(delivery("601200100", FORGED, ton=2, esm_class=0))
    assert status(mine) == U


def test_it_waits_while_the_answer_may_come(context: None, cast: Cast) -> None:
    text(cast.owner.account_id, VICTIM, "1")
    mine = text(cast.owner.account_id, VICTIM, status="sending")
    come(said(VICTIM, words("78", U)))
    assert (len(waiting()), replies()) == (1, [])
    with transaction() as session:
        message = session.get_one(Message, mine)
        answer(message, ["78"])
        message.status, message.attention_status = SENT, None
    later()
    assert (status(mine), waiting(), replies()) == (U, [], [])


def test_after_a_minute_it_is_a_reply(context: None, cast: Cast) -> None:
    text(cast.owner.account_id, VICTIM, "1")
    text(cast.owner.account_id, VICTIM, status="sending")
    come(said(VICTIM, FORGED))
    for seconds, expected in ((59, []), (2, [(cast.owner.account_id, VICTIM, FORGED)])):
        with transaction() as session:
            for row in session.scalars(select(GatewayInboxRow)):
                row.received_at -= timedelta(seconds=seconds)
        later()
        assert replies() == expected
    assert waiting() == []


def test_its_words_are_not_readable_while_it_waits(context: None, cast: Cast) -> None:
    # A receipt quotes the text: that may be a system password.
    text(cast.owner.account_id, VICTIM, status="sending")
    secret = words("78", D, "3F7K-9Q2M is the code")
    come(said(VICTIM, secret), delivery(VICTIM[1:], secret))
    db.session.rollback()
    stored = list(db.session.scalars(select(GatewayInboxRow.text)))
    assert len(stored) == 2
    assert not any("3F7K" in text.upper() or "code" in text for text in stored)
    with transaction() as session:
        old = now() - unmarked.LONGEST_WAIT * 2
        session.execute(update(GatewayInboxRow).values(text="x", received_at=old))
    later()  # the key of the installation has changed
    assert (replies(), waiting()) == ([], ["78"])


def test_a_part_of_a_long_reply_is_no_receipt(context: None) -> None:
    event = delivery(FORGER[1:], "\x05\x00\x03\x09\x02\x01" + FORGED, esm_class=0x40)
    assert isinstance(event, Inbound)
    assert (event.text, event.parts) == (FORGED, 2)
