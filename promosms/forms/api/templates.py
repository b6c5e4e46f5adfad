"""Templates of the API: texts that the account keeps to begin campaigns with."""

from typing import Annotated

from pydantic import Field

from promosms.forms.api.campaigns import Id, Language
from promosms.forms.api.shared import Asked, Given, Words
from promosms.models import CampaignKind
from promosms.services.templates.templates import LONGEST_NAME


class NewTemplate(Asked):
    """A text to keep. Campaigns that are begun with it have a copy."""

    name: Annotated[
        Words,
        Field(
            min_length=1,
            max_length=LONGEST_NAME,
            description="No other template of the account has it. Only the account sees it.",
            examples=["Parcel is here"],
        ),
    ]
    text: Annotated[
        Words,
        Field(
            min_length=1,
            max_length=4_000,
            description="What people read, with placeholders such as {first_name|there}.",
            examples=["Hello {first_name|there}, your parcel is at our counter."],
        ),
    ]
    kind: Annotated[
        CampaignKind,
        Field(
            strict=False,
            description="promotional needs consent and a way out; service is about something that "
            "the people asked for or bought.",
        ),
    ] = CampaignKind.PROMOTIONAL
    language: Annotated[
        Language, Field(description="The language of the line that says how to stop.")
    ] = "en"
    opt_out_line: Annotated[bool, Field(description="Add that line to a promotional text.")] = True


class TemplateOut(Given):
    """A text that is kept, as a campaign takes it."""

    id: Id
    name: str
    text: str
    kind: CampaignKind
    language: Annotated[str, Field(description="That of the line that says how to stop.")]
    opt_out_line: Annotated[bool, Field(description="Is that line added?")]


class TemplatesOut(Given):
    """All templates, those used last first."""

    templates: list[TemplateOut]


class DeletedTemplate(Given):
    """A template that is here no more."""

    id: Id
    deleted: bool
