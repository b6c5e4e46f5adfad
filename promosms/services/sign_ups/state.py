"""How a sign-up form does: who waits for a code, and what keeps it from working."""

from enum import StrEnum

from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import Account, SignUp, SignUpForm, now
from promosms.services.accounts import trial
from promosms.services.installation import defaults
from promosms.services.prices import prices
from promosms.services.sign_ups import asking
from promosms.services.sign_ups.asking import Refusal


class Obstacle(StrEnum):
    """Why nobody can sign up by a form at the moment."""

    NO_LIST = "no_list"  # it was deleted; the others are those of a visitor
    CLOSED = "closed"
    SUSPENDED = "suspended"
    TRIAL = "trial"
    NO_MONEY = "no_money"
    DAY_FULL = "day_full"


LASTING = (Refusal.CLOSED, Refusal.SUSPENDED)


def obstacle(form: SignUpForm, account: Account) -> Obstacle | None:
    """What keeps the form from working, the lasting things first; None if it works."""
    refusal = asking.why_not(form)
    if form.list_id is None:
        return Obstacle.NO_LIST
    if refusal in LASTING:
        return Obstacle(refusal.value)
    if trial.on_trial(account):
        return Obstacle.TRIAL
    return Obstacle(refusal.value) if refusal else None


def price_of(account: Account) -> int | None:
    """What one sign-up costs at home, in 1/10,000; None without a price."""
    price_list = prices.price_list(defaults.default_route().id, account.id)
    return price_list.of(account.region)


def waiting(form: SignUpForm) -> int:
    """How many have a code that can be typed yet, and have not typed it."""
    open_ones = SignUp.confirmed_at.is_(None) & (SignUp.expires_at > now())
    query = select(func.count()).where(SignUp.form_id == form.id, open_ones)
    return db.session.scalars(query).one()
