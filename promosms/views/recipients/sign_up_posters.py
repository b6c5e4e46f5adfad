"""What stands on the poster of a sign-up form, and the address that its QR code has."""

from promosms.documents import poster
from promosms.documents.poster import Poster
from promosms.language import force_locale
from promosms.language import gettext as _
from promosms.models import Account, SignUpForm
from promosms.services.invoices import companies
from promosms.services.sign_ups import forms, keywords
from promosms.urls import public_address
from promosms.views.recipients.tables import pretty


def address_of(row: SignUpForm) -> str:
    """Where people sign up."""
    return public_address(f"/join/{row.token}")


def shop_name(account: Account) -> str:
    """The name that people know: that of the settings, or of the company; "" if there is none."""
    company = None if account.shop_name else companies.of(account.id)
    return account.shop_name or (company.name if company else "")


def language_of(row: SignUpForm, asked: str) -> str:
    """The asked language if the form has words in it, else the one that it has."""
    return forms.shown(row, asked).language


def render(row: SignUpForm, account: Account, language: str) -> bytes:
    """The poster as a PDF."""
    return poster.render(_poster(row, account, language))


def unprintable(row: SignUpForm, account: Account) -> list[str]:
    """Letters that the posters of a form cannot show."""
    texts = [shop_name(account)]
    for words in forms.words_of(row).values():
        texts += [words.title, words.lead, words.wording]
    return poster.unprintable(" ".join(texts))


def _poster(row: SignUpForm, account: Account, language: str) -> Poster:
    shown = forms.shown(row, language)
    with force_locale(language):
        return Poster(
            language=language,
            shop=shop_name(account),
            title=shown.title,
            lead=shown.lead,
            scan=_("Scan with the camera of your phone"),
            address=address_of(row),
            or_open=_("or open"),
            or_text=_by_keyword(row),
            words=shown.wording.text,
            stop=_("You can stop at any time: our texts say how, or tell us."),
        )


def _by_keyword(row: SignUpForm) -> str:
    """How to sign up by its keyword; empty without one, or where texts cannot be answered."""
    number = keywords.receiving_number(row.account_id) if row.keyword else None
    if number is None:
        return ""
    return str(_("or text %(keyword)s to %(number)s", keyword=row.keyword, number=pretty(number)))
