"""Retention: what is due goes, exactly that, and not a day too early; figures and money stay."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from promosms.database import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound
from promosms.jobs import nightly
from promosms.models import (
    Account,
    BadRow,
    Campaign,
    CampaignStatus,
    Chore,
    Consent,
    EventKind,
    Gateway,
    GatewayEvent,
    Guest,
    Hold,
    Import,
    ImportStatus,
    InboundMessage,
    Message,
    MessagePart,
    MessageStatus,
    Recipient,
    Suppression,
    TaxCheck,
    now,
)
from promosms.services import (
    audience,
    campaigns,
    events,
    installation,
    launch,
    ledger_audit,
    phone,
    purging,
    retention,
    scrub,
    spendings,
    suppressions,
)
from tests.cast import Cast, Person
from tests.pages import PageClient
from tests.scan import Hit, Scanner, database_files, numbers

Settle = Callable[..., None]
OURS = [f"+48601211{n:03}" for n in (100, 101, 102)]
OURS_SKIPPED = "+48601211110"
OURS_REFUSED = "+48601200009"
THEIRS = [f"+48602322{n:03}" for n in (100, 101)]
WORD, OTHER_WORD = "Qzulowimek", "Wipekozulm"


def test_the_day_before_nothing_goes_and_the_day_after_exactly_the_due(
    app: Flask, sent: tuple[int, int], cast: Cast
) -> None:
    ours, theirs = sent
    with app.app_context():
        before = _figures(ours)
        _age(timedelta(days=29))
        _night()
        assert _number(ours) == 4
        retention.choose(cast.stranger.account_id, 90)
        _age(timedelta(days=2))
        _night()
        assert (_number(ours), _number(theirs)) == (0, 2)
        assert not db.session.scalar(
            select(func.count())
            .select_from(MessagePart)
            .where(MessagePart.account_id == cast.owner.account_id)
        )
        assert _figures(ours) == before
        assert ledger_audit.audit() == []
        _age(timedelta(days=60))
        _night()
        assert _number(theirs) == 0
        assert ledger_audit.audit() == []


def test_no_byte_of_it_is_left_and_every_byte_of_others(
    app: Flask, sent: tuple[int, int], cast: Cast, database_url: str
) -> None:
    ours = [*(form for e164 in OURS for form in numbers(e164)[:3]), WORD]
    theirs = [*(form for e164 in THEIRS for form in numbers(e164)[:3]), OTHER_WORD]
    with app.app_context():
        retention.choose(cast.stranger.account_id, 90)
        # What the owner keeps himself, here, would be found too.
        with transaction() as session:
            for model in (Suppression, Recipient):
                session.execute(delete(model).filter_by(account_id=cast.owner.account_id))
            session.execute(update(Campaign).where(Campaign.id == sent[0]).values(text="", name=""))
        db.session.remove()
        # Nor may the tests before this one have left their rows in the files.
        assert scrub.scrub(table.name for table in db.metadata.sorted_tables)
        found = {hit.canary for hit in _scan(app, [*ours, *theirs])}
        assert found >= {OURS[0], WORD, THEIRS[0], OTHER_WORD}
        _age(timedelta(days=31))
        _night()
        hits = _scan(app, [*ours, *theirs])
    assert [hit for hit in hits if hit.canary in ours] == []
    assert {hit.canary for hit in hits} >= {THEIRS[0], OTHER_WORD}


def test_what_is_on_its_way_or_has_money_set_aside_stays(app: Flask, sent: tuple[int, int]) -> None:
    with app.app_context():
        ids = list(db.session.scalars(select(Message.id).where(Message.campaign_id == sent[0])))
        _set(ids[0], status=MessageStatus.QUEUED)
        _set(ids[1], status=MessageStatus.SENDING)
        _set(ids[2], status=MessageStatus.UNKNOWN)
        with transaction() as session:
            session.execute(
                update(Hold).where(Hold.campaign_id == sent[0]).values(remaining=5, closed_at=None)
            )
        _age(timedelta(days=100))
        _purge()
        left = set(db.session.scalars(select(Message.id).where(Message.campaign_id == sent[0])))
        assert left == set(ids[:3])
        with transaction() as session:
            session.execute(update(Hold).where(Hold.campaign_id == sent[0]).values(remaining=0))
        _purge()
        left = set(db.session.scalars(select(Message.id).where(Message.campaign_id == sent[0])))
        assert left == set(ids[:2])


def test_whoever_is_killed_in_between_leaves_right_figures(
    app: Flask, sent: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        before = _figures(sent[0])
        _age(timedelta(days=31))
        monkeypatch.setattr(purging, "BATCH", 1)
        place: dict[str, object] = {}
        for _ in range(50):
            assert ledger_audit.audit() == []
            assert _figures(sent[0]) == before
            # The place is lost with the worker: it begins anew.
            if not purging.messages({}, lambda: True) and not _number(sent[0]):
                break
        assert _number(sent[0]) == 0
        assert place == {}
        assert _figures(sent[0]) == before


def test_replies_go_after_the_time_of_their_own_account(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "BATCH", 1)
    with app.app_context():
        retention.choose(cast.stranger.account_id, 90)
        for account_id in (cast.owner.account_id, cast.stranger.account_id):
            for _ in range(3):
                _reply(account_id)
        _age(timedelta(days=29))
        assert not purging.replies({}, lambda: True)
        assert _count(InboundMessage) == 6
        _age(timedelta(days=2))
        place: dict[str, object] = {}
        # Whoever has to stop says that there is more, and what was deleted from until now.
        assert purging.replies(place, lambda: True)
        assert (_count(InboundMessage), place["deleted"]) == (5, ["inbound_messages"])
        assert not purging.replies(place, lambda: False)
        left = set(db.session.scalars(select(InboundMessage.account_id)))
        assert (_count(InboundMessage), left) == (3, {cast.stranger.account_id})
        _age(timedelta(days=60))
        assert not purging.replies(place, lambda: False)
        assert _count(InboundMessage) == 0


@pytest.mark.parametrize("of_a_campaign", [True, False])
def test_who_has_to_stop_between_texts_says_that_there_is_more(
    app: Flask, sent: tuple[int, int], monkeypatch: pytest.MonkeyPatch, of_a_campaign: bool
) -> None:
    monkeypatch.setattr(purging, "BATCH", 1)
    with app.app_context():
        if not of_a_campaign:
            with transaction() as session:
                session.execute(update(Message).values(campaign_id=None))
        _age(timedelta(days=31))
        place: dict[str, object] = {}
        steps = 0
        while purging.messages(place, lambda: True):
            steps += 1
            assert steps < 50
        assert steps >= 6
        assert not db.session.scalar(select(func.count()).select_from(Message))
        assert place["deleted"] == ["message_parts", "messages"]


def test_the_report_says_calmly_what_was_deleted(
    app: Flask, sent: tuple[int, int], owner: PageClient
) -> None:
    with app.app_context():
        name = db.session.get_one(Campaign, sent[0]).public_id
        _age(timedelta(days=31))
        _night()
    page = owner.get_page(f"/campaigns/{name}").get_text(" ")
    assert "The numbers and texts of 4 messages were deleted on" in page
    assert OURS[0] not in page
    assert "Why some did not get it" in page
    assert "4 messages, whose numbers" in owner.get(f"/campaigns/{name}/report.csv").text


def test_a_stop_that_comes_after_the_numbers_are_gone_is_honoured(
    app: Flask, sent: tuple[int, int], cast: Cast, settle: Settle
) -> None:
    with app.app_context():
        _age(timedelta(days=31))
        _night()
        gateway = db.session.scalars(select(Gateway.id)).first()
        assert gateway
        events.store(gateway, [Inbound("late", OURS[1], "48500", "STOP")])
    settle()
    with app.app_context():
        query = select(Suppression.phone).where(Suppression.account_id == cast.owner.account_id)
        assert OURS[1] in set(db.session.scalars(query))
        query = select(func.count()).where(Suppression.account_id == cast.stranger.account_id)
        assert db.session.scalar(query) == 0


def test_the_other_rules_delete_what_is_due(app: Flask, cast: Cast) -> None:
    with app.app_context():
        _one_of_each(cast.owner.account_id)
        tables = (GatewayEvent, InboundMessage, BadRow, Guest)
        _night()
        assert [_count(model) for model in tables] == [1, 1, 1, 1]
        _age(timedelta(days=2))
        _night()
        assert [_count(model) for model in tables] == [1, 1, 1, 0]
        _age(timedelta(days=6))
        _night()
        assert [_count(model) for model in tables] == [0, 1, 1, 0]
        _age(timedelta(days=23))
        _night()
        assert [_count(model) for model in tables] == [0, 0, 0, 0]
        check = db.session.scalars(select(TaxCheck)).one()
        assert (check.raw, check.consultation) == ({}, "WAPIAAA")


def test_the_simulated_network_forgets_with_the_message(app: Flask, sent: tuple[int, int]) -> None:
    with app.app_context():
        assert any(shown.phone == OURS[0] for shown in phone.texts())
        _age(timedelta(days=31))
        _night()
        assert not any(shown.phone == OURS[0] for shown in phone.texts())
        assert any(shown.phone == THEIRS[0] for shown in phone.texts()) == (_number(sent[1]) > 0)


def test_an_owner_chooses_from_three_to_ninety_days(
    app: Flask, owner: PageClient, cast: Cast
) -> None:
    page = owner.get_page("/settings/data")
    assert page.select("input[name=days]")[0]["value"] == "30"
    owner.post_page("/settings/data/retention", {"days": "3"})
    for wrong in ("2", "91", "", "many"):
        owner.post_page("/settings/data/retention", {"days": wrong}, status=422)
    with app.app_context():
        assert db.session.get_one(Account, cast.owner.account_id).retention_days == 3
        with pytest.raises(ValueError, match="91"):
            retention.choose(cast.owner.account_id, 91)


def test_the_page_shows_the_rules_that_the_job_obeys(owner: PageClient) -> None:
    shown = owner.get_page("/settings/data").get_text(" ")
    with owner.application.app_context():
        rows = retention.rows()
        assert len(rows) == len(retention.RULES)
    assert all(what in shown for what, _ in rows)


@pytest.fixture
def sent(app: Flask, cast: Cast, settle: Settle) -> tuple[int, int]:
    """A finished campaign of ours and one of theirs."""
    with app.app_context():
        suppressions.opt_out(cast.owner.account_id, OURS_SKIPPED, "hand")
        ours = _send(cast.owner, [*OURS, OURS_SKIPPED], WORD)
        theirs = _send(cast.stranger, THEIRS, OTHER_WORD)
        db.session.remove()
    settle()
    with app.app_context():
        nightly.run()
        db.session.remove()
    return ours, theirs


def _send(person: Person, phones: list[str], word: str) -> int:
    with transaction() as session:
        session.add_all(
            Recipient(
                account_id=person.account_id, phone=phone, country="PL", consent=Consent.GIVEN
            )
            for phone in phones
        )
        campaign = Campaign(
            account_id=person.account_id,
            route_id=installation.default_route().id,
            name=word,
            text=f"{word} says hello",
            everyone=True,
        )
        session.add(campaign)
    launch.launch(campaign, audience.estimate(campaign).total)
    return campaign.id


def _reply(account_id: int) -> None:
    with transaction() as session:
        session.add(InboundMessage(account_id=account_id, phone=OURS[0], text="Is it open?"))


def _one_of_each(account_id: int) -> None:
    with transaction() as session:
        which = Import(
            account_id=account_id, stored_as="x", status=ImportStatus.FINISHED, created_at=now()
        )
        gateway = db.session.scalars(select(Gateway.id)).first()
        later = now() + timedelta(days=900)
        session.add(which)
        session.flush()
        session.add_all(
            (
                BadRow(account_id=account_id, import_id=which.id, row=1, problem="x", content="x"),
                InboundMessage(account_id=account_id, phone=OURS[0], text="Is it open?"),
                Guest(account_id=account_id, phone=OURS[0], removed_at=now()),
                TaxCheck(
                    account_id=account_id,
                    tax_id="PL5260001246",
                    answer="valid",
                    consultation="WAPIAAA",
                    raw={"name": "Milk Bar"},
                ),
                GatewayEvent(
                    gateway_id=gateway, kind=EventKind.RECEIPT, reference="r", next_attempt_at=later
                ),
            )
        )


def _age(span: timedelta) -> None:
    """Move everything that has happened into the past."""
    moved = {
        Message: ("created_at", "sent_at", "final_at"),
        Campaign: ("created_at", "launched_at", "finished_at"),
        InboundMessage: ("received_at",),
        GatewayEvent: ("received_at",),
        Import: ("created_at",),
        Guest: ("removed_at",),
        TaxCheck: ("checked_at",),
    }
    db.session.rollback()
    with transaction() as session:
        for model, names in moved.items():
            for row in session.scalars(select(model)):
                for name in names:
                    moment = getattr(row, name)
                    if moment is not None:
                        setattr(row, name, moment - span)
        session.flush()
        session.execute(update(Chore).values(ran_on=None))
    db.session.remove()


def _night() -> None:
    with transaction() as session:
        session.execute(update(Chore).values(ran_on=None))
    for _ in range(60):
        nightly.run()
        if not nightly.due():
            break
    assert not nightly.due()
    db.session.remove()


def _purge() -> None:
    assert not purging.messages({}, lambda: False)
    db.session.remove()


def _figures(campaign_id: int) -> object:
    db.session.remove()
    campaign = db.session.get_one(Campaign, campaign_id)
    assert campaign.status == CampaignStatus.FINISHED
    return (
        campaigns.figures(campaign),
        campaigns.reasons(campaign),
        spendings.of(campaign),
        spendings.count(campaign_id, closed=True),
    )


def _number(campaign_id: int) -> int:
    query = select(func.count()).select_from(Message).where(Message.campaign_id == campaign_id)
    return db.session.scalar(query) or 0


def _count(model: type[GatewayEvent | InboundMessage | BadRow | Guest]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _set(message_id: int, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Message).where(Message.id == message_id).values(**values))


def _scan(app: Flask, canaries: list[str]) -> list[Hit]:
    """Every file of the database, and the simulated network."""
    scanner = Scanner(canaries)
    network = Path(app.instance_path, "simulator")
    stored = [hit for path in database_files() for hit in scanner.file(path)]
    return stored + scanner.folder(network)
