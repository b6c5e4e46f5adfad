"""Help about the balance: top-ups and invoices."""

from promosms.language import gettext as _
from promosms.services.policies.promise_values import days
from promosms.settings import settings
from promosms.views.help.pictures import Picture
from promosms.views.help.topic import Link, Part, Topic


def top_up() -> Topic:
    """How money comes onto the balance."""
    return Topic(
        "top-up",
        _("Top up your balance"),
        _("You pay in advance, and what you have does not expire."),
        (
            Part(
                steps=(
                    _(
                        "Under Billing, press “Top up” and choose an amount. Only the owner "
                        "of the account can do this."
                    ),
                    _(
                        "The first time, enter name and address of your company: an invoice "
                        "needs them."
                    ),
                    _(
                        "Read the summary of the order. It shows the net amount, the VAT if "
                        "there is any, and what you pay."
                    ),
                    _(
                        "Order, and pay by bank transfer, or by card where this is offered. "
                        "Write the “Title of the transfer” exactly as it stands there: by "
                        "it we find your payment."
                    ),
                    _(
                        "The balance grows when the money is there: after a payment by card "
                        "in a moment, after a transfer when the operator has seen it."
                    ),
                ),
                picture=Picture(
                    "amounts",
                    _("Amounts to choose from, each with the number of texts it pays for"),
                ),
            ),
            Part(
                _("Good to know"),
                points=(
                    _(
                        "An order waits %(days)s for its money. What comes later still counts.",
                        days=days(settings.top_up_days),
                    ),
                    _("If only a part has come, the order says what is missing."),
                    _(
                        "A campaign for which the balance is too small waits. It goes on by "
                        "itself if you top up within a day."
                    ),
                    _("“Alerts” writes to you before the balance is used up."),
                ),
            ),
            Part(
                _("No button to top up?"),
                (
                    _(
                        "Then nothing is sold here by itself. Ask the operator, who can add "
                        "to your balance."
                    ),
                ),
            ),
        ),
        (Link("billing.top_up", _("Top up")), Link("billing.alerts", _("Alerts"))),
        _("pay, payment, transfer, card, money, credit, prepaid, load"),
    )


def invoices() -> Topic:
    """Where invoices are, and how mistakes in them are corrected."""
    return Topic(
        "invoices",
        _("Invoices"),
        _("Every top-up that is paid gets its invoice: by e-mail, and in your account."),
        (
            Part(
                points=(
                    _(
                        "You find all of them under Billing, “Invoices”, and can download a "
                        "whole year as one file."
                    ),
                    _(
                        "The PDF is the invoice. The XML in it and beside it is for the "
                        "program of your bookkeeper."
                    ),
                    _("A pro forma says what is to be paid and how. It is not an invoice."),
                    _(
                        "Campaigns have no invoices of their own: they are paid from the "
                        "balance. The statement has a line for each."
                    ),
                ),
                picture=Picture(
                    "invoice", _("An invoice in the list: number, day, VAT, amount, and its files")
                ),
            ),
            Part(
                _("Name, address and tax number"),
                (
                    _(
                        "They stand under Billing, “Your company”. What you change counts "
                        "from the next order on."
                    ),
                    _("An invoice that exists is never changed. If it is wrong, ask the operator."),
                    _(
                        "Is your company in another country of the European Union than the "
                        "seller? Then press “Check the VAT number”. If it is confirmed, you "
                        "owe the tax in your own country, and the invoice has none."
                    ),
                ),
            ),
            Part(
                _("If you delete your account"),
                (
                    _(
                        "The law asks that invoices are kept. They stay alone, and nothing "
                        "leads from them to the account. Download yours before you go."
                    ),
                ),
            ),
        ),
        (Link("billing.invoices", _("Invoices")), Link("billing.company", _("Your company"))),
        _("bill, VAT, tax, bookkeeper, accountant, receipt, company, address, PDF"),
    )
