"""Columns that say who has opted out: offered as such, and nobody who says so is ever texted."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Consent,
    ConsentAct,
    ConsentHow,
    Import,
    ImportStatus,
    Recipient,
    Suppression,
    SuppressionSource,
)
from promosms.services.imports import batch as import_batch
from promosms.services.imports import consent_columns, imports
from promosms.services.imports import run as import_run
from promosms.services.imports.consent_columns import AGREED, OPTED_OUT, Standing
from promosms.services.recipients import consents as consent_acts
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sending import opt_outs
from tests.services.imports.test_imports import AGREED as BASIS
from tests.support.cast import Cast
from tests.support.consent import evidence

OUT, NO_CONSENT, UNSAID = Standing.OUT, Standing.NO_CONSENT, Standing.UNSAID


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("Accepts SMS Marketing", AGREED),
        ("SMS marketing consent", AGREED),
        ("SMS Marketing Consent", AGREED),
        ("Zgoda SMS", AGREED),
        ("zgoda na sms", AGREED),
        ("SMS-Einwilligung", AGREED),
        ("UNSUB_TIME", OPTED_OUT),
        ("Unsubscribed", OPTED_OUT),
        ("SMS_BLACKLISTED", OPTED_OUT),
        ("Blocklisted", OPTED_OUT),
        ("OptOut_Date", OPTED_OUT),
        ("Opted out", OPTED_OUT),
        ("Do not contact", OPTED_OUT),
        ("wypisany", OPTED_OUT),
        ("Rezygnacja", OPTED_OUT),
        ("Abgemeldet", OPTED_OUT),
        ("Has opted out (yes: never text)", OPTED_OUT),
        ("Has agreed to texts (no: never text)", AGREED),
        ("Rezygnacja (tak: nigdy nie pisać)", OPTED_OUT),
        ("Zgoda na SMS-y (nie: nigdy nie pisać)", AGREED),
        ("Accord SMS", AGREED),
        ("Acepta SMS", AGREED),
        ("Accetta SMS", AGREED),
        ("SMS erlaubt", AGREED),
        ("Zustimmung zu SMS", AGREED),
        ("SMS toegestaan", AGREED),
        ("Akceptuje SMS", AGREED),
        ("Згода на SMS", AGREED),
        ("Brak zgody na SMS", OPTED_OUT),
        ("Nie wyraża zgody (SMS)", OPTED_OUT),
        ("Zgoda SMS cofnięta", OPTED_OUT),
        ("Data wycofania zgody SMS", OPTED_OUT),
        ("No SMS consent", OPTED_OUT),
        ("SMS consent withdrawn", OPTED_OUT),
        ("Keine SMS-Einwilligung", OPTED_OUT),
        ("Sans consentement SMS", OPTED_OUT),
        ("STOP", OPTED_OUT),
        ("STOP SMS", OPTED_OUT),
        ("Keine Werbung", OPTED_OUT),
        ("Czarna lista", OPTED_OUT),
        ("Fecha de baja", OPTED_OUT),
        ("Відписався", OPTED_OUT),
        ("Wycofane produkty", ""),
        ("Bus stop", ""),
        ("Brak SMS", ""),
        ("Accepts Email Marketing", ""),
        ("Accepts Marketing", ""),
        ("Newsletter", ""),
        ("Unsubscribed from all email", ""),
        ("HasOptedOutOfEmail", ""),
        ("do_not_email", ""),
        ("WhatsApp marketing consent", ""),
        ("SMS", ""),
        ("Note", ""),
    ],
)
def test_heads_of_exports_are_known(head: str, field: str) -> None:
    assert consent_columns.of_head(head) == field


@pytest.mark.parametrize(
    ("field", "cells", "standing"),
    [
        (AGREED, ("yes", "TAK", "true", "1", "ja", "x", "✓", "SUBSCRIBED"), UNSAID),
        (AGREED, ("no", "Nie", "false", "0", "nein", "UNSUBSCRIBED", "wypisany"), OUT),
        (AGREED, ("", "NEVER_SUBSCRIBED", "maybe", "2024-05-12", "pending"), NO_CONSENT),
        (OPTED_OUT, ("yes", "tak", "1", "x", "✓", "2024-05-12 10:00", "cleaned", "spam"), OUT),
        (OPTED_OUT, ("unsubscribed", "blacklisted", "N/A (Did not like it)"), OUT),
        (OPTED_OUT, ("", "no", "nie", "0", "false", "subscribed", "0000-00-00"), UNSAID),
        (OPTED_OUT, ("nonsubscribed", "never_subscribed"), NO_CONSENT),
    ],
)
def test_answers_are_understood_and_doubt_is_no_consent(
    field: str, cells: tuple[str, ...], standing: Standing
) -> None:
    assert {cell: consent_columns.standing(field, cell) for cell in cells} == dict.fromkeys(
        cells, standing
    )


def imported(account: Account, content: str) -> Import:
    import_ = imports.upload(account, io.BytesIO(content.encode()), "x.csv")
    target = imports.Target()
    assert imports.start(import_, import_.mapping, import_.has_header, target, BASIS)
    while import_run.work(import_.id, 0.0):
        pass
    db.session.expire_all()
    assert import_.status == ImportStatus.FINISHED
    return import_


def consents() -> dict[str, str]:
    return {row.first_name: row.consent for row in db.session.scalars(select(Recipient))}


def suppressed() -> dict[str, str]:
    return {row.phone: row.source for row in db.session.scalars(select(Suppression))}


def test_who_says_no_is_suppressed_and_only_yes_is_a_consent(account: Account) -> None:
    import_ = imported(
        account,
        "First Name,Phone,Accepts Email Marketing,Accepts SMS Marketing\n"
        "Yes,601234567,no,yes\nNo,602345678,yes,no\nEmpty,603456789,yes,\n",
    )
    assert import_.mapping == ["first_name", "phone", "", "agreed"]
    assert consents() == {"Yes": Consent.GIVEN, "No": Consent.NONE, "Empty": Consent.NONE}
    assert suppressed() == {"+48602345678": SuppressionSource.IMPORT}
    assert (import_.added, import_.suppressed) == (3, 1)


def test_who_has_left_a_newsletter_has_not_opted_out_of_texts() -> None:
    cells = ["subscribed", "unsubscribed"]
    assert consent_columns.of_column("Status", cells) == OPTED_OUT
    assert consent_columns.of_column("Email Subscription Status", cells) == ""


@pytest.mark.parametrize("batch", [1000, 1])
def test_one_opt_out_of_a_number_is_enough(
    account: Account, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(import_run, "BATCH", batch)
    imported(
        account,
        "telefon;imie;status\n601234567;A;unsubscribed\n601234567;A;subscribed\n"
        f"602345678;{'x' * 101};cleaned\n603456789;C;subscribed\n604567890;D;nonsubscribed\n",
    )
    assert set(suppressed()) == {"+48601234567", "+48602345678"}, "the second row was refused"
    assert consents()["C"] == Consent.GIVEN
    assert consents()["D"] == Consent.NONE


def test_an_opt_out_of_their_own_and_older_evidence_stay(account: Account) -> None:
    opt_outs.opt_out(account.id, "+48601234567", SuppressionSource.REPLY)
    basis = replace(BASIS, source="older")
    recipients.add(account, {"phone": "602345678", "first_name": "B"}, basis)
    imported(account, "telefon;imie;wypisany\n601234567;A;tak\n602345678;B;tak\n")
    assert suppressed() == {"+48601234567": "reply", "+48602345678": "import"}
    assert consents() == {"A": Consent.NONE, "B": Consent.GIVEN}
    recipient = recipients.by_phone(account.id, "+48602345678")
    assert recipient is not None
    assert evidence(recipient)[1] == "older"


def test_a_number_that_comes_again_takes_back_only_what_its_own_file_has_given(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 1)
    older = replace(BASIS, source="older")
    recipients.add(account, {"phone": "601234567", "first_name": "A"}, older)
    rows = "601234567;A;\n602345678;B;\n601234567;A;pending\n602345678;B;pending\n"
    imported(account, f"telefon;imie;wypisany\n{rows}")
    assert consents() == {"A": Consent.GIVEN, "B": Consent.NONE}
    recipient = recipients.by_phone(account.id, "+48601234567")
    assert recipient is not None
    assert evidence(recipient)[1] == "older"


def test_who_has_withdrawn_gets_a_consent_back_only_from_a_file_of_a_later_day(
    account: Account,
) -> None:
    border = consent_acts.begin_of(BASIS.day)
    for number, moment in (("601234567", border), ("602345678", border - timedelta(seconds=1))):
        person = recipients.add(account, {"phone": number, "first_name": number[2]}, Basis())
        act = ConsentAct(
            account_id=account.id, how=ConsentHow.HAND, state=Consent.NONE, created_at=moment
        )
        with transaction() as session:
            session.add(act)
            session.flush()
            person.consent_id = act.id
    imported(account, "telefon;imie\n601234567;1\n602345678;2\n")
    assert consents() == {"1": Consent.NONE, "2": Consent.GIVEN}


def test_an_opt_out_stands_before_its_recipient_does(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"telefon;wypisany\n601234567;tak\n"
    import_ = imports.upload(account, io.BytesIO(content), "x.csv")
    assert imports.start(import_, import_.mapping, True, imports.Target(), BASIS)
    monkeypatch.setattr(import_batch, "save_entries", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        import_run.work(import_.id)
    db.session.rollback()
    assert set(suppressed()) == {"+48601234567"}
