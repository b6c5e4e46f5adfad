"""Earlier versions of drafts: what a save replaces stays, and comes back."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign, CampaignKind, Consent, Recipient
from promosms.services.campaigns import audience, draft_versions, drafts, launch
from promosms.services.campaigns.drafts import Draft
from tests.support.cast import Cast
from tests.support.stopped_clock import StoppedClock, stopped

MINE, THEIRS = "a" * 20, "b" * 20
LONG = "Hi {first_name}, this is what I write"


@pytest.fixture
def draft(cast: Cast, context: None) -> Campaign:
    """A draft to everyone with a first text."""
    account = db.session.get_one(Account, cast.owner.account_id)
    return drafts.create(account, Draft(name="Kept", text="First", everyone=True), MINE)


@pytest.fixture
def clock() -> Iterator[StoppedClock]:
    """A clock that the test moves."""
    with stopped() as clock:
        yield clock


def save(draft: Campaign, text: str, window: str = MINE, *, autosave: bool = False) -> None:
    """Save another text as the window does that has seen the last one."""
    written = Draft(name="Kept", text=text, everyone=True)
    drafts.update(draft, written, drafts.stamp(draft), window, autosave=autosave)


def texts(draft: Campaign) -> list[str]:
    return [version.text for version in draft_versions.of(draft)]


def test_each_save_of_a_person_keeps_what_was_there(draft: Campaign) -> None:
    for text in ("Second", "Second", "Third"):
        save(draft, text)
    assert texts(draft) == ["Second", "First"]


def test_autosaves_of_a_window_keep_one_version_in_five_minutes(
    draft: Campaign, clock: StoppedClock
) -> None:
    save(draft, LONG, autosave=True)
    for length in range(len(LONG) - 5, len(LONG)):
        save(draft, LONG[:length], autosave=True)
    assert texts(draft) == ["First"]
    clock.move(minutes=4, seconds=59)
    save(draft, LONG, autosave=True)
    assert texts(draft) == ["First"]
    clock.move(seconds=1)
    save(draft, f"{LONG}!", autosave=True)
    assert texts(draft) == [LONG, "First"]


def test_an_autosave_that_loses_half_of_the_text_keeps_it(draft: Campaign) -> None:
    save(draft, LONG, autosave=True)
    save(draft, LONG[: len(LONG) // 2 + 1], autosave=True)
    assert texts(draft) == ["First"]
    save(draft, "Oh", autosave=True)
    assert texts(draft) == [LONG[: len(LONG) // 2 + 1], "First"]


def test_of_two_people_both_texts_stay(draft: Campaign) -> None:
    seen = drafts.stamp(draft)
    save(draft, "Hers", THEIRS, autosave=True)
    with pytest.raises(drafts.ChangedElsewhere):
        drafts.update(draft, Draft(text="His"), seen, MINE, autosave=True)
    assert texts(draft) == ["First"], "nothing was saved"
    save(draft, "His", MINE, autosave=True)  # after he has seen hers
    save(draft, "Hers again", THEIRS, autosave=True)
    assert texts(draft) == ["His", "Hers", "First"]
    assert draft.text == "Hers again"


def test_an_earlier_version_comes_back_as_a_save_and_nothing_is_lost(draft: Campaign) -> None:
    service = Draft(name="Kept", text="Ready", kind=CampaignKind.SERVICE, opt_out_line=False)
    drafts.update(draft, service, drafts.stamp(draft), MINE)
    save(draft, "Third")
    seen = drafts.stamp(draft)
    ready = draft_versions.of(draft)[0]
    drafts.restore(draft, ready)
    assert (draft.text, draft.kind, draft.opt_out_line) == ("Ready", CampaignKind.SERVICE, False)
    assert draft.everyone, "whom it is for stays"
    assert texts(draft) == ["Third", "Ready", "First"]
    assert drafts.stamp(draft) != seen, "another window learns of it"
    drafts.restore(draft, ready)
    assert texts(draft)[0] in ("Ready", "Third")
    assert set(texts(draft)) == {"Third", "Ready", "First"}


def test_the_last_twenty_stay(draft: Campaign) -> None:
    for number in range(draft_versions.MOST + 1):
        save(draft, f"Text {number}")
    kept = texts(draft)
    assert (len(kept), kept[0], kept[-1]) == (20, "Text 19", "Text 0")


def test_they_go_with_the_launch_and_with_the_draft(draft: Campaign) -> None:
    save(draft, "Second")
    copy = drafts.duplicate(draft, "Copy")
    save(copy, "Third")
    with transaction() as session:
        person = {"phone": "+48601000001", "country": "PL", "consent": Consent.GIVEN}
        session.add(Recipient(account_id=draft.account_id, **person))
    version = draft_versions.of(draft)[0]
    launch.launch(draft, audience.estimate(draft).total)
    assert (texts(draft), texts(copy)) == ([], ["Second"])
    with pytest.raises(drafts.NotDraft):
        drafts.restore(draft, version)
    drafts.remove(copy)
    assert texts(copy) == []


def test_what_differs_is_marked_word_by_word() -> None:
    before, after = draft_versions.compared("Hi Ola, 20% off today", "Hi Ola, 30% off")
    assert before == [("Hi Ola, ", False), ("20", True), ("% off", False), (" today", True)]
    assert after == [("Hi Ola, ", False), ("30", True), ("% off", False)]
    assert draft_versions.compared("Same", "Same") == ([("Same", False)], [("Same", False)])
    assert draft_versions.compared("", "New") == ([], [("New", True)])
    long = "word " * draft_versions.LONGEST_COMPARED
    assert draft_versions.compared(long, "short") == ([(long, True)], [("short", True)])


def test_other_people_for_the_same_text_are_no_version(draft: Campaign) -> None:
    written = replace(drafts.read(draft), everyone=False, planned_time="2030-01-02T10:00")
    drafts.update(draft, written, drafts.stamp(draft), MINE)
    assert (draft.everyone, texts(draft)) == (False, [])
