"""Replies: whose they are, and what is answered."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound
from promosms.models import (
    Account,
    AccountStatus,
    Message,
    MessageStatus,
    Priority,
    Suppression,
    SuppressionSource,
    now,
)
from promosms.services.abuse import sms_pumping
from promosms.services.inbox import gateway_inbox, unmatched
from promosms.services.sending import opt_outs
from promosms.settings import settings
from promosms.sms.opt_out import CONFIRMATIONS
from tests.services.sending.inbox import (
    NUMBER,
    OTHER,
    PHONE,
    answered,
    come,
    gateway_id,
    kept,
    reply,
    stopped,
    texted,
    waiting,
)
from tests.support.cast import Cast
from tests.support.settings import override

# Its account


def test_a_reply_goes_to_the_account_that_texted_last_from_that_number(
    context: None, cast: Cast
) -> None:
    texted(cast.owner.account_id)
    texted(cast.stranger.account_id)
    texted(cast.owner.account_id, sender=OTHER)
    texted(cast.owner.account_id, status=MessageStatus.QUEUED)  # has not left yet
    reply("Are you open?", "1")
    reply("And now?", "2", OTHER)
    assert kept() == [
        (cast.stranger.account_id, "reply", "Are you open?"),
        (cast.owner.account_id, "reply", "And now?"),
    ]


def test_a_reply_that_is_reported_twice_is_kept_once(context: None, cast: Cast) -> None:
    texted(cast.owner.account_id)
    reply("Hello", "1")
    reply("Hello", "1")
    assert len(kept()) == 1


@pytest.mark.parametrize("word", ["STOP", "Please take me off, unsubscribe me at once"])
def test_a_stop_by_another_number_counts_for_all_who_texted_lately(
    context: None, cast: Cast, word: str
) -> None:
    texted(cast.owner.account_id, sender="SHOP")
    texted(cast.stranger.account_id, sender="BAKERY", days=29)
    reply(word, "1", OTHER)
    assert stopped() == sorted([cast.owner.account_id, cast.stranger.account_id])
    assert len(kept()) == 2
    assert len(answered()) == (1 if word == "STOP" else 0)
    assert waiting() == 0


def test_only_the_last_of_those_who_texted_long_ago_is_meant(context: None, cast: Cast) -> None:
    texted(cast.stranger.account_id, sender="BAKERY", days=90)
    texted(cast.owner.account_id, sender="SHOP", days=31)
    reply("STOP", "1", OTHER)
    assert stopped() == [cast.owner.account_id]


def test_a_recent_sender_is_meant_rather_than_an_old_one(context: None, cast: Cast) -> None:
    texted(cast.stranger.account_id, sender="BAKERY", days=31)
    texted(cast.owner.account_id, sender="SHOP", days=1)
    reply("STOP", "1", OTHER)
    assert stopped() == [cast.owner.account_id]


@pytest.mark.parametrize("word", ["START", "HELP", "Hello"])
def test_other_replies_to_another_number_are_dropped(context: None, cast: Cast, word: str) -> None:
    texted(cast.owner.account_id, sender="SHOP")
    opt_outs.opt_out(cast.owner.account_id, PHONE, SuppressionSource.REPLY)
    reply(word, "1", OTHER)
    assert (kept(), answered(), waiting()) == ([], [], 0)
    assert stopped() == [cast.owner.account_id]


@pytest.mark.parametrize("word", ["START", "HELP", "Hello"])
def test_only_a_count_is_kept_of_strangers(
    context: None, cast: Cast, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    texted(cast.owner.account_id, phone="+48601200999")
    gateway_inbox.log.addHandler(caplog.handler)
    try:
        come([Inbound("1", PHONE, NUMBER, word), Inbound("2", PHONE, OTHER, word)])
    finally:
        gateway_inbox.log.removeHandler(caplog.handler)
    assert (kept(), stopped(), answered(), waiting()) == ([], [], [], 0)
    assert unmatched.count() == 0
    lines = {
        (record.msg, *(vars(record)[k] for k in ("code", "count"))) for record in caplog.records
    }
    assert lines == {("inbound.dropped", "nobody", 2)}


# STOP and START


def test_stop_is_confirmed_once_by_the_number_that_was_written_to(
    context: None, cast: Cast
) -> None:
    texted(cast.owner.account_id, language="pl")
    reply("STOP", "1")
    reply("STOP!!", "2")
    confirmation = db.session.query(Message).filter_by(priority=Priority.VERIFICATION).one()
    assert (confirmation.text, confirmation.phone, confirmation.sender) == (
        CONFIRMATIONS["pl"],
        PHONE,
        NUMBER,
    )
    assert (
        confirmation.campaign_id,
        confirmation.price,
        confirmation.parts,
        confirmation.country,
    ) == (None, 0, 1, "PL")
    assert (confirmation.account_id, confirmation.gateway_id) == (
        cast.owner.account_id,
        gateway_id(),
    )
    assert db.session.query(Suppression).one().confirmed_at is not None


def test_stop_after_start_is_confirmed_again_but_three_times_a_day_only(
    context: None, cast: Cast
) -> None:
    texted(cast.owner.account_id)
    for number in range(5):
        reply("STOP", f"stop-{number}")
        assert stopped() == [cast.owner.account_id]
        reply("START", f"start-{number}")
        assert stopped() == []
    assert answered() == [CONFIRMATIONS["en"]] * 3
    for hours, number in ((23, 3), (25, 4)):
        with transaction() as session:
            session.execute(update(Message).values(created_at=now() - timedelta(hours=hours)))
        reply("STOP", f"stop after {hours}")
        assert len(answered()) == number
        reply("START", f"start after {hours}")


def test_what_may_be_a_stop_suppresses_and_is_not_confirmed(context: None, cast: Cast) -> None:
    texted(cast.owner.account_id)
    reply("I told you to stop this", "1")
    assert (stopped(), answered()) == ([cast.owner.account_id], [])
    reply("STOP", "2")  # now it is certain
    assert len(answered()) == 1


def test_a_stop_by_the_recipient_replaces_a_suppression_by_the_owner(
    context: None, cast: Cast
) -> None:
    texted(cast.owner.account_id)
    opt_outs.opt_out(cast.owner.account_id, PHONE, SuppressionSource.HAND)
    reply("STOP", "1")
    assert db.session.query(Suppression).one().source == SuppressionSource.KEYWORD
    assert len(answered()) == 1


def test_a_reply_to_a_sender_name_is_not_answered(context: None, cast: Cast) -> None:
    texted(cast.owner.account_id, sender="SHOP")
    reply("STOP", "1", "SHOP")
    assert (stopped(), answered()) == ([cast.owner.account_id], [])


def test_no_answer_is_sent_for_an_account_under_erasure(context: None, cast: Cast) -> None:
    texted(cast.owner.account_id)
    with transaction() as session:
        session.execute(
            update(Account)
            .where(Account.id == cast.owner.account_id)
            .values(status=AccountStatus.DELETING)
        )
    reply("STOP", "1")
    assert answered() == []


def test_answers_do_not_use_the_budget_of_passwords(context: None, cast: Cast, app: Flask) -> None:
    override(app, verification_texts_per_hour=1)
    texted(cast.owner.account_id)
    reply("STOP", "1")
    reply("HELP", "2")
    assert len(answered()) == 2
    assert sms_pumping.why_not(PHONE, "", "") is None


# HELP


def called(account_id: int, name: str) -> None:
    """Give the shop of an account a name."""
    with transaction() as session:
        session.get_one(Account, account_id).shop_name = name


def test_help_is_answered_once_a_day_and_kept(context: None, cast: Cast, app: Flask) -> None:
    override(app, operator_name="Quiet Lines", operator_email="help@example.com")
    called(cast.owner.account_id, "Łódź Bar, 601 000 111")
    texted(cast.owner.account_id)
    reply("HELP", "1")
    reply("help?", "2")
    assert answered() == ["Lodz Bar, 601 000 111. Reply STOP to opt out"]
    assert [kind for _, kind, _ in kept()] == ["help", "help"]
    for hours, number in ((23, 1), (25, 2)):
        with transaction() as session:
            session.execute(update(Message).values(created_at=now() - timedelta(hours=hours)))
        reply("HELP", f"after {hours}")
        assert len(answered()) == number


def test_help_is_answered_in_the_name_of_the_shop_that_texted(
    context: None, cast: Cast, app: Flask
) -> None:
    override(app, operator_name="Quiet Lines", operator_email="help@example.com")
    called(cast.owner.account_id, "Bar A")
    called(cast.stranger.account_id, "Bar B")
    texted(cast.owner.account_id)
    texted(cast.stranger.account_id, sender=OTHER)
    reply("HELP", "1")
    reply("HELP", "2", OTHER)
    assert answered() == ["Bar A. Reply STOP to opt out", "Bar B. Reply STOP to opt out"]


def test_the_operator_sets_what_follows_the_name(context: None, cast: Cast, app: Flask) -> None:
    override(app, help_answer="Call 42 from 9 to 5.")
    texted(cast.owner.account_id)
    reply("POMOC", "1")
    called(cast.owner.account_id, "Bar A")
    reply("POMOC", "2")
    assert answered() == ["Call 42 from 9 to 5.", "Bar A. Call 42 from 9 to 5."]


def test_without_a_name_the_answer_to_help_has_the_address_and_no_operator(
    context: None, cast: Cast, app: Flask
) -> None:
    override(app, operator_name="Quiet Lines", operator_email="help@example.com")
    texted(cast.owner.account_id, language="de")
    reply("HILFE", "1")
    assert answered() == [f"{settings.public_url}. Abmelden: STOP antworten"]
