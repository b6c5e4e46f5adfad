"""The kind of a text: chosen in the composer, said on the review and in the report."""

from collections.abc import Callable

import pytest

from promosms.models import Campaign, CampaignKind, CampaignStatus
from tests.support.pages import PageClient, words
from tests.views.campaigns.test_count import counted
from tests.views.campaigns.test_send import agreed

Typed = Callable[..., dict[str, object]]
Stored = Callable[[], list[Campaign]]
READY = "Hi {first_name|there}, your order is ready"


def test_another_kind_brings_the_line_that_is_usual_for_it(
    owner: PageClient, people: str, typed: Typed, stored: Stored
) -> None:
    page = owner.get_page("/campaigns/new")
    assert page.select_one("input[name=kind][checked]")["value"] == "promotional"
    promotional = {"kind": "promotional", "line_for": "promotional"}
    changed = {"kind": "service", "line_for": "promotional"}  # the box was that of a promotion
    kept = {"kind": "service", "line_for": "service"}
    owner.post_page("/campaigns/new", typed(**promotional))
    page = owner.post_page("/campaigns/new", typed(text=READY, **changed))
    assert not page.select("input[name=opt_out_line][checked]")
    assert page.select_one("input[name=line_for]")["value"] == "service"
    owner.post_page("/campaigns/new", typed(text=READY, **kept))  # somebody adds it
    back = {"kind": "promotional", "line_for": "service"}
    owner.post_page("/campaigns/new", typed(**back, opt_out_line=""))
    page = owner.post_page("/campaigns/new", typed(kind="gift", line_for="gift"))
    assert page.select_one("input[name=kind][checked]")["value"] == "promotional"
    written = [(campaign.kind, campaign.opt_out_line) for campaign in stored()]
    assert written == [
        ("promotional", True),
        ("service", False),
        ("service", True),
        ("promotional", True),
        ("promotional", True),
    ]


def test_the_composer_counts_who_gets_which_kind(
    owner: PageClient, people: str, typed: Typed
) -> None:
    assert "3 people" in counted(owner, typed(kind="promotional"))
    found = counted(owner, typed(kind="service", text=READY))
    assert "4 people" in found
    assert "Service text" in found
    assert "left out" not in found


@pytest.mark.parametrize("kind", CampaignKind)
def test_the_composer_says_what_the_kind_forbids(
    owner: PageClient, people: str, typed: Typed, kind: CampaignKind
) -> None:
    found = counted(owner, typed(kind=kind, line_for=kind, opt_out_line=""))
    assert ("People must be able to say no" in found) is (kind is CampaignKind.PROMOTIONAL)
    assert ("This sounds like a promotion: 20%" in found) is (kind is CampaignKind.SERVICE)
    found = counted(owner, typed(kind=kind, line_for=kind, text=READY))
    assert "say no" not in found
    assert "sounds like" not in found


def test_a_hint_is_followed_by_a_press(owner: PageClient, people: str, typed: Typed) -> None:
    none = {"opt_out_line": "", "line_for": "promotional"}
    page = owner.post_page("/campaigns/new", typed(action="line", **none))
    assert page.select("input[name=opt_out_line][checked]")
    assert "Reply STOP to opt out" in page.get_text()
    service = {"kind": "service", "line_for": "service", "opt_out_line": ""}
    page = owner.post_page("/campaigns/new", typed(action="promotional", **service))
    assert page.select_one("input[name=kind][checked]")["value"] == "promotional"
    assert page.select("input[name=opt_out_line][checked]")
    assert "sounds like a promotion" not in page.get_text()


def test_a_promotion_without_a_way_out_is_not_sent(
    owner: PageClient, people: str, typed: Typed, stored: Stored
) -> None:
    line = {"opt_out_line": "", "line_for": "promotional", "action": "review"}
    page = owner.post_page("/campaigns/new", typed(**line))
    assert "People must be able to say no" in words(page.get_text(" "))
    assert not page.select("input[name=agreed]")
    key = stored()[0].public_id
    edit = owner.get_page(f"/campaigns/{key}/edit")
    stamp = {"stamp": edit.select_one("input[name=stamp]")["value"]}
    own = typed(**line, **stamp, text="20% off. STOP ends these texts")
    page = owner.post_page(f"/campaigns/{key}/edit", own)
    assert "A promotional text. To everyone." in words(page.get_text(" "))
    owner.post_page(f"/campaigns/{key}/send", agreed(page))
    assert stored()[0].status == CampaignStatus.PREPARING


def test_a_service_text_that_sounds_like_a_promotion_is_asked_about(
    owner: PageClient, people: str, typed: Typed, stored: Stored
) -> None:
    service = {"kind": "service", "line_for": "service", "action": "review"}
    review = owner.post_page("/campaigns/new", typed(**service))
    text = words(review.get_text(" "))
    assert "A service text, about something they asked for or bought. To everyone." in text
    assert "4 people get" in text
    assert "20% Is this really about something they asked for or bought?" in text
    key = stored()[0].public_id
    page = owner.post_page(f"/campaigns/{key}/send", agreed(review))
    assert "Nothing was sent yet: please say first whether this is really" in page.get_text()
    assert stored()[0].status == CampaignStatus.DRAFT
    report = owner.post_page(f"/campaigns/{key}/send", agreed(review) | {"about_service": "yes"})
    assert "A service text, about something" in words(report.get_text(" "))
    assert (len(stored()[0].service_confirmed_by), report.h1.get_text()) == (20, "Spring sale")


def test_nothing_is_asked_about_a_plain_service_text(
    owner: PageClient, people: str, typed: Typed, stored: Stored
) -> None:
    service = {"kind": "service", "line_for": "service", "action": "review", "opt_out_line": ""}
    review = owner.post_page("/campaigns/new", typed(**service, text=READY))
    assert not review.select("[name=about_service]")
    owner.post_page(f"/campaigns/{stored()[0].public_id}/send", agreed(review))
    campaign = stored()[0]
    assert (campaign.status, campaign.service_confirmed_by) == (CampaignStatus.PREPARING, "")
