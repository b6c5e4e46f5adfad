"""The box below a conversation in which one writes: its price, and why one may write or not."""

from collections.abc import Sequence
from dataclasses import dataclass

from promosms.forms.campaigns.composer import too_long
from promosms.forms.direct_texts import DirectTextForm
from promosms.language import gettext as _
from promosms.language import lazy_gettext, money
from promosms.models import CannedAnswer
from promosms.services.inbox import canned_answers, direct_texts
from promosms.services.inbox.direct_texts import Cost, Line, Permission, Refusal
from promosms.web.access import my_account

REFUSALS = {
    Refusal.EMPTY: lazy_gettext("Write the text first: there is nothing to send yet."),
    Refusal.OPTED_OUT: lazy_gettext("This number has opted out. It gets no texts from you."),
    Refusal.HELD: lazy_gettext(
        "Decide first what their reply means: until then this number gets no texts."
    ),
    Refusal.NO_CONSENT: lazy_gettext(
        "You can write here once they have agreed to promotions or have written to you: who has "
        "written in the last 30 days may be answered."
    ),
    Refusal.SUSPENDED: lazy_gettext(
        "Your account cannot send at the moment. Please write to the operator."
    ),
    Refusal.TRIAL_GUEST: lazy_gettext(
        "They are not on your guest list, and your account is still on trial."
    ),
    Refusal.TRIAL_DAY: lazy_gettext(
        "Your account is still on trial, and has sent as many texts as it may send in a day. Try "
        "again tomorrow, or top up once."
    ),
    Refusal.MONTH_LIMIT: lazy_gettext(
        "With this text you would spend more in this month than you want to. The owner of the "
        "account can change that in Billing, Limits."
    ),
    Refusal.NO_PRICE: lazy_gettext("There is no price for their country, so it cannot be texted."),
    Refusal.NO_GATEWAY: lazy_gettext("No line reaches their country at the moment."),
}


@dataclass(frozen=True)
class AnswerBox:
    """What the box shows. Without `form` nothing can be written, and `refusal` says why.

    `missing` is what the balance lacks; `asked` the price to agree to, which was not shown before.
    `canned` are the saved answers that can be put in.
    """

    form: DirectTextForm | None
    cost: Cost
    line: Line
    permission: Permission
    refusal: str = ""
    missing: int = 0
    asked: bool = False
    canned: Sequence[CannedAnswer] = ()


def box(
    phone: str,
    form: DirectTextForm | None = None,
    refusals: Sequence[str] = (),
    *,
    missing: int = 0,
    asked: bool = False,
) -> AnswerBox:
    """The box for a number; with the form that was sent, and what is wrong with it."""
    account = my_account()
    code = direct_texts.why_not(account, phone)
    if form is None and code is None:
        form = DirectTextForm(formdata=None)
    if form is not None:
        form.prepare()
        form.text.errors = [*form.text.errors, *refusals]
    typed = (form.text.data or "") if form else ""
    return AnswerBox(
        form,
        direct_texts.cost(account.id, phone, typed),
        direct_texts.line(account.id, phone),
        direct_texts.permission(account.id, phone),
        str(REFUSALS[code]) if code else "",
        missing,
        asked,
        canned_answers.all_of(account.id) if form else (),
    )


def sentence(code: Refusal, form: DirectTextForm) -> str:
    """Why a text was not sent."""
    if code is Refusal.TOO_LONG:
        return too_long(form.text.data or "")
    return str(REFUSALS[code])


def too_little(missing: int) -> str:
    """What the balance lacks."""
    return str(
        _(
            "Your balance is too small: %(missing)s are missing. Nothing was sent.",
            missing=money(missing),
        )
    )
