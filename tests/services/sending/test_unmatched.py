"""Replies from numbers in other forms, and opt-outs that belong to nobody."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound
from promosms.models import (
    Account,
    AuditEntry,
    Email,
    Gateway,
    MessageStatus,
    Recipient,
    Suppression,
    UnmatchedOptOut,
    UnmatchedStatus,
    now,
)
from promosms.services.inbox import assignments, last_digits, unmatched
from promosms.services.inbox.assignments import NoAccount, NotWaiting, WrongNumber
from promosms.services.privacy import erase_recipient
from tests.services.sending.inbox import (
    NUMBER,
    OTHER,
    answered,
    come,
    gateway_id,
    kept,
    texted,
    waiting,
)
from tests.support.cast import Cast

POLISH, SPANISH, GERMAN, BRITISH = "+48600123456", "+34600123456", "+4915112345678", "+447911123456"
pytestmark = pytest.mark.usefixtures("context")


def country(code: str | None) -> None:
    with transaction() as session:
        session.execute(update(Gateway).values(country=code))


def came(address: str, text: str = "STOP", number: str = NUMBER, reference: str = "") -> None:
    come([Inbound(reference, address, number, text)])


def suppressed() -> list[tuple[int, str]]:
    query = select(Suppression.account_id, Suppression.phone)
    return sorted((row.account_id, row.phone) for row in db.session.execute(query))


def row() -> UnmatchedOptOut:
    return db.session.scalars(select(UnmatchedOptOut)).one()


# Forms of a number

FORMS = [
    *(("PL", form, POLISH) for form in ("600123456", "+600123456", "0600123456", "+0600123456")),
    *(("PL", form, POLISH) for form in ("48600123456", "0048600123456", "+0048600123456")),
    *(("PL", form, POLISH) for form in ("600 123 456", "01148600123456", "+480600123456")),
    *(("GB", form, BRITISH) for form in ("07911123456", "+07911123456", "7911123456")),
    (None, "600123456", POLISH),  # the country of the installation
]


@pytest.mark.parametrize(("code", "form", "phone"), FORMS)
def test_a_stop_counts_in_every_form_of_the_number(
    cast: Cast, code: str | None, form: str, phone: str
) -> None:
    country(code)
    texted(cast.owner.account_id, phone=phone)
    came(form)
    assert suppressed() == [(cast.owner.account_id, phone)]
    assert len(answered()) == 1
    assert (unmatched.count(), waiting()) == (0, 0)


def test_other_replies_reach_the_inbox_and_start_counts(cast: Cast) -> None:
    texted(cast.owner.account_id, phone=POLISH)
    came("600123456", "Please stop this, thank you, no more", number="732000001")
    assert suppressed() == [(cast.owner.account_id, POLISH)]
    came("0600123456", "START")
    came("600123456", "Are you open?")
    assert [kind for _, kind, _ in kept()] == ["hold", "start", "reply"]
    assert suppressed() == []


def test_a_stop_counts_where_the_numbers_of_old_texts_are_deleted(cast: Cast) -> None:
    texted(cast.owner.account_id, phone=POLISH, days=60)
    came("600123456", number=OTHER)
    assert suppressed() == [(cast.owner.account_id, POLISH)]


# The last digits


@pytest.mark.parametrize(
    ("code", "form", "phone"),
    [
        ("GB", "600123456", POLISH),
        ("PL", "600123456", SPANISH),  # in Poland such a number exists, but nobody has texted it
        ("PL", "+015112345678", GERMAN),
        ("US", "5550123", "+12025550123"),  # without the area code
        ("PL", "06301234567", "+36301234567"),  # with the prefix of another country
        ("PL", "8600123456", POLISH),
    ],
)
def test_the_only_number_with_the_same_last_digits_is_meant(
    cast: Cast, code: str, form: str, phone: str
) -> None:
    country(code)
    texted(cast.owner.account_id, phone=phone)
    came(form, "Hello?", reference="1")
    came(form, "START", reference="2")
    came(form, "STOP", reference="3")
    assert [kind for _, kind, _ in kept()] == ["reply", "stop"]
    assert suppressed() == [(cast.owner.account_id, phone)]


def test_six_digits_are_too_few(cast: Cast) -> None:
    texted(cast.owner.account_id, phone=POLISH)
    country("GB")
    came("123456")
    assert (suppressed(), unmatched.count()) == ([], 1)
    came("0123456")
    assert (suppressed(), unmatched.count()) == ([], 2)


@pytest.mark.parametrize("days", [29, 31])
def test_only_what_was_texted_lately_counts(cast: Cast, days: int) -> None:
    country("GB")
    texted(cast.owner.account_id, phone=POLISH, days=days)
    came("600123456")
    assert len(suppressed()) == (1 if days < 30 else 0)
    assert unmatched.count() == (0 if days < 30 else 1)


def test_what_was_never_submitted_or_left_by_another_gateway_does_not_count(cast: Cast) -> None:
    country("GB")
    texted(cast.owner.account_id, phone=POLISH, status=MessageStatus.SKIPPED)
    assert last_digits.fitting(db.session(), gateway_id(), "600123456", "GB") == []
    texted(cast.owner.account_id, phone=POLISH)
    assert last_digits.fitting(db.session(), gateway_id() + 1, "600123456", "GB") == []
    assert len(last_digits.fitting(db.session(), gateway_id(), "600123456", "GB")) == 1


def test_of_two_numbers_that_with_the_answered_sender_is_meant(cast: Cast) -> None:
    country("GB")
    texted(cast.owner.account_id, phone=POLISH)
    texted(cast.stranger.account_id, phone=SPANISH, sender=OTHER)
    came("600123456", "Hello?")
    came("600123456", "STOP", OTHER)
    assert kept()[0][0] == cast.owner.account_id
    assert suppressed() == [(cast.stranger.account_id, SPANISH)]


@pytest.mark.parametrize("second", [POLISH, SPANISH])
def test_two_accounts_or_numbers_leave_it_to_an_admin(cast: Cast, second: str) -> None:
    country("GB")
    texted(cast.owner.account_id, phone=POLISH)
    texted(cast.stranger.account_id, phone=second)
    came("600123456", "Hello?")
    came("600123456", "please stop this now, I do not want it")
    assert (kept(), suppressed()) == ([], [])
    assert (row().kind, len(unmatched.candidates(row()))) == ("hold", 2)


def test_a_complete_number_of_a_stranger_is_not_matched_by_its_last_digits(cast: Cast) -> None:
    texted(cast.owner.account_id, phone=POLISH)
    came(SPANISH)
    assert (suppressed(), unmatched.count()) == ([], 1)


# Kept for the admins


def test_it_is_kept_encrypted_and_once_for_each_address(cast: Cast) -> None:
    for word in ("please stop this now, I do not want it", "STOP", "STOP", "Hello"):
        came("990 001 999", word)
    assert (row().kind, row().times, row().told_at is not None) == ("stop", 3, True)
    assert b"990001999" not in (row().encrypted_reply or b"")
    reply = unmatched.reply_of(row())
    assert (reply.address, reply.text, reply.inbound_number) == ("990001999", "STOP", NUMBER)
    (shown,) = unmatched.waiting()
    assert (shown.sender, shown.gateway, shown.candidates) == ("******999", "Simulator", [])


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+48600123456", "+48 *** *** 456"),
        ("600123456", "******456"),
        ("8080", "8080"),
        ("SHOP", "SHOP"),
        ("SHOP600123456", "******456"),
    ],
)
def test_admins_see_the_last_digits_of_numbers_only(address: str, shown: str) -> None:
    assert unmatched.masked(address) == shown


def test_admins_are_told_once_an_hour(cast: Cast) -> None:
    came("990001991")
    came("990001992")
    assert db.session.query(Email).count() == 1
    for minutes, emails in ((58, 1), (3, 2)):
        with transaction() as session:
            told = db.session.scalars(select(func.max(UnmatchedOptOut.told_at))).one()
            assert told is not None
            earlier = told - timedelta(minutes=minutes)
            session.execute(
                update(UnmatchedOptOut)
                .where(UnmatchedOptOut.told_at.is_not(None))
                .values(told_at=earlier)
            )
        came(f"9900019{minutes}")
        assert db.session.query(Email).count() == emails


# Settled by an admin


def ambiguous(cast: Cast) -> UnmatchedOptOut:
    country("GB")
    texted(cast.owner.account_id, phone=POLISH)
    texted(cast.stranger.account_id, phone=SPANISH)
    came("600123456", reference="r1")
    return row()


def test_it_is_assigned_to_one_candidate_as_a_reply_of_that_number(cast: Cast) -> None:
    waits = ambiguous(cast)
    key = next(c.key for c in unmatched.candidates(waits) if c.phone == SPANISH)
    assert assignments.assign_candidates(waits, [key], "admin") == 1
    assert suppressed() == [(cast.stranger.account_id, SPANISH)]
    assert kept() == [(cast.stranger.account_id, "stop", "STOP")]
    settled = row()
    assert (settled.status, settled.encrypted_reply, settled.address_hash) == ("assigned", None, "")
    assert settled.account_id == cast.stranger.account_id
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.subject, entry.detail) == (
        "admin",
        "opt_out.assign",
        cast.stranger.account_public_id,
        settled.public_id,
    )
    with pytest.raises(NotWaiting):
        assignments.assign(settled, POLISH, cast.owner.account_public_id, "admin")
    with pytest.raises(NotWaiting):
        assignments.assign_candidates(settled, [key], "admin")
    assert len(kept()) == 1


def test_it_is_assigned_to_all_candidates(cast: Cast) -> None:
    waits = ambiguous(cast)
    keys = [candidate.key for candidate in unmatched.candidates(waits)]
    assert assignments.assign_candidates(waits, keys, "admin") == 2
    expected = [(cast.owner.account_id, POLISH), (cast.stranger.account_id, SPANISH)]
    assert suppressed() == sorted(expected)
    assert row().account_id is None


def test_it_is_assigned_to_a_typed_number_that_fits(cast: Cast) -> None:
    texted(cast.owner.account_id, phone=BRITISH, days=40)
    with transaction() as session:
        session.add(Recipient(account_id=cast.stranger.account_id, phone=POLISH, country="PL"))
    came("7911123456", number="8080")
    with pytest.raises(WrongNumber):
        assignments.assign(row(), POLISH, cast.owner.account_public_id, "admin")
    with pytest.raises(WrongNumber):
        assignments.assign(row(), "", cast.owner.account_public_id, "admin")
    with pytest.raises(NoAccount):
        assignments.assign(row(), BRITISH, "0" * 20, "admin")
    assert row().status == UnmatchedStatus.WAITING
    assert assignments.assign(row(), BRITISH, "", "admin") == 1
    assert suppressed() == [(cast.owner.account_id, BRITISH)]


def test_a_whole_number_needs_an_account_only(cast: Cast) -> None:
    came(SPANISH)
    with pytest.raises(NoAccount):
        assignments.assign(row(), "", "", "admin")
    with pytest.raises(WrongNumber):
        assignments.assign(row(), POLISH, cast.owner.account_public_id, "admin")
    assignments.assign(row(), "", cast.owner.account_public_id, "admin")
    assert suppressed() == [(cast.owner.account_id, SPANISH)]


def test_it_is_dismissed_with_a_reason_and_forgotten() -> None:
    came("8080")
    assignments.dismiss(row(), "A robot", "admin")
    assert (row().status, row().reason, row().encrypted_reply) == ("dismissed", "A robot", None)
    with pytest.raises(NotWaiting):
        assignments.dismiss(row(), "A robot", "admin")
    assert (unmatched.count(), suppressed()) == (0, [])
    assert now() - (row().decided_at or now()) < timedelta(minutes=1)
    came("8080")
    assert unmatched.count() == 1


def test_without_the_key_an_admin_can_still_assign_it(cast: Cast) -> None:
    came("7911123456", number="8080")
    with transaction() as session:
        session.execute(update(UnmatchedOptOut).values(encrypted_reply=b"of another key"))
    assert assignments.assign(row(), BRITISH, cast.owner.account_public_id, "admin") == 1
    assert suppressed() == [(cast.owner.account_id, BRITISH)]


# Erasure


def test_erasing_an_account_deletes_those_that_fit_no_other(cast: Cast) -> None:
    country("GB")
    for account_id, phone in (
        (cast.owner.account_id, POLISH),
        (cast.owner.account_id, SPANISH),
        (cast.owner.account_id, "+48600123457"),
        (cast.owner.account_id, "+34600123457"),
        (cast.stranger.account_id, "+34600123457"),
    ):
        texted(account_id, phone=phone)
    for address in ("600123456", "600123457", "600123458"):
        came(address)
    unmatched.forget_account(cast.owner.account_id)
    assert sorted(shown.sender for shown in unmatched.waiting()) == ["******457", "******458"]


@pytest.mark.parametrize("other", [True, False])
def test_erasing_a_person_makes_a_wish_that_fits_a_suppression(cast: Cast, other: bool) -> None:
    country("GB")
    came("600123456")
    came("600123457")
    with transaction() as session:
        session.add(Recipient(account_id=cast.owner.account_id, phone=POLISH, country="PL"))
    texted(cast.owner.account_id, phone=POLISH, sender="SHOP")
    texted(cast.stranger.account_id, phone=SPANISH if other else BRITISH)
    account = db.session.get_one(Account, cast.owner.account_id)
    assert erase_recipient.erase_number(account, POLISH, "test")
    assert suppressed() == [(cast.owner.account_id, POLISH)]
    assert unmatched.count() == (2 if other else 1)
