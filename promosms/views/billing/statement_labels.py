"""Texts of the statement, for the page and the file: what changed the balance, and why."""

from promosms.documents.tax import TaxCase
from promosms.language import gettext as _
from promosms.language import money, ngettext, number
from promosms.lib import countries
from promosms.models import Campaign, EntryKind, Payment, TopUp
from promosms.services.ledger.statement import StatementRow
from promosms.services.recipients import detail_names
from promosms.sms.phone import pretty

TRANSFER, STRIPE, OVERPAYMENT = "transfer", "stripe", "overpayment"


def title(row: StatementRow) -> str:
    """The title of a row."""
    if row.campaign is not None:
        return detail_names.campaign_title(row.campaign)
    if row.kind == EntryKind.CREDIT:
        return str(_("Credit, a gift")) if row.gift else _top_up(row)
    if row.kind == EntryKind.REFUND:
        return str(_("Refund to you"))
    if row.kind == EntryKind.DISPUTE:
        came_back = row.amount > 0
        return str(_("Disputed payment came back") if came_back else _("Payment disputed"))
    if row.kind == EntryKind.ADJUSTMENT:
        return str(_("Correction by the operator"))
    if row.kind == EntryKind.RELEASE:
        return str(_("Single text, not accepted"))
    if row.kind == EntryKind.HOLD:
        return _single(row)
    return str(_("Single text"))


def _single(row: StatementRow) -> str:
    if row.automatic:
        return str(_("Automatic answer"))
    return str(_("Sign-up text") if row.sign_up else _("Text to one person"))


def reason(row: StatementRow) -> str:
    """Why the balance changed, in a sentence or two; "" if the title says enough."""
    if row.campaign is not None:
        return " ".join(_of_campaign(row, row.campaign))
    if row.kind == EntryKind.DISPUTE and not row.amount:
        return str(_("Your bank took the payment back. Nothing of it was left on the balance."))
    if row.kind == EntryKind.DISPUTE and row.amount < 0:
        return _taken_back(row.payment)
    if row.kind == EntryKind.DISPUTE:
        return str(_("The dispute was settled in our favour, so you have the credit again."))
    if row.kind == EntryKind.RELEASE:
        return str(_("No network took it, so it costs nothing."))
    if row.kind == EntryKind.HOLD and row.held:
        return str(_("The amount is set aside until a network has taken the text."))
    if row.kind == EntryKind.CREDIT and row.payment is not None:
        return " ".join(_paid(row, row.payment))
    if row.kind == EntryKind.REFUND and row.payment is not None and row.payment.amount < 0:
        back = _("%(amount)s went back to you.", amount=_amount(-row.payment.amount, row.payment))
        return f"{back} {row.note}".strip()
    return row.note


def country(code: str) -> str:
    """The name of a country; "Other countries" without a code."""
    return dict(countries.names({code})).get(code, code) if code else str(_("Other countries"))


def _top_up(row: StatementRow) -> str:
    """How it was paid: also by both ways, or with what had been paid too much for another one."""
    titles: dict[frozenset[str], str] = {
        frozenset({TRANSFER}): _("Top-up by bank transfer"),
        frozenset({STRIPE}): _("Top-up by card"),
        frozenset({TRANSFER, STRIPE}): _("Top-up by bank transfer and card"),
        frozenset({OVERPAYMENT}): _("Top-up from an overpayment"),
    }
    alone = frozenset({row.payment.provider}) if row.payment else frozenset[str]()
    return str(titles.get(row.paid.providers if row.paid else alone, _("Top-up")))


def _paid(row: StatementRow, last: Payment) -> list[str]:
    """What was paid in all, whether it was too much, and what of it is VAT."""
    if row.paid is None:
        return [_("You paid %(amount)s.", amount=_amount(last.amount, last))]
    paid, top_up = row.paid, row.paid.top_up
    amount, more = _amount(paid.amount, last), _amount(paid.amount - top_up.gross, last)
    if paid.providers == {OVERPAYMENT}:
        sentences = [_("You had paid %(amount)s too much for another top-up.", amount=amount)]
    elif paid.number == 1:
        sentences = [_("You paid %(amount)s.", amount=amount)]
    else:
        sentences = [
            ngettext(
                "You paid %(amount)s in %(num)s payment.",
                "You paid %(amount)s in %(num)s payments.",
                paid.number,
                amount=amount,
            )
        ]
    if paid.amount > top_up.gross:
        sentences.append(_("That is %(more)s more than this top-up costs.", more=more))
    return [*sentences, _vat(top_up)]


def _vat(top_up: TopUp) -> str:
    if top_up.tax:
        vat = money(top_up.tax, currency=top_up.currency)
        return str(_("%(amount)s of it is VAT, which is not credited.", amount=vat))
    if top_up.tax_case == TaxCase.REVERSE_CHARGE:
        return str(_("There is no VAT in it: you declare it yourself (reverse charge)."))
    return str(_("There is no VAT in it."))


def _taken_back(dispute: Payment | None) -> str:
    if dispute is None or dispute.amount >= 0:
        took = _("Your bank took the payment back.")
    else:
        took = _("Your bank took %(amount)s back.", amount=_amount(-dispute.amount, dispute))
    rest = _("What was not spent of it was taken off the balance.")
    return f"{took} {rest}"


def _amount(units: int, payment: Payment) -> str:
    return money(units, currency=payment.currency)


def _of_campaign(row: StatementRow, campaign: Campaign) -> list[str]:
    accepted = campaign.n_sent + campaign.n_delivered + campaign.n_undelivered + campaign.n_expired
    first = ngettext(
        "%(n)s text accepted by the networks: %(amount)s charged.",
        "%(n)s texts accepted by the networks: %(amount)s charged.",
        accepted,
        n=number(accepted),
        amount=money(row.charged),
    )
    none = _("Nothing has been charged yet.") if row.held else _("Nothing was charged.")
    sentences = [first] if accepted or row.charged else [none]
    if row.held:
        sentences.append(_("%(amount)s are set aside for the rest.", amount=money(row.held)))
    if row.released:
        back = money(row.released)
        sentences.append(_("%(amount)s came back for texts that were not sent.", amount=back))
    return [_("From %(sender)s.", sender=_sender(row.sender)), *sentences]


def _sender(sender: str) -> str:
    """A number with its gaps, or a name."""
    return pretty(sender) if sender.startswith("+") else sender
