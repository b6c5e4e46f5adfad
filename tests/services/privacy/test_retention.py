"""Retention: exactly what is due is deleted, not a day too early; figures and money stay."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from promosms.db import overwrite_files
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound
from promosms.models import (
    Account,
    BadRow,
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayInboxRow,
    Guest,
    Import,
    ImportStatus,
    InboundMessage,
    InboxKind,
    Message,
    MessagePart,
    Privacy,
    Recipient,
    Route,
    Suppression,
    TaxCheck,
    campaign_name,
    models,
    now,
    table_of,
)
from promosms.services.gateways import simulated_phone
from promosms.services.imports import imports
from promosms.services.inbox import gateway_inbox
from promosms.services.ledger import audit as ledger_audit
from promosms.services.privacy import retention
from tests.support.aging import OTHER_WORD, OURS, THEIRS, WORD, age, figures, night, number
from tests.support.byte_scan import Hit, Scanner, database_files, numbers
from tests.support.cast import Cast
from tests.support.pages import PageClient

Settle = Callable[..., None]


def test_only_due_rows_are_deleted_and_none_a_day_early(
    app: Flask, sent: tuple[int, int], cast: Cast
) -> None:
    campaign_id, other_id = sent
    with app.app_context():
        before = figures(campaign_id)
        age(timedelta(days=29))
        night()
        assert number(campaign_id) == 4
        retention.choose(cast.stranger.account_id, 90)
        age(timedelta(days=2))
        night()
        assert (number(campaign_id), number(other_id)) == (0, 2)
        assert not db.session.scalar(
            select(func.count())
            .select_from(MessagePart)
            .where(MessagePart.account_id == cast.owner.account_id)
        )
        assert figures(campaign_id) == before
        assert ledger_audit.audit() == []
        age(timedelta(days=60))
        night()
        assert number(other_id) == 0
        assert ledger_audit.audit() == []


def test_no_byte_of_due_rows_is_left_and_all_others_stay(
    app: Flask, sent: tuple[int, int], cast: Cast, database_url: str
) -> None:
    due = [*(form for e164 in OURS for form in numbers(e164)[:3]), WORD]
    kept = [*(form for e164 in THEIRS for form in numbers(e164)[:3]), OTHER_WORD]
    with app.app_context():
        retention.choose(cast.stranger.account_id, 90)
        # The scan would also find what the owner keeps.
        with transaction() as session:
            for model in (Suppression, Recipient):
                session.execute(delete(model).filter_by(account_id=cast.owner.account_id))
            session.execute(update(Campaign).where(Campaign.id == sent[0]).values(name=""))
        db.session.remove()
        # Earlier tests may have left rows in the files.
        assert overwrite_files.overwrite(table.name for table in db.metadata.sorted_tables)
        canaries = {hit.canary for hit in _scan(app, [*due, *kept])}
        assert canaries >= {OURS[0], WORD, THEIRS[0], OTHER_WORD}
        age(timedelta(days=31))
        night()
        hits = _scan(app, [*due, *kept])
    assert [hit for hit in hits if hit.canary in due] == []
    assert {hit.canary for hit in hits} >= {THEIRS[0], OTHER_WORD}


def test_the_text_of_a_campaign_goes_with_its_messages(
    app: Flask, sent: tuple[int, int], cast: Cast
) -> None:
    with app.app_context():
        retention.choose(cast.stranger.account_id, 90)
        with transaction() as session:
            route = session.get_one(Campaign, sent[0]).route_id
            own = {"account_id": cast.owner.account_id, "route_id": route, "text": WORD}
            more = [
                Campaign(**own, name="draft"),
                Campaign(**own, name="paused", status=CampaignStatus.PAUSED),
                Campaign(**own, name="never begun", status=CampaignStatus.CANCELLED),
            ]
            session.add_all(more)
            more[2].finished_at = now()
        ids = [*sent, *(campaign.id for campaign in more)]
        age(timedelta(days=29))
        night()
        assert all(_texts(ids))
        age(timedelta(days=2))
        night()
        assert [bool(text) for text in _texts(ids)] == [False, True, True, True, False]
        age(timedelta(days=60))
        night()
        assert [bool(text) for text in _texts(ids)] == [False, False, True, True, False]
        assert db.session.get_one(Campaign, sent[0]).name == WORD


def test_a_name_that_is_the_beginning_of_the_text_goes_with_it(app: Flask, cast: Cast) -> None:
    """The owner typed no name, or copied a campaign without one."""
    text = "Dear Mrs Kowalska, your glasses are ready for you today\nSee you"
    names = {
        campaign_name(text): "",
        f"{campaign_name(text)} (copy)": "",
        "Glasses": "Glasses",
        "": "",
    }
    with app.app_context():
        with transaction() as session:
            route = session.scalars(select(Route.id)).first()
            own = {"account_id": cast.owner.account_id, "route_id": route, "text": text}
            ended = {"status": CampaignStatus.FINISHED, "finished_at": now()}
            session.add_all(Campaign(**own, **ended, name=name) for name in names)
            session.add(Campaign(**own, name=campaign_name(text)))  # a draft
        age(timedelta(days=31))
        night()
        kept = list(db.session.scalars(select(Campaign.name).order_by(Campaign.id)))
        assert kept == [*names.values(), "Dear Mrs Kowalska, your glasses are read"]


def test_news_of_a_message_keep_the_text_of_its_campaign(app: Flask, sent: tuple[int, int]) -> None:
    with app.app_context():
        age(timedelta(days=29))
        with transaction() as session:
            late = select(Message).where(Message.campaign_id == sent[0]).limit(1)
            session.scalars(late).one().final_at = now()
        age(timedelta(days=2))
        night()
        assert (number(sent[0]), bool(_texts(sent)[0])) == (1, True)
        age(timedelta(days=29))
        night()
        assert (number(sent[0]), _texts(sent)[0]) == (0, "")


def test_the_name_of_a_file_goes_after_thirty_days(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with transaction() as session:
            statuses = (*imports.ENDED, ImportStatus.RUNNING)
            session.add_all(
                Import(
                    account_id=cast.owner.account_id,
                    stored_as="x",
                    filename=filename,
                    status=status,
                    created_at=now(),
                )
                for filename, status in [
                    *(("Anna Nowak.csv", status) for status in statuses),
                    ("", ImportStatus.FINISHED),
                ]
            )
        names = ["Anna Nowak.csv"] * len(statuses)
        age(timedelta(days=29))
        night()
        assert _file_names() == [*names, ""]
        age(timedelta(days=2))
        night()
        assert _file_names() == ["*"] * len(imports.ENDED) + [names[-1], ""]


def test_the_report_says_what_was_deleted(
    app: Flask, sent: tuple[int, int], owner: PageClient
) -> None:
    with app.app_context():
        name = db.session.get_one(Campaign, sent[0]).public_id
        age(timedelta(days=31))
        night()
    page = owner.get_page(f"/campaigns/{name}").get_text(" ")
    assert "The numbers and texts of 4 messages were deleted on" in page
    assert OURS[0] not in page
    assert "They have opted out of your texts." in page
    assert "The text was deleted together with" in page
    assert "4 messages, whose numbers" in owner.get(f"/campaigns/{name}/download?form=commas").text


def test_a_stop_is_honoured_after_the_numbers_are_deleted(
    app: Flask, sent: tuple[int, int], cast: Cast, settle: Settle
) -> None:
    with app.app_context():
        age(timedelta(days=31))
        night()
        gateway = db.session.scalars(select(Gateway.id)).first()
        assert gateway
        gateway_inbox.store(gateway, [Inbound("late", OURS[1], "48500", "STOP")])
    settle()
    with app.app_context():
        query = select(Suppression.phone).where(Suppression.account_id == cast.owner.account_id)
        assert OURS[1] in set(db.session.scalars(query))
        query = select(func.count()).where(Suppression.account_id == cast.stranger.account_id)
        assert db.session.scalar(query) == 0


def test_the_other_rules_delete_what_is_due(app: Flask, cast: Cast) -> None:
    with app.app_context():
        _one_of_each(cast.owner.account_id)
        tables = (GatewayInboxRow, InboundMessage, BadRow, Guest)
        night()
        assert [_count(model) for model in tables] == [1, 1, 1, 1]
        age(timedelta(days=2))
        night()
        assert [_count(model) for model in tables] == [1, 1, 1, 0]
        age(timedelta(days=6))
        night()
        assert [_count(model) for model in tables] == [0, 1, 1, 0]
        age(timedelta(days=23))
        night()
        assert [_count(model) for model in tables] == [0, 0, 0, 0]
        check = db.session.scalars(select(TaxCheck)).one()
        assert (check.raw, check.consultation) == ({}, "WAPIAAA")


def test_the_simulator_deletes_its_text_with_the_message(app: Flask, sent: tuple[int, int]) -> None:
    with app.app_context():
        assert any(shown.phone == OURS[0] for shown in simulated_phone.texts())
        age(timedelta(days=31))
        night()
        assert not any(shown.phone == OURS[0] for shown in simulated_phone.texts())
        assert any(shown.phone == THEIRS[0] for shown in simulated_phone.texts()) == (
            number(sent[1]) > 0
        )


def test_an_owner_chooses_from_three_to_ninety_days(
    app: Flask, owner: PageClient, cast: Cast
) -> None:
    page = owner.get_page("/settings/data")
    assert page.select("input[name=days]")[0]["value"] == "30"
    owner.post_page("/settings/data/retention", {"days": "3"})
    for wrong in ("2", "91", "", "many", "9" * 320):
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
    assert all(label in shown for label, _ in rows)


def _one_of_each(account_id: int) -> None:
    with transaction() as session:
        upload = Import(
            account_id=account_id, stored_as="x", status=ImportStatus.FINISHED, created_at=now()
        )
        gateway = db.session.scalars(select(Gateway.id)).first()
        later = now() + timedelta(days=900)
        session.add(upload)
        session.flush()
        session.add_all(
            (
                BadRow(account_id=account_id, import_id=upload.id, row=1, problem="x", content="x"),
                InboundMessage(account_id=account_id, phone=OURS[0], text="Is it open?"),
                Guest(account_id=account_id, phone=OURS[0], removed_at=now()),
                TaxCheck(
                    account_id=account_id,
                    tax_id="PL5260001246",
                    answer="valid",
                    consultation="WAPIAAA",
                    raw={"name": "Milk Bar"},
                ),
                GatewayInboxRow(
                    gateway_id=gateway, kind=InboxKind.RECEIPT, reference="r", next_attempt_at=later
                ),
            )
        )


def _texts(campaign_ids: Iterable[int]) -> list[str]:
    return [db.session.get_one(Campaign, campaign_id).text for campaign_id in campaign_ids]


def _file_names() -> list[str]:
    return list(db.session.scalars(select(Import.filename).order_by(Import.id)))


def _count(model: type[GatewayInboxRow | InboundMessage | BadRow | Guest]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _scan(app: Flask, canaries: list[str]) -> list[Hit]:
    """Every file of the database, and the simulated network."""
    scanner = Scanner(canaries)
    network = Path(app.instance_path, "simulator")
    stored = [hit for path in database_files() for hit in scanner.file(path)]
    return stored + scanner.folder(network)


def test_the_page_of_deleting_names_every_table_that_may_keep_the_number() -> None:
    """Refused rows and files have it in their content; suppressions stay on purpose."""
    by_column = {
        model.retention.by
        for model in models().values()
        if model.privacy is Privacy.COLLECTED
        and "phone" in table_of(model).columns
        and model not in (Recipient, Suppression)
    }
    assert by_column <= {*retention.WITH_NUMBERS, "guests"}
    assert set(retention.WITH_NUMBERS) <= {rule.name for rule in retention.RULES}
