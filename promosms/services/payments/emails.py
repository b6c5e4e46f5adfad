"""E-mail texts about disputes, refunds, payments that cannot be booked, and stopped top-ups."""

from promosms.language import gettext as _
from promosms.language import money
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.urls import public_address


def dispute_opened(account: str, dispute: str, amount: int, missing: int) -> EmailText:
    """To an admin: a bank has taken a payment back."""
    parts = [
        _("The bank of a customer has taken back %(amount)s.", amount=money(amount)),
        _("The account is suspended. Answer the dispute %(dispute)s at Stripe.", dispute=dispute),
    ]
    if missing:
        parts.append(_("%(amount)s of it was spent already.", amount=money(missing)))
    return _("A card payment is disputed"), paragraphs(*parts, _account_page(account))


def dispute_closed(account: str, dispute: str, won: bool) -> EmailText:
    """To an admin: how a dispute has ended."""
    if won:
        outcome = _("The dispute %(dispute)s is won: the money came back.", dispute=dispute)
        return _("A dispute is won"), paragraphs(outcome, _account_page(account))
    return _("A dispute is lost"), paragraphs(
        _("The dispute %(dispute)s is lost: the money is gone.", dispute=dispute),
        _("The account stays suspended until you lift that."),
        _account_page(account),
    )


def refund_short(account: str, amount: int, missing: int) -> EmailText:
    """To an admin: more was refunded than was left in the balance."""
    return _("A refund was larger than the balance"), paragraphs(
        _("%(amount)s went back to a customer by card.", amount=money(amount)),
        _("%(amount)s of it was spent already.", amount=money(missing)),
        _account_page(account),
    )


def refund_failed(account: str, refund: str, amount: int) -> EmailText:
    """To an admin: the payer's bank did not accept the refund."""
    return _("A refund did not arrive"), paragraphs(
        _("The refund %(refund)s over %(amount)s came back.", refund=refund, amount=money(amount)),
        _("The customer is still owed it. Send it by transfer, and book that as a refund."),
        _account_page(account),
    )


def payment_unclear(payment: str, why: str) -> EmailText:
    """To an admin: a payment was received that cannot be booked."""
    return _("A card payment could not be booked"), paragraphs(
        _("Stripe has taken the payment %(payment)s, and we cannot book it.", payment=payment),
        why,
        _("Look at it in the dashboard of Stripe, and send it back if it is nobody's."),
    )


def automatic_stopped(why: str) -> EmailText:
    """To an owner: the saved card was refused."""
    return _("The automatic top-up is switched off"), paragraphs(
        why,
        _("Nothing was charged, and we do not try again by ourselves."),
        _("Open this page to choose another card and to switch it on again:"),
        public_address("/billing/automatic"),
    )


def _account_page(public_id: str) -> str:
    return public_address(f"/admin/accounts/{public_id}")
