"""Writer: the text of a campaign for each recipient, with the opt-out line."""

from collections.abc import Mapping
from types import MappingProxyType

from promosms.models import FIELD_NAMES, FieldType
from promosms.services.links import links
from promosms.services.recipients import field_values
from promosms.sms import gsm7, keywords, personalise
from promosms.sms.transliterate import plain_text, tidy

NO_TYPES: Mapping[str, FieldType] = MappingProxyType({})


class Writer:
    """Writes a text for each recipient; `names` are the fields that the text uses.

    A placeholder that is no field is written as it stands, so that the writer sees it.
    `tail` is the opt-out line in the language of the text, empty if there is none. With
    `plain_details` the details of recipients lose the accents that make a text dearer: Zoë is Zoe.
    `types` are those of the fields that are no texts: numbers and dates are written in the language
    of the text, and a month loses the accents that would make a plain text dearer. With
    `short_links` an example stands for each address: the preparation puts the codes in. With
    `opt_out_link` the tail is a line with such an example: nobody can answer the text.
    """

    def __init__(
        self,
        text: str,
        opt_out_line: bool,
        language: str,
        types: Mapping[str, FieldType] = NO_TYPES,
        *,
        plain_details: bool = False,
        short_links: bool = False,
        opt_out_link: bool = False,
    ) -> None:
        text = links.shortened(tidy(text)) if short_links else tidy(text)
        self.template = personalise.compile(text, FIELD_NAMES)
        self.names, self.language = self.template.names, language
        self.typed = [(name, types[name]) for name in self.names if name in types]
        self.plain_details = plain_details
        self.tail = "\n" + keywords.opt_out_line(language) if opt_out_line else ""
        if opt_out_link:
            line = keywords.opt_out_link_line(language, links.opt_out_example())
            self.tail = "\n" + line
        self.plain = gsm7.is_gsm7(self.template.render({}) + self.tail)

    def write(self, values: Mapping[str, str | None]) -> str:
        """The text for these values."""
        if self.typed:
            values = {**values, **self._written(values)}
        if self.plain_details:
            values = {name: plain_text(value or "") for name, value in values.items()}
        return self.template.render(values).strip() + self.tail

    def _written(self, values: Mapping[str, str | None]) -> dict[str, str]:
        """The values of typed fields as they stand in the text."""
        written = {}
        for name, type_ in self.typed:
            kept = values.get(name) or ""
            text = field_values.in_text(type_, kept, self.language)
            written[name] = plain_text(text) if self.plain and text != kept else text
        return written
