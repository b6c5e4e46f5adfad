"""The report of a campaign, with its buttons."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignBreakdown,
    InboundMessage,
    LedgerEntry,
    Message,
    Recipient,
    RecipientList,
    User,
    now,
)
from promosms.services.campaigns import audience, launch, preparation
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

Stored = Callable[[], list[Campaign]]
Settle = Callable[..., None]


@pytest.fixture
def launched(app: Flask, draft: str) -> str:
    """A launched campaign of the owner."""
    with app.app_context():
        campaign = db.session.query(Campaign).filter_by(public_id=draft).one()
        launch.launch(campaign, audience.estimate(campaign).total)
        db.session.remove()
    return draft


def test_countries_and_lists_are_shown_when_there_are_several(
    app: Flask, cast: Cast, owner: PageClient, launched: str
) -> None:
    with app.app_context(), transaction() as session:
        campaign = session.query(Campaign).filter_by(public_id=launched).one()
        campaign.status, campaign.counted_at = "sending", now()
        account = cast.owner.account_id
        lists = [RecipientList(account_id=account, name=name) for name in ("Shop", "Online")]
        session.add_all(lists)
        session.flush()
        figures = [("country", "PL", 200, 190), ("country", "DE", 100, 40)]
        figures += [("list", lists[0].public_id, 200, 100), ("list", "deleted", 9, 9)]
        session.add_all(
            CampaignBreakdown(
                campaign_id=campaign.id,
                account_id=account,
                grouped_by=by,
                name=name,
                texts=texts,
                delivered=delivered,
                replied=texts // 100,
            )
            for by, name, texts, delivered in figures
        )
    page = owner.get_page(f"/campaigns/{launched}")
    rows = [words(row.get_text(" ")) for row in page.select("[aria-labelledby=by-country] li")]
    assert rows[1:] == [
        "Poland Texts 200 Arrived 95% Replied 1% Opted out 0%",
        "Germany Texts 100 Arrived 40% Replied 1% Opted out 0%",
    ]
    assert "As of " in page.select_one("[aria-labelledby=by-country]").get_text()
    assert page.select_one("[aria-labelledby=by-list]") is None
    with app.app_context(), transaction() as session:
        online = session.query(RecipientList).filter_by(name="Online").one()
        session.query(CampaignBreakdown).filter_by(name="deleted").update(
            {"name": online.public_id, "clicked": 3}
        )
    page = owner.get_page(f"/campaigns/{launched}")
    rows = [words(row.get_text(" ")) for row in page.select("[aria-labelledby=by-list] li")]
    assert rows[1:] == [
        "Shop Texts 200 Arrived 50% Opened the link 0% Replied 1% Opted out 0%",
        "Online Texts 9 Arrived 100% Opened the link 33% Replied 0% Opted out 0%",
    ]


def test_a_draft_has_no_report_yet(owner: PageClient, draft: str) -> None:
    assert owner.get(f"/campaigns/{draft}").location.endswith(f"/campaigns/{draft}/edit")


def test_reasons_are_explained_in_plain_words(
    app: Flask, cast: Cast, owner: PageClient, launched: str, settle: Settle
) -> None:
    settle()
    page = owner.get_page(f"/campaigns/{launched}?status=skipped")
    assert len(page.select("details[open] li .title")) == 1
    text = words(page.get_text(" "))
    left_out = "1 person left out They have not agreed to get promotional texts. Ask them, and note"
    assert left_out in text
    assert "+48 601 111 114" in text
    assert "+48 601 111 111" not in text
    assert [words(chip.get_text()) for chip in page.select(".chip")] == [
        *("All", "Arrived 3", "Left out 1")
    ]
    assert page.select_one("[data-refresh]") is None


def test_the_live_part_stops_with_the_campaign(
    owner: PageClient, launched: str, settle: Settle
) -> None:
    running = owner.get(f"/campaigns/{launched}/live")
    assert "data-done" not in running.text
    assert "Cancel the rest" in running.text
    settle()
    assert "data-done" in owner.get(f"/campaigns/{launched}/live").text


@pytest.mark.parametrize("status", ["finished", "cancelled"])
@pytest.mark.parametrize("counter", ["n_sent", "n_unknown"])
def test_the_report_waits_for_receipts_that_come_after_the_end(
    app: Flask, owner: PageClient, launched: str, settle: Settle, counter: str, status: str
) -> None:
    settle()
    assert _asks(owner, launched) == (False, False)
    latest = timedelta(hours=72)
    for values, asks in [
        ({counter: 1, "finished_at": now() - latest + timedelta(minutes=5)}, True),
        ({counter: 1, "finished_at": now() - latest - timedelta(minutes=5)}, False),
        ({counter: 0, "finished_at": now()}, False),
    ]:
        with app.app_context(), transaction() as session:
            session.query(Campaign).update({"n_delivered": 2, "status": status, **values})
        assert _asks(owner, launched) == (asks, asks)


def test_only_texts_that_wait_for_an_answer_leave_the_share_open(
    app: Flask, owner: PageClient, launched: str, settle: Settle
) -> None:
    settle()
    for values, sentence in [
        ({"n_sent": 1, "n_unknown": 0}, "3 of 4 texts arrived so far."),
        ({"n_sent": 0, "n_unknown": 1}, "75% arrived."),
    ]:
        with app.app_context(), transaction() as session:
            session.query(Campaign).update({"n_delivered": 3, "finished_at": now(), **values})
        page = owner.get_page(f"/campaigns/{launched}")
        assert sentence in words(page.select_one(".lead").get_text(" "))
        assert page.select_one("[data-refresh]")["data-every"] == "30"


def _asks(owner: PageClient, campaign: str) -> tuple[bool, bool]:
    """Does the page ask for news, and does it go on after an answer?"""
    page = owner.get_page(f"/campaigns/{campaign}")
    answer = owner.get(f"/campaigns/{campaign}/live").text
    return page.select_one("[data-refresh]") is not None, "data-done" not in answer


def test_unconfirmed_texts_are_explained(
    app: Flask, owner: PageClient, launched: str, settle: Settle
) -> None:
    settle()
    with app.app_context(), transaction() as session:
        session.query(Campaign).update({"n_unknown": 1, "n_delivered": 2})
    page = owner.get_page(f"/campaigns/{launched}")
    assert "nobody can know whether they arrived" in page.get_text()


def test_pause_continue_and_cancel(
    app: Flask, owner: PageClient, launched: str, stored: Stored
) -> None:
    with app.app_context():
        preparation.prepare(stored()[0].id)
    assert "Paused" in owner.post_page(f"/campaigns/{launched}/pause").get_text()
    assert stored()[0].status == "paused"
    owner.post_page(f"/campaigns/{launched}/resume")
    assert stored()[0].status == "sending"
    page = owner.post_page(f"/campaigns/{launched}/cancel")
    assert "not sent and not charged" in page.get_text()
    assert stored()[0].status == "cancelled"


def test_cancelling_before_anything_was_sent_costs_nothing(
    app: Flask, cast: Cast, owner: PageClient, launched: str, stored: Stored, settle: Settle
) -> None:
    owner.post_page(f"/campaigns/{launched}/cancel")
    settle()
    assert stored()[0].status == "cancelled"
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        assert (account.balance, account.held) == (100_000, 0)


def test_an_ended_campaign_cannot_be_paused_or_cancelled(
    owner: PageClient, launched: str, settle: Settle
) -> None:
    settle()
    for action in ("pause", "resume", "cancel"):
        page = owner.post_page(f"/campaigns/{launched}/{action}")
        assert "has moved on meanwhile" in page.get_text()


def test_the_file_is_safe_to_open_in_a_spreadsheet(
    app: Flask, owner: PageClient, launched: str, settle: Settle
) -> None:
    with app.app_context(), transaction() as session:
        session.query(Recipient).filter_by(first_name="Ola").update(
            {"first_name": '=HYPERLINK("x")'}
        )
    settle()
    response = owner.get(f"/campaigns/{launched}/download?form=commas")
    assert response.content_type == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert len(rows) == 5
    assert [row[4] for row in rows[1:]] == ["Arrived"] * 3 + ["Left out"]
    assert [row[rows[0].index("Country")] for row in rows[1:]] == ["Poland"] * 4
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def prepare(app: Flask, public_id: str) -> None:
    """Run the preparation of a launched campaign."""
    with app.app_context():
        campaign = db.session.query(Campaign).filter_by(public_id=public_id).one()
        preparation.prepare(campaign.id)
        db.session.remove()


def test_a_text_that_was_not_confirmed_is_sent_again_after_a_warning(
    app: Flask, owner: PageClient, stranger: PageClient, launched: str
) -> None:
    prepare(app, launched)
    with app.app_context(), transaction() as session:
        session.query(Campaign).one().status = "finished"
        sent = session.query(Message).filter(Message.status == "queued").order_by(Message.phone)
        for message, (status, reason) in zip(
            sent, (("unknown", "no_answer"), ("failed", "outage")), strict=False
        ):
            message.status = message.attention_status = status
            message.reason = reason
    report = words(owner.get_page(f"/campaigns/{launched}").get_text(" "))
    assert "2 people may not have got this text" in report
    assert stranger.send(f"/campaigns/{launched}/repeat").status_code == 404
    page = owner.post_page(f"/campaigns/{launched}/repeat")
    text = words(page.get_text(" "))
    assert "1 person may have got this text already" in text
    assert "they may get it twice" in text
    assert "1 person certainly did not get it" in text
    form = page.select_one("form[action$='/send']")
    assert "Send 2 texts for" in form.get_text()
    public_id = form["action"].split("/")[-2]
    assert owner.get(f"/campaigns/{public_id}/edit").location.endswith(f"/{public_id}/review")
    data = {"agreed": form.select_one("[name=agreed]")["value"]}
    owner.post_page(f"/campaigns/{public_id}/send", data)
    prepare(app, public_id)
    again = words(owner.get_page(f"/campaigns/{public_id}").get_text(" "))
    assert "the people whose text was not confirmed or was refused in an outage" in again
    assert "0 of 2 texts arrived so far." in again
    assert "2 still to go" in again
    report = words(owner.get_page(f"/campaigns/{launched}").get_text(" "))
    assert "You have sent this text again" in report
    page = owner.post_page(f"/campaigns/{launched}/repeat")
    assert "(again)" in page.select_one("h1").get_text()


def test_the_report_opens_with_a_sentence_and_a_bar(
    app: Flask, cast: Cast, owner: PageClient, draft: str
) -> None:
    start = now() - timedelta(hours=2)
    with app.app_context(), transaction() as session:
        campaign = session.query(Campaign).one()
        campaign.status, campaign.launched_at = "finished", start
        campaign.n_delivered, campaign.n_expired, campaign.n_failed = 970, 20, 10
        session.add_all(
            Message(
                campaign_id=campaign.id,
                account_id=cast.owner.account_id,
                phone=phone,
                status=status,
                reason=reason,
                sent_at=start,
                final_at=start + timedelta(seconds=90),
                text="Hi Ola, 20% off",
            )
            for phone, status, reason in (
                ("+48601111111", "delivered", ""),
                ("+48601111112", "expired", ""),
                ("+48601111113", "failed", "bad_number"),
            )
        )
        session.add_all(
            InboundMessage(account_id=cast.owner.account_id, phone=phone, text="Great")
            for phone in ("+48601111111", "+48601111112")
        )
        session.add(
            LedgerEntry(
                account_id=cast.owner.account_id,
                campaign_id=campaign.id,
                kind="charge",
                held=-7_900,
                reference="test",
            )
        )
    page = owner.get_page(f"/campaigns/{draft}")
    assert words(page.select_one(".lead").get_text(" ")) == (
        "97% arrived, 3% did not. 2 people replied. €0.79 spent."
    )
    assert words(page.select_one(".stacked").get_text(" ")) == (
        "What became of the texts 970 arrived, 30 did not arrive. 970 arrived 30 did not arrive"
    )
    arrivals = page.select_one(".chart")
    assert arrivals.desc.get_text() == "0% after 1 min, 0.1% after 5 min, 0.1% after 1 hr."
    shares = [text.get_text() for text in arrivals.select("text.strong")]
    assert shares == ["0%", "0.1%"]  # once each: what stays the same would stand on itself
    assert "Hi Ola, 20% off" in page.select_one(".bubble").get_text()
    assert "Try again another time. Show them 1" in words(page.select_one(".reasons").get_text(" "))
    replied = owner.get_page(f"/campaigns/{draft}?status=replied")
    assert words(replied.select_one(".chip[aria-current]").get_text(" ")) == "Replied 2"
    people = [words(row.get_text(" ")) for row in replied.select("#recipients .title")]
    assert people == ["Ola", "Jan"]
    with app.app_context(), transaction() as session:
        session.query(User).update({"language": "pl"})
    page = owner.get_page(f"/campaigns/{draft}")
    assert page.select_one(".lead strong").get_text().strip() == "97% dotarło, 3% nie."


def test_two_campaigns_are_compared(
    app: Flask, cast: Cast, owner: PageClient, stranger: PageClient, launched: str
) -> None:
    with app.app_context(), transaction() as session:
        first = session.query(Campaign).filter_by(public_id=launched).one()
        first.status, first.n_queued, first.n_delivered, first.n_sent = "finished", 0, 900, 100
        second = Campaign(account_id=first.account_id, route_id=first.route_id, name="Autumn")
        second.status, second.n_delivered, second.n_expired = "sending", 700, 300
        second.launched_at = now()
        draft = Campaign(account_id=first.account_id, route_id=first.route_id, name="Later")
        session.add_all([second, draft])
        session.flush()
        other, unsent = second.public_id, draft.public_id
    report = owner.get_page(f"/campaigns/{launched}")
    url = f"/campaigns/{launched}/compare"
    assert report.select_one(f'a[href="{url}"]') is not None
    page = owner.get_page(url)
    assert [option["value"] for option in page.select("select option")] == ["", other]
    page = owner.get_page(f"{url}?other={other}")
    assert [larger.get_text() for larger in page.select(".meta strong")] == ["90%"]
    text = words(page.get_text(" "))
    assert "Got it Spring sale 90% Autumn 70% 17% to 23% more people" in text
    assert "Replied Spring sale 0% Autumn 0% May be chance" in text
    for title in ("Spring sale", "Autumn"):
        assert f"People may still answer {title}, so its figures change." in text
    for wrong in (launched, unsent):
        assert "May be chance" not in owner.get_page(f"{url}?other={wrong}").get_text()
    assert stranger.get(url).status_code == 404
    assert owner.get(f"{url}?other=nonsense").status_code == 404
    assert owner.get(f"/campaigns/{unsent}/compare").status_code == 303
