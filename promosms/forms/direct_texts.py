"""The form of a text to one person."""

from wtforms import HiddenField, TextAreaField

from promosms.forms.form import Form
from promosms.language import lazy_gettext as _
from promosms.models import new_public_id
from promosms.sms import transliterate
from promosms.sms.transliterate import tidy

MOST_DIGITS = 15
KEY = len(new_public_id())


def _tidy(typed: str | None) -> str:
    return tidy(typed or "")


class DirectTextForm(Form):
    """The text; `key` sends it at most once, `agreed` is the price that the page has shown."""

    text = TextAreaField(_("Your text"), filters=[_tidy])
    key = HiddenField()
    agreed = HiddenField()

    def prepare(self) -> None:
        """Give a form that has no key, or a wrong one, its own."""
        key = self.key.data or ""
        if len(key) != KEY or not key.isalnum() or not key.isascii():
            self.key.data = new_public_id()

    def begin_again(self) -> None:
        """The text shall be sent, although the form was sent before with another one."""
        self.key.data = new_public_id()

    def make_plain(self) -> None:
        """Replace the characters that make the text dearer."""
        self.text.data = transliterate.plain_text(self.text.data or "")

    def put_in(self, text: str) -> None:
        """Put a saved answer behind what was typed."""
        self.text.data = " ".join(filter(None, (self.text.data, text)))

    def agreed_price(self) -> int | None:
        """The price that the page has shown, in 1/10,000."""
        typed = self.agreed.data or ""
        fits = typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS
        return int(typed) if fits else None
