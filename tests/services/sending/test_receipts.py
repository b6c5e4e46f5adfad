"""Receipts: repeated, reordered, unknown, early and late ones."""

import random
from collections.abc import Sequence
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Answer, ErrorClass, Inbound, Receipt, ReceiptStatus
from promosms.models import (
    Gateway,
    GatewayInboxRow,
    InboundMessage,
    Message,
    MessagePart,
    Suppression,
    now,
)
from promosms.services.campaigns import preparation
from promosms.services.inbox import gateway_inbox
from promosms.services.sending import claiming, recording
from promosms.services.sending.claiming import Claim
from tests.services.sending.conftest import MakeCampaign, check_books, statuses
from tests.support.cast import Cast

LOST = Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer")
D, U, E = ReceiptStatus.DELIVERED, ReceiptStatus.UNDELIVERED, ReceiptStatus.EXPIRED


def sent(make_campaign: MakeCampaign, number: int = 3, parts: int = 1) -> tuple[int, int]:
    """A campaign whose texts have been taken, with references r-<n>-<part>."""
    text = "x" * (100 if parts == 1 else 140 * parts)
    campaign_id = make_campaign([f"+486012{n:05}" for n in range(100, 100 + number)], text=text)
    preparation.prepare(campaign_id)
    gateway = db.session.query(Gateway).one().id
    claim = Claim(gateway)
    window = claiming.take(claim, 500)
    recording.record(
        claim,
        [
            (m, Answer(tuple(f"r-{n}-{p}" for p in range(1, parts + 1))))
            for n, m in enumerate(window)
        ],
    )
    return campaign_id, gateway


def tell(gateway: int, receipts: Sequence[Receipt]) -> None:
    """Store and apply until the inbox is calm."""
    gateway_inbox.store(gateway, receipts)
    while gateway_inbox.apply_batch():
        continue


def test_a_message_of_several_parts_needs_all_of_them(
    context: None, make_campaign: MakeCampaign
) -> None:
    campaign_id, gateway = sent(make_campaign, 1, parts=3)
    tell(gateway, [Receipt("r-0-1", "", D), Receipt("r-0-3", "", D)])
    assert statuses(campaign_id) == {"sent": 1}
    tell(gateway, [Receipt("r-0-2", "", D)])
    assert statuses(campaign_id) == {"delivered": 1}


def test_one_lost_part_means_not_delivered(context: None, make_campaign: MakeCampaign) -> None:
    campaign_id, gateway = sent(make_campaign, 1, parts=3)
    tell(gateway, [Receipt("r-0-1", "", D), Receipt("r-0-2", "", U), Receipt("r-0-3", "", D)])
    assert statuses(campaign_id) == {"undelivered": 1}


def sent_without_names(make_campaign: MakeCampaign, parts: int) -> tuple[int, int, str]:
    """A campaign of one text whose parts get their references only in receipts."""
    campaign_id = make_campaign(["+48601200100"], text="x" * 140 * parts)
    preparation.prepare(campaign_id)
    gateway = db.session.query(Gateway).one().id
    claim = Claim(gateway)
    (message,) = claiming.take(claim, 500)
    recording.record(claim, [(message, Answer())])
    return campaign_id, gateway, str(message.id)


def test_parts_without_references_are_counted_by_their_receipts(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id, gateway, ours = sent_without_names(make_campaign, 3)
    for name in ("e1", "e2", "e1", "e2"):
        tell(gateway, [Receipt(name, ours, D)])
        assert statuses(campaign_id) == {"sent": 1}
    tell(gateway, [Receipt("e3", ours, D)])
    assert statuses(campaign_id) == {"delivered": 1}
    tell(gateway, [Receipt("e4", ours, U)])
    assert statuses(campaign_id) == {"delivered": 1}
    check_books(cast.owner.account_id)


def test_a_part_whose_answer_was_lost_is_waited_for(
    context: None, make_campaign: MakeCampaign
) -> None:
    campaign_id = make_campaign(["+48601200100"], text="x" * 280)
    preparation.prepare(campaign_id)
    gateway = db.session.query(Gateway).one().id
    claim = Claim(gateway)
    (message,) = claiming.take(claim, 500)
    recording.record(claim, [(message, LOST._replace(taken={1: "r-1"}))])
    tell(gateway, [Receipt("r-1", "", D)])
    assert statuses(campaign_id) == {"unknown": 1}
    tell(gateway, [Receipt("r-2", str(message.id), D)])
    assert statuses(campaign_id) == {"delivered": 1}


def test_a_part_without_a_reference_that_is_lost_decides(
    context: None, make_campaign: MakeCampaign
) -> None:
    campaign_id, gateway, ours = sent_without_names(make_campaign, 3)
    tell(gateway, [Receipt("e1", ours, D), Receipt("e2", ours, D), Receipt("e1", ours, D)])
    assert statuses(campaign_id) == {"sent": 1}
    tell(gateway, [Receipt("e3", ours, U)])
    assert statuses(campaign_id) == {"undelivered": 1}


def test_a_final_status_does_not_change(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id, gateway = sent(make_campaign, 2)
    tell(gateway, [Receipt("r-0-1", "", D), Receipt("r-1-1", "", E)])
    tell(gateway, [Receipt("r-0-1", "", U), Receipt("r-1-1", "", D), Receipt("r-0-1", "", D)])
    assert statuses(campaign_id) == {"delivered": 1, "expired": 1}
    check_books(cast.owner.account_id)


def test_many_shuffled_repeated_and_unknown_receipts_end_right(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id, gateway = sent(make_campaign, 30, parts=2)
    chance = random.Random(7)
    flood = [Receipt(f"r-{n}-{p}", "", D) for n in range(30) for p in (1, 2)] * 3
    flood += [Receipt(f"foreign-{n}", "", D) for n in range(20)]
    chance.shuffle(flood)
    tell(gateway, flood)
    assert statuses(campaign_id) == {"delivered": 30}
    left = db.session.scalars(select(GatewayInboxRow.reference)).all()
    assert sorted(left) == sorted(f"foreign-{n}" for n in range(20))
    check_books(cast.owner.account_id)


def test_a_receipt_before_its_answer_waits_for_it(
    context: None, make_campaign: MakeCampaign
) -> None:
    campaign_id = make_campaign(["+48601200100"])
    preparation.prepare(campaign_id)
    gateway = db.session.query(Gateway).one().id
    claim = Claim(gateway)
    window = claiming.take(claim, 500)
    tell(gateway, [Receipt("r-0-1", str(window[0].id), D)])
    assert statuses(campaign_id) == {"sending": 1}
    recording.record(claim, [(window[0], Answer(("r-0-1",)))])
    with transaction() as session:
        session.execute(update(GatewayInboxRow).values(next_attempt_at=now()))
    assert gateway_inbox.apply_batch() == 1
    assert statuses(campaign_id) == {"delivered": 1}


def test_a_receipt_settles_an_unconfirmed_text_and_charges_it(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = make_campaign(["+48601200100"])
    preparation.prepare(campaign_id)
    gateway = db.session.query(Gateway).one().id
    claim = Claim(gateway)
    window = claiming.take(claim, 500)
    recording.record(claim, [(window[0], LOST)])
    tell(gateway, [Receipt("r-9", str(window[0].id), D)])
    assert statuses(campaign_id) == {"delivered": 1}
    assert db.session.query(MessagePart).one().reference == "r-9"
    check_books(cast.owner.account_id)


def test_an_event_that_fits_nothing_is_dropped_after_72_hours(context: None, app: Flask) -> None:
    gateway = db.session.query(Gateway).one().id
    tell(gateway, [Receipt("foreign", "", D)])
    with transaction() as session:
        session.execute(
            update(GatewayInboxRow).values(
                next_attempt_at=now(), received_at=now() - timedelta(hours=73)
            )
        )
    gateway_inbox.apply_batch()
    assert db.session.query(GatewayInboxRow).count() == 0


def test_a_reply_goes_to_the_account_that_texted_last(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    _, gateway = sent(make_campaign, 1)
    sender = db.session.query(Message).one().sender
    reply = Inbound("reply-1", "+48601200100", sender, "Is it open on Sunday?")
    gateway_inbox.store(gateway, [reply])
    gateway_inbox.store(gateway, [reply])
    gateway_inbox.apply_batch()
    stored = db.session.query(InboundMessage).one()
    assert (stored.account_id, stored.kind) == (cast.owner.account_id, "reply")
    assert db.session.query(Suppression).count() == 0


def test_stop_suppresses_for_that_account_only_and_start_lifts_it(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    _, gateway = sent(make_campaign, 1)
    sender = db.session.query(Message).one().sender
    gateway_inbox.store(gateway, [Inbound("reply-1", "+48601200100", sender, " stop! ")])
    gateway_inbox.apply_batch()
    stored = db.session.query(Suppression).one()
    assert (stored.account_id, stored.phone) == (cast.owner.account_id, "+48601200100")
    gateway_inbox.store(gateway, [Inbound("reply-2", "+48601200100", sender, "START")])
    gateway_inbox.apply_batch()
    assert db.session.query(Suppression).count() == 0


def test_a_reply_from_nobody_we_texted_is_not_kept(context: None, cast: Cast) -> None:
    gateway = db.session.query(Gateway).one().id
    gateway_inbox.store(gateway, [Inbound("reply-1", "+48601200100", "+48732000001", "STOP")])
    gateway_inbox.apply_batch()
    assert db.session.query(InboundMessage).count() == 0
    assert db.session.query(GatewayInboxRow).count() == 0


def test_hexadecimal_ids_are_recognised_by_the_phone_number(
    context: None, make_campaign: MakeCampaign
) -> None:
    phones = [f"+486012{n:05}" for n in range(100, 125)]
    campaign_id = make_campaign(phones)
    preparation.prepare(campaign_id)
    gateway = db.session.query(Gateway).one().id
    claim = Claim(gateway)
    window = claiming.take(claim, 50)
    taken = [(m, Answer((f"{0xABC000 + n:x}",))) for n, m in enumerate(window)]
    recording.record(claim, taken)
    receipts = [Receipt(str(0xABC000 + n), "", D, m.phone) for n, m in enumerate(window)]
    tell(gateway, receipts[:21])
    assert statuses(campaign_id) == {"delivered": 21, "sent": 4}
    row = db.session.query(Gateway).one()
    assert (row.message_id_format, row.message_id_format_seen) == ("resp_hex_dlr_dec", 21)
    tell(gateway, [Receipt(receipt.reference, "", D) for receipt in receipts[21:]])
    assert statuses(campaign_id) == {"delivered": 25}
