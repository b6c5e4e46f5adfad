"""What the privacy page says of a table: about whom it is, what for, by what right, who sees it.

The GDPR asks for it in articles 13, 14 and 30. A model names its topic and says what it holds; the
page shows the topics, and below each what is held and how long (`Retention`). A model that says
nothing fails tests/meta/test_registry.py. Words are English and marked for translation.
"""

from dataclasses import dataclass

from promosms.models.registry import N_, Retention

CONTRACT = N_("To fulfil the contract with you (article 6(1)(b) of the GDPR).")
LAW = N_("Because a law demands it (article 6(1)(c) of the GDPR).")
INTEREST = N_("Our legitimate interest in exactly that (article 6(1)(f) of the GDPR).")
YOURS = N_(
    "You are responsible for it, and we act on your instructions (article 28 of the GDPR). For "
    "promotions you need the consent of these people."
)

USERS = N_("You, and the colleagues who sign in")
CUSTOMERS = N_("The people whom you text")
ADMINS_DO_NOT = N_("You and your colleagues. The operator's administrators do not.")
ADMINS_DO = N_("You, and the operator's administrators.")
NOBODY = N_("Nobody: no page shows it.")


@dataclass(frozen=True)
class Topic:
    """A section of the privacy page. `bases` are legal bases, `seen_by` says who sees it."""

    title: str
    people: str
    purpose: str
    bases: tuple[str, ...]
    seen_by: str


@dataclass(frozen=True)
class Processing:
    """What a table holds about people, as a few words for the page, and to which topic it belongs.

    `kept` is for a part of the row that is kept in another way than the row.
    """

    topic: Topic
    holds: str
    kept: Retention | None = None


@dataclass(frozen=True)
class NotPersonal:
    """The table holds nothing about people: `why` says what it holds instead, for developers."""

    why: str


Said = Processing | tuple[Processing, ...] | NotPersonal


def entries(said: Said) -> tuple[Processing, ...]:
    """What a model says for the page; nothing if it is about nobody."""
    if isinstance(said, NotPersonal):
        return ()
    return said if isinstance(said, tuple) else (said,)


SIGN_IN = Topic(
    N_("Signing in"),
    USERS,
    N_("To let you in and nobody else, and to write to you about your account."),
    (CONTRACT,),
    N_(
        "You. The operator's administrators see e-mail addresses, the last digits of numbers and "
        "who is the owner."
    ),
)
SECURITY = Topic(
    N_("Protection against abuse"),
    N_("Everybody who registers or signs in, or tries to"),
    N_(
        "To notice guessed passwords and strange browsers, and to stop those who run up costs with "
        "paid texts."
    ),
    (INTEREST,),
    N_(
        "Nobody sees more than figures: addresses, numbers and networks are stored as marks from "
        "which they cannot be read. Of a blocked range of numbers the administrators see the "
        "beginning."
    ),
)
ACCOUNT = Topic(
    N_("The account"),
    USERS,
    N_("To know what the account may do, and in which country and time zone it is."),
    (CONTRACT,),
    ADMINS_DO,
)
MONEY = Topic(
    N_("Balance, orders and payments"),
    USERS,
    N_("To take your money, to count what you have used, and to prove both."),
    (CONTRACT, LAW),
    ADMINS_DO,
)
INVOICES = Topic(
    N_("Company and invoices"),
    N_("The business that buys, and who is named on its invoices"),
    N_("To issue invoices with the right VAT, and to keep them as tax law says."),
    (CONTRACT, LAW),
    N_(
        "You, and the operator's administrators: name, address, tax ID, orders and invoices, in "
        "full. The tax office, where the law says so."
    ),
)
EMAILS = Topic(
    N_("E-mails to you"),
    USERS,
    N_("To send you links, warnings and invoices."),
    (CONTRACT,),
    N_("You, and the mail server that carries them. The operator's administrators do not."),
)
RECIPIENTS = Topic(
    N_("Your customers"),
    CUSTOMERS,
    N_("To text them what you write, and never to text those who do not want it."),
    (YOURS,),
    ADMINS_DO_NOT,
)
IMPORTS = Topic(
    N_("Imports"),
    CUSTOMERS,
    N_("To make recipients from your files, and to show which rows were refused and why."),
    (YOURS,),
    ADMINS_DO_NOT,
)
CAMPAIGNS = Topic(
    N_("Campaigns, messages and replies"),
    CUSTOMERS,
    N_("To send what you have written, to show what became of it, and to honour every STOP."),
    (YOURS,),
    N_(
        "You and your colleagues, and the gateway that carries a text. The operator's "
        "administrators see how many there are, no text and no number."
    ),
)
OBJECTIONS = Topic(
    N_("A STOP that fits nobody"),
    N_("People who answer STOP from a number that fits none of the texts sent lately"),
    N_("To find out to which account it belongs, so that it is obeyed there."),
    (LAW,),
    N_(
        "The operator's administrators: the last three digits, the gateway and the time, never the "
        "text. Once it belongs to an account, you and your colleagues."
    ),
)
DATA_RIGHTS = Topic(
    N_("Downloading and deleting everything"),
    USERS,
    N_("To hand you your data, to delete it when you leave, and to prove that it is deleted."),
    (LAW,),
    N_("Whoever has the link to it. The operator's administrators do not."),
)
ACTS = Topic(
    N_("Record of acts"),
    N_("Owners, their colleagues, and the operator's administrators"),
    N_("To see later who has changed what."),
    (INTEREST,),
    N_("Owners. The operator's administrators see what is about money, keys and rights."),
)
COOKIES = Topic(
    N_("Answers about cookies"),
    N_("Visitors who were asked about optional cookies"),
    N_("To prove the consent, without knowing who gave it."),
    (LAW,),
    NOBODY,
)
TOPICS = (
    *(SIGN_IN, SECURITY, ACCOUNT, MONEY, INVOICES, EMAILS, RECIPIENTS, IMPORTS, CAMPAIGNS),
    *(OBJECTIONS, DATA_RIGHTS, ACTS, COOKIES),
)
"""In the order of the page."""
