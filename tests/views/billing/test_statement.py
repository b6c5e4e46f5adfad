"""The statement of an account."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    Consent,
    Message,
    MessageStatus,
    Payment,
    Recipient,
    Sender,
    now,
)
from promosms.services.campaigns import audience, launch, preparation
from promosms.services.installation import defaults
from promosms.services.invoices import seller
from promosms.services.ledger import campaign_costs, ledger
from promosms.services.ledger import statement as services
from tests.support.cast import Cast
from tests.support.pages import PageClient, words
from tests.support.settings import override

ROWS = ".rows > .row:not(.rows-head)"


def rows_of(client: PageClient, address: str = "/billing") -> list[str]:
    """The texts of the rows of the statement."""
    page = client.get_page(address)
    return [words(row.get_text(" ")) for row in page.select(ROWS)]


def test_it_shows_the_balance_and_every_row_has_a_reason(
    app: Flask, owner: PageClient, cast: Cast
) -> None:
    account = cast.owner.account_id
    with app.app_context():
        paid = _payment(cast)
        ledger.adjust(account, -25_000, "adjust:1", "Returned a mistake", "x")
        ledger.credit(account, 50_000, "top-up:1", payment_id=paid)
        ledger.refund(account, 10_000, "refund:1", "You asked for it", "x", paid)
        assert ledger.dispute(account, 40_000, "dispute:1", "", paid) == 40_000
        assert ledger.dispute(account, -40_000, "dispute:2", "", paid) == -40_000
        assert ledger.dispute(account, 900_000, "dispute:3", "", paid) == 115_000
        assert ledger.dispute(account, 5, "dispute:4", "", paid) == 0
    rows = [re.sub(r"\d+ \w+ \d{4}, [\d:]+ \w+ ", "", row) for row in rows_of(owner)]
    back = "Payment disputed Your bank took the payment back."
    left = f"{back} What was not spent of it was taken off the balance."
    assert rows == [
        f"{back} Nothing of it was left on the balance. €0.00 Balance €0.00",
        f"{left} −€11.50 Balance €0.00",
        "Disputed payment came back The dispute was settled in our favour, so you have the credit"
        " again. +€4.00 Balance €11.50",
        f"{left} −€4.00 Balance €7.50",
        "Refund to you You asked for it −€1.00 Balance €11.50",
        "Top-up by bank transfer You paid €6.15. +€5.00 Balance €12.50",
        "Correction by the operator Returned a mistake −€2.50 Balance €7.50",
        "Credit, a gift +€10.00 Balance €10.00",
    ]


def test_without_a_seller_it_shows_whom_to_ask(
    app: Flask, owner: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    override(app, operator_email="hello@quiet.example")
    monkeypatch.setattr(seller, "seller", lambda: None)
    assert "Write to hello@quiet.example" in words(owner.get_page("/billing").get_text())


def test_a_campaign_is_one_row_with_countries_and_parts(
    app: Flask, owner: PageClient, cast: Cast, settle: Callable[..., None]
) -> None:
    with app.app_context():
        campaign = _launched(cast, ["+48601299100", "+48601299101", "+48601200001"])
        public_id = campaign.public_id
    settle()
    page = owner.get_page("/billing")
    rows = [row for row in page.select(ROWS) if "Spring" in row.get_text()]
    assert len(rows) == 1
    text = words(rows[0].get_text(" "))
    assert "From +48 732 000 001. 2 texts accepted by the networks: €0.06 charged." in text
    assert "€0.03 came back for texts that were not sent." in text
    assert text.endswith("−€0.06 Balance €9.94")
    link = rows[0].a
    assert link is not None
    assert public_id in str(link["href"])
    assert "Spent so far: €0.06." in words(page.get_text(" "))
    assert rows_of(owner, f"/billing/campaigns/{public_id}") == [
        "Poland 1 text, €0.03 Accepted 2 Not sent 1 Came back €0.03 €0.06"
    ]
    with app.app_context(), transaction() as session:
        name = Sender(account_id=cast.owner.account_id, name="Kwiaty Ani", key="kwiatyani")
        session.add(name)
        session.flush()
        session.execute(update(Campaign).values(sender_id=name.id))
    assert "From Kwiaty Ani. 2 texts accepted" in rows_of(owner)[0]


def test_a_running_campaign_is_counted_on_request(
    app: Flask, owner: PageClient, cast: Cast
) -> None:
    with app.app_context():
        campaign = _launched(cast, ["+48601299100", "+48601299101"])
        preparation.prepare(campaign.id)
        address = f"/billing/campaigns/{campaign.public_id}"
        with transaction() as session:
            taken = update(Message).where(Message.phone == "+48601299100")
            session.execute(taken.values(status=MessageStatus.SENT))
        ledger.charge(campaign.id, 300, "charge:1")
    line = rows_of(owner)[0]
    assert "€0.03 are set aside for the rest." in line
    assert rows_of(owner, address) == [
        "Poland 1 text, €0.03 Accepted 1 Not certain yet 1 Not sent 0 Came back €0.00 €0.03"
    ]


def test_a_large_campaign_is_not_counted_for_a_page(
    app: Flask, owner: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign_costs, "MOST_COUNTED", 1)
    with app.app_context():
        campaign = _launched(cast, ["+48601299100", "+48601299101"])
        preparation.prepare(campaign.id)
        address = f"/billing/campaigns/{campaign.public_id}"
        campaign_id = campaign.id
    assert "is listed by country when" in words(owner.get_page(address).get_text())
    with app.app_context():
        ledger.release(campaign_id, 600, "release:1")
        assert campaign_costs.due()
        campaign_costs.store()
        assert not campaign_costs.due()
    assert rows_of(owner, address) == [
        "Poland 1 text, €0.03 Accepted 0 Not sent 2 Came back €0.06 €0.00"
    ]


def test_campaigns_without_hold_or_of_another_account_have_no_page(
    app: Flask, owner: PageClient, stranger: PageClient, cast: Cast
) -> None:
    with app.app_context():
        campaign = _launched(cast, ["+48601299100"])
        address = f"/billing/campaigns/{campaign.public_id}"
        campaign_id = campaign.id
    owner.get_page(address, 404)
    with app.app_context():
        preparation.prepare(campaign_id)
    owner.get_page(address)
    stranger.get_page(address, 404)


FILTERS = [
    ("", ["sale", "without", "Correction", "Refund", "Top-up", "Single", "gift"]),
    ("?kind=campaigns", ["sale", "without"]),
    ("?kind=top-ups", ["Refund", "Top-up", "gift"]),
    ("?kind=corrections", ["Correction"]),
    ("?kind=texts", ["Single"]),
    ("?q=ŁÓDŹ", ["sale"]),
    ("?q=for first name (copy)", ["First name"]),
    ("?q=first_name", []),
    ("?q=without a name", ["without"]),
    ("?q=nowhere", []),
    ("?q=%25", []),
    ("?kind=campaigns&q=łódź", ["sale"]),
    ("?kind=nonsense&from=yesterday&to=99999-99-99", [*"1234567"]),
    ("?from=2020-02-30", [*"1234567"]),
    ("?from=2999-12-31", []),
    ("?to=2020-01-01", []),
    ("?from=2020-01-01&to=2999-12-31", [*"1234567"]),
    ("?from=0001-01-01&to=9999-12-31", [*"1234567"]),
]


def test_it_can_be_filtered(app: Flask, owner: PageClient, cast: Cast) -> None:
    account = cast.owner.account_id
    with app.app_context():
        paid = _payment(cast)
        ledger.pay(account, 300, "charge:message:1")
        ledger.credit(account, 50_000, "top-up:1", payment_id=paid)
        ledger.refund(account, 10_000, "refund:1", "You asked for it", "x", paid)
        ledger.adjust(account, 5, "adjust:1", "A slip", "x")
        for name in ("", "łódź sale for {first_name|you} (copy)"):
            with transaction() as session:
                route = defaults.default_route().id
                campaign = Campaign(account_id=account, route_id=route, name=name)
                session.add(campaign)
            ledger.hold(account, campaign.id, 500)
    for query, expected in FILTERS:
        rows = rows_of(owner, f"/billing{query}")
        assert (query, len(rows)) == (query, len(expected))
        assert all(word in row for word, row in zip(expected, rows, strict=True) if len(word) > 1)
        assert len(_file(owner, query)) == 1 + len(expected)


def test_the_days_of_the_filter_are_those_of_the_account(
    app: Flask, owner: PageClient, cast: Cast
) -> None:
    with app.app_context(), ledger.dated(datetime(2025, 6, 30, 22, 30, tzinfo=UTC)):
        ledger.credit(cast.owner.account_id, 100, "credit:1", "At midnight")  # in Warsaw: July
    assert len(rows_of(owner, "/billing?from=2025-07-01&to=2025-07-01")) == 1
    assert rows_of(owner, "/billing?to=2025-06-30") == []
    summer = datetime(2025, 3, 30, tzinfo=UTC)  # a day of 23 hours in Warsaw
    with app.app_context():
        for at in (summer - timedelta(hours=1), summer + timedelta(hours=21, minutes=59)):
            with ledger.dated(at):
                ledger.credit(cast.owner.account_id, 100, f"credit:{at}", "In spring")
    assert len(rows_of(owner, "/billing?from=2025-03-30&to=2025-03-30")) == 2
    with app.app_context(), ledger.dated(summer + timedelta(hours=22)):
        ledger.credit(cast.owner.account_id, 100, "credit:2", "In spring")
    assert len(rows_of(owner, "/billing?from=2025-03-30&to=2025-03-30")) == 2
    assert len(rows_of(owner, "/billing?from=2025-03-31&to=2025-03-31")) == 1


def _file(client: PageClient, query: str = "") -> list[list[str]]:
    response = client.get(f"/billing/statement/download{query or '?'}&form=commas")
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))


def test_it_can_be_downloaded(
    app: Flask, owner: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "CHUNK", 2)
    account = cast.owner.account_id
    with app.app_context():
        ledger.adjust(account, -25_001, "adjust:1", "=HYPERLINK(0)", "x")
        ledger.credit(account, 100, "credit:1", "-1+1")
        ledger.pay(account, 300, "charge:message:1")
    head, *rows = _file(owner)
    assert head == ["Date", "What", "Why", "Change", "Balance", "Currency", "Invoice"]
    assert [row[1:] for row in rows] == [
        ["Single text", "", "-0.03", "7.4799", "EUR", ""],
        ["Credit, a gift", "'-1+1", "0.01", "7.5099", "EUR", ""],
        ["Correction by the operator", "'=HYPERLINK(0)", "-2.5001", "7.4999", "EUR", ""],
        ["Credit, a gift", "", "10.00", "10.00", "EUR", ""],
    ]
    assert datetime.fromisoformat(rows[0][0]).utcoffset() is not None
    assert [row[4] for row in _file(owner, "?kind=texts")[1:]] == [""]


def test_the_balances_of_rows_are_consistent_across_pages(
    context: None, cast: Cast, settle: Callable[..., None]
) -> None:
    account = cast.owner.account_id
    campaign = _launched(cast, ["+48601299100", "+48601200001"])
    ledger.credit(account, 700, "credit:1")
    preparation.prepare(campaign.id)
    ledger.pay(account, 100, "charge:message:9")
    ledger.settle(campaign.id, 300, 0, "1")
    rows = services.page(account).rows
    assert [row.after for row in rows] == [100_000, 100_100, 100_700, 100_000]
    assert rows[0].after == db.session.get_one(Account, account).balance
    one_by_one = []
    after = None
    while page := services.page(account, after, 1).rows:
        one_by_one += page
        after = page[0].id
    assert [row.after for row in one_by_one] == [row.after for row in rows]


def test_texts_confirmed_after_the_end_cost_nothing(
    app: Flask, owner: PageClient, cast: Cast
) -> None:
    with app.app_context():
        campaign = _launched(cast, ["+48601299100"])
        preparation.prepare(campaign.id)
        ledger.release(campaign.id, 300, f"release:{campaign.id}:unsettled")
        with transaction() as session:
            session.execute(update(Message).values(status=MessageStatus.DELIVERED))
        address = f"/billing/campaigns/{campaign.public_id}"
    assert "They cost nothing: €0.03." in words(owner.get_page(address).get_text())


def _payment(cast: Cast) -> int:
    with transaction() as session:
        row = Payment(
            account_id=cast.owner.account_id,
            provider="transfer",
            reference="line 1",
            currency="EUR",
            amount=61_500,
            paid_at=now(),
        )
        session.add(row)
        session.flush()
        return row.id


def test_while_a_campaign_runs_its_row_shows_the_held_money(
    app: Flask, cast: Cast, context: None
) -> None:
    campaign = _launched(cast, ["+48601299100"])
    ledger.hold(cast.owner.account_id, campaign.id, 300)
    row = services.page(cast.owner.account_id).rows[0]
    assert (row.held, row.charged, row.released, row.amount) == (300, 0, 0, -300)
    assert row.campaign is not None


def test_the_rows_add_up_to_the_balance(
    app: Flask, cast: Cast, settle: Callable[..., None]
) -> None:
    with app.app_context():
        _launched(cast, ["+48601299100", "+48601200001"])
    settle()
    with app.app_context():
        rows = services.page(cast.owner.account_id).rows
        totals = services.totals(cast.owner.account_id)
        balance = sum(row.amount for row in rows)
        assert balance == totals.received - totals.spent
        assert balance == 100_000 - 300


def test_it_has_pages(app: Flask, owner: PageClient, cast: Cast) -> None:
    with app.app_context():
        for n in range(services.PAGE + 4):
            ledger.credit(cast.owner.account_id, 100, f"test:{n}", f"Gift {n}.")
    page = owner.get_page("/billing")
    assert len(page.select(ROWS)) == services.PAGE
    link = page.select_one(".pager a")
    assert link is not None
    second = owner.get_page(str(link["href"]))
    assert len(second.select(ROWS)) == 5
    assert "First page" in second.get_text()
    seen = page.get_text() + second.get_text()
    assert all(f"Gift {n}." in seen for n in range(services.PAGE + 4))


def test_members_see_it_and_strangers_see_their_own(
    app: Flask, cast: Cast, colleague: PageClient, stranger: PageClient
) -> None:
    with app.app_context():
        ledger.credit(cast.owner.account_id, 100, "test", "Only for us")
    assert "Only for us" in colleague.get_page("/billing").get_text()
    assert "Only for us" not in stranger.get_page("/billing").get_text()


@pytest.mark.parametrize("path", ["/billing", "/billing/prices", "/billing/statement/download"])
def test_it_refuses_visitors_and_admins(visitor: PageClient, admin: PageClient, path: str) -> None:
    assert "/login" in visitor.get(path).location
    admin.get_page(path, 403)


def test_an_invalid_key_shows_the_first_page(owner: PageClient) -> None:
    owner.get_page("/billing?before=abc")
    owner.get_page("/billing?before=0")


def _launched(cast: Cast, phones: list[str]) -> Campaign:
    with transaction() as session:
        session.add_all(
            Recipient(
                account_id=cast.owner.account_id, phone=phone, country="PL", consent=Consent.GIVEN
            )
            for phone in phones
        )
        campaign = Campaign(
            account_id=cast.owner.account_id,
            route_id=defaults.default_route().id,
            name="Spring",
            text="Hello",
            everyone=True,
        )
        session.add(campaign)
    launch.launch(campaign, audience.estimate(campaign).total)
    return campaign
