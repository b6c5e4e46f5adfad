"""Confirming: the code of the text was typed, so whoever has the number wants to be on the list."""

from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.models import Account, AccountStatus, ConsentHow, SignUp, SignUpForm, now
from promosms.services.abuse import sms_pumping
from promosms.services.auth import passwords
from promosms.services.sending import opt_outs
from promosms.services.sign_ups import forms, joining
from promosms.urls import public_address

MOST_TRIES = 5


class Confirmed(StrEnum):
    """What became of a code that was typed."""

    DONE = "done"
    WRONG = "wrong"
    OVER = "over"  # too old, typed wrong five times, or the form is closed


def can_try(sign_up: SignUp) -> bool:
    """May a code be typed in, or do they need a new one?"""
    return sign_up.expires_at > now() and sign_up.tries < MOST_TRIES


def confirm(form: SignUpForm, sign_up: SignUp, typed: str) -> Confirmed:
    """Is it the code that was texted? Then the number joins, once, however often this comes.

    A try is counted before the check. Who has joined already and types the same code again finds
    it done.
    """
    digits = "".join(sign for sign in typed if sign.isdecimal())
    hashed = _take_try(sign_up)
    if hashed is None:
        return Confirmed.OVER
    if not passwords.matches(hashed, digits):
        return Confirmed.WRONG
    with transaction() as session:
        opt_outs.lock(session, form.account_id)
        form = session.get_one(SignUpForm, form.id, with_for_update=True, populate_existing=True)
        row = session.get(SignUp, sign_up.id, with_for_update=True, populate_existing=True)
        if row is None or row.code_hash != hashed:
            return Confirmed.OVER  # a new code was asked for meanwhile
        if row.confirmed_at is not None:
            return Confirmed.DONE
        account = session.get_one(Account, form.account_id, populate_existing=True)
        if form.closed_at is not None or account.status == AccountStatus.DELETING:
            return Confirmed.OVER
        _join(session, form, row)
    return Confirmed.DONE


def _take_try(sign_up: SignUp) -> str | None:
    """Count a try and return the hash of the code; None if no code counts any more.

    The one that was confirmed counts until it is too old.
    """
    with transaction() as session:
        hashed: str | None = session.scalar(
            update(SignUp)
            .where(SignUp.id == sign_up.id, SignUp.tries < MOST_TRIES, SignUp.expires_at > now())
            .values(tries=SignUp.tries + 1)
            .returning(SignUp.code_hash)
        )
    return hashed


def _join(session: Session, form: SignUpForm, row: SignUp) -> None:
    phone, moment = row.phone, now()
    assert phone is not None  # only a confirmed one has none
    title = forms.shown(form, row.language).title
    source = f"{title}, {public_address(f'/join/{form.token}')}"
    how, words = ConsentHow.FORM, row.wording_id
    joining.join(session, form, phone, row.first_name, words, how, source, moment)
    row.confirmed_at, row.phone, row.first_name = moment, None, ""
    session.flush()
    sms_pumping.completed(phone)
