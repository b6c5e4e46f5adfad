"""The statement."""

from collections.abc import Callable

import pytest
from flask import Flask

from promosms.database import transaction
from promosms.models import Campaign, Consent, Recipient
from promosms.services import audience, installation, launch, ledger
from promosms.services import statement as lines
from tests.cast import Cast
from tests.pages import PageClient, words


def test_it_shows_balance_and_credit(app: Flask, owner: PageClient, cast: Cast) -> None:
    app.config["OPERATOR_EMAIL"] = "hello@quiet.example"
    with app.app_context():
        ledger.adjust(cast.owner.account_id, -25_000, "adjust:1", "Returned a mistake", "x")
    page = owner.get_page("/billing")
    text = words(page.get_text())
    assert "Balance €7.50" in text
    assert "Returned a mistake" in text
    assert "hello@quiet.example" in text
    rows = [words(row.get_text(" ")) for row in page.select("main tbody tr")]
    assert rows[0].endswith("-€2.50")
    assert rows[1].startswith("Credit")
    assert rows[1].endswith("+€10.00")


def test_a_campaign_is_one_line_that_leads_to_its_report(
    app: Flask, owner: PageClient, cast: Cast, settle: Callable[..., None]
) -> None:
    with app.app_context():
        campaign = _launched(cast, ["+48601299100", "+48601299101", "+48601200001"])
        public_id = campaign.public_id
    settle()
    page = owner.get_page("/billing")
    rows = [row for row in page.select("main tbody tr") if "Spring" in row.get_text()]
    assert len(rows) == 1
    text = words(rows[0].get_text(" "))
    assert "€0.03 came back" in text
    assert "€0.06" in text
    assert text.endswith("-€0.06")
    link = rows[0].a
    assert link is not None
    assert public_id in str(link["href"])
    assert "Spent so far €0.06" in words(page.get_text(" "))


def test_while_it_runs_the_line_shows_what_is_set_aside(
    app: Flask, cast: Cast, context: None
) -> None:
    campaign = _launched(cast, ["+48601299100"])
    ledger.hold(cast.owner.account_id, campaign.id, 300)
    line = lines.lines(cast.owner.account_id)[0]
    assert (line.held, line.charged, line.released, line.amount) == (300, 0, 0, -300)
    assert line.campaign is not None


def test_the_lines_add_up_to_the_balance(
    app: Flask, cast: Cast, settle: Callable[..., None]
) -> None:
    with app.app_context():
        _launched(cast, ["+48601299100", "+48601200001"])
    settle()
    with app.app_context():
        found = lines.lines(cast.owner.account_id)
        totals = lines.totals(cast.owner.account_id)
        balance = sum(line.amount for line in found)
        assert balance == totals.received - totals.spent
        assert balance == 100_000 - 300


def test_it_pages(app: Flask, owner: PageClient, cast: Cast) -> None:
    with app.app_context():
        for n in range(lines.PAGE + 4):
            ledger.credit(cast.owner.account_id, 100, f"test:{n}", f"Gift {n}.")
    page = owner.get_page("/billing")
    assert len(page.select("main tbody tr")) == lines.PAGE
    link = page.select_one(".pager a")
    assert link is not None
    second = owner.get_page(str(link["href"]))
    assert len(second.select("main tbody tr")) == 5
    assert "First page" in second.get_text()
    seen = page.get_text() + second.get_text()
    assert all(f"Gift {n}." in seen for n in range(lines.PAGE + 4))


def test_members_see_it_and_strangers_see_their_own(
    app: Flask, cast: Cast, colleague: PageClient, stranger: PageClient
) -> None:
    with app.app_context():
        ledger.credit(cast.owner.account_id, 100, "test", "Only for us")
    assert "Only for us" in colleague.get_page("/billing").get_text()
    assert "Only for us" not in stranger.get_page("/billing").get_text()


@pytest.mark.parametrize("path", ["/billing", "/billing/prices"])
def test_it_refuses_visitors_and_admins(visitor: PageClient, admin: PageClient, path: str) -> None:
    assert "/login" in visitor.get(path).location
    admin.get_page(path, 403)


def test_a_number_that_is_none_shows_the_first_page(owner: PageClient) -> None:
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
            route_id=installation.default_route().id,
            name="Spring",
            text="Hello",
            everyone=True,
        )
        session.add(campaign)
    launch.launch(campaign, audience.estimate(campaign).total)
    return campaign
