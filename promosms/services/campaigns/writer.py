"""Writer: the text of a campaign for each recipient, with the opt-out line."""

from collections.abc import Mapping

from promosms.models import FIELD_NAMES
from promosms.sms import keywords, personalise
from promosms.sms.transliterate import plain_text, tidy


class Writer:
    """Writes a text for each recipient; `names` are the fields that the text uses.

    A placeholder that is no field is written as it stands, so that the writer sees it.
    `tail` is the opt-out line in the language of the text, empty if there is none. With
    `plain_details` the details of recipients lose the accents that make a text dearer: Zoë is Zoe.
    """

    def __init__(
        self, text: str, opt_out_line: bool, language: str, *, plain_details: bool = False
    ) -> None:
        self.template = personalise.compile(tidy(text), FIELD_NAMES)
        self.names = self.template.names
        self.plain_details = plain_details
        self.tail = "\n" + keywords.opt_out_line(language) if opt_out_line else ""

    def write(self, values: Mapping[str, str | None]) -> str:
        """The text for these values."""
        if self.plain_details:
            values = {name: plain_text(value or "") for name, value in values.items()}
        return self.template.render(values).strip() + self.tail
