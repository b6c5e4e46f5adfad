"""Why people did not get a text: what helps stands beside each reason, and who they are."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import Campaign, InboundMessage, Message, Suppression, now
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

# What became of the texts to these numbers.
ENDS = {
    "+48601111111": ("delivered", ""),
    "+48601111112": ("failed", "bad_number"),
    "+48601111113": ("failed", ""),
    "+48601111114": ("skipped", "no_consent"),
    "+48601111115": ("skipped", "held"),
    "+48601111116": ("skipped", "opted_out"),
    "+48601111117": ("failed", "rejected"),
    "+48601111118": ("failed", "opted_out"),
    "+48601111119": ("skipped", "something_new"),
}


@pytest.fixture
def ended(app: Flask, cast: Cast, draft: str) -> str:
    """A campaign at its end with many kinds of ends; one person has replied, and opted out."""
    start = now() - timedelta(hours=2)
    account_id = cast.owner.account_id
    with app.app_context(), transaction() as session:
        campaign = session.query(Campaign).one()
        campaign.status, campaign.launched_at, campaign.finished_at = "finished", start, start
        campaign.n_delivered, campaign.n_failed, campaign.n_skipped = 1, 4, 4
        session.add_all(
            Message(
                campaign_id=campaign.id,
                account_id=account_id,
                phone=phone,
                country="PL",
                status=status,
                reason=reason,
                sent_at=start,
            )
            for phone, (status, reason) in ENDS.items()
        )
        arrived = next(iter(ENDS))
        session.add(InboundMessage(account_id=account_id, phone=arrived, text="Great"))
        session.add(Suppression(account_id=account_id, phone=arrived, source="keyword"))
    return draft


@pytest.mark.parametrize(
    ("sentence", "link", "address"),
    [
        ("The network does not know this number.", "Show them", "why=bad_number#recipients"),
        ("The network refused the text.", "Show them", "why=rejected#recipients"),
        ("They have not agreed", "Ask them with a sign-up form", "/sign-up-forms"),
        ("Their reply sounded like", "Read the replies", "/recipients/replies"),
        ("Left out when the campaign", "Show them", "why=left-out-#recipients"),
    ],
)
def test_each_reason_has_a_link_to_what_helps(
    owner: PageClient, ended: str, sentence: str, link: str, address: str
) -> None:
    page = owner.get_page(f"/campaigns/{ended}")
    (row,) = [
        row
        for row in page.select(".reasons > div")
        if words(row.get_text(" ")).startswith(sentence)
    ]
    urls = {words(each.get_text()): each["href"] for each in row.select("a")}
    assert urls[link].endswith(address)


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("bad_number", ["Jan"]),
        ("rejected", ["Ewa", "+48 601 111 117"]),  # said in the same words
        ("opted_out", ["+48 601 111 118"]),
        ("left-out-opted_out", ["+48 601 111 116"]),
        ("left-out-", ["+48 601 111 119"]),
    ],
)
def test_the_people_of_a_reason_are_shown_and_can_be_changed_together(
    owner: PageClient, ended: str, key: str, names: list[str]
) -> None:
    page = owner.get_page(f"/campaigns/{ended}?why={key}")
    assert [words(each.get_text()) for each in page.select("#recipients[open] .title")] == names
    chip = words(page.select_one(".chip[aria-current]").get_text(" "))
    assert chip.endswith(f" {len(names)}")
    known = len(page.select("#recipients a.title"))
    assert len(page.select("form [name=recipient]")) == known


def test_they_are_changed_together(owner: PageClient, ended: str) -> None:
    page = owner.get_page(f"/campaigns/{ended}?why=bad_number")
    form = page.select_one("#recipients form")
    data = {"recipient": form.select_one("[name=recipient]")["value"], "action": "more"}
    assert "Change 1 recipient" in owner.post_page(form["action"], data).get_text()


def test_an_unknown_reason_shows_everybody(owner: PageClient, ended: str) -> None:
    page = owner.get_page(f"/campaigns/{ended}?why=nonsense")
    assert not page.select("#recipients[open]")
    assert len(page.select("#recipients .title")) == len(ENDS)


def test_the_steps_say_how_far_it_got(owner: PageClient, ended: str) -> None:
    rows = owner.get_page(f"/campaigns/{ended}").select(".funnel li")
    assert [words(row.get_text(" ")) for row in rows] == [
        "Addressed 9",
        "Texted 11% of these 1",
        "Got it 100% of those texted 1",
        "Replied 100% of those texted 1",
        "Want no more texts 100% of those texted 1",
    ]


def test_the_file_says_who_has_responded(owner: PageClient, ended: str) -> None:
    response = owner.get(f"/campaigns/{ended}/download?form=commas")
    head, *rows = csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))
    facts = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(each["Replied"], each["Opted out"]) for each in facts] == [
        ("yes", "yes"),
        *[("", "")] * (len(ENDS) - 1),
    ]
    assert facts[1]["Reason"].startswith("The network does not know this number.")
