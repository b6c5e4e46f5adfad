"""Sign-up forms for tests: make one, ask for a code, read it from the text."""

import re

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, Message, Priority, SignUpForm
from promosms.services.recipients import lists
from promosms.services.sending import verification_texts
from promosms.services.sign_ups import asking, forms
from promosms.services.sign_ups.asking import Asked, Visitor
from promosms.services.sign_ups.forms import Draft, Words

ANNA = "+48601234567"
ENGLISH = Words("Our offers", "A text a week.", "Yes, text me your offers.")
POLISH = Words("Nasze oferty", "", "Tak, chcę dostawać oferty.")


def sign_up_form(account: Account) -> SignUpForm:
    """A form of a new list, in two languages."""
    group = lists.create(account.id, "Regulars")
    return forms.add(account.id, Draft(group.id, {"en": ENGLISH, "pl": POLISH}), "u")


def ask(form: SignUpForm, phone: str = ANNA, *, language: str = "en", **values: str) -> Asked:
    """Somebody types a number into the form."""
    wording_id = forms.shown(form, language).wording.id
    visitor = Visitor(phone, values.pop("first_name", ""), language, wording_id, **values)
    return asking.ask(form, visitor)


def texts(phone: str = ANNA) -> list[str]:
    """The texts with a code to a number, as its phone shows them."""
    query = select(Message.encrypted_text).where(
        Message.phone == phone, Message.priority == Priority.SIGN_UP
    )
    rows = db.session.scalars(query.order_by(Message.id))
    return [verification_texts.decrypted_text(row or b"") or "" for row in rows]


def code(phone: str = ANNA) -> str:
    """The code in the last text to a number."""
    return re.findall(r"\d{6}", texts(phone)[-1])[0]
