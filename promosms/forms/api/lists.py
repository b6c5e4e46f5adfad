"""Lists of the API: their names, and who is put on them or taken off."""

from typing import Annotated

from pydantic import Field

from promosms.forms.api.audiences import ListOut
from promosms.forms.api.campaigns import Id
from promosms.forms.api.shared import Asked, Given, Words
from promosms.services.api.lists import MOST_PEOPLE


class NewList(Asked):
    """The name of a list."""

    name: Annotated[
        Words,
        Field(
            min_length=1,
            max_length=80,
            description="No other list of the account has it.",
            examples=["Regulars"],
        ),
    ]


class ListDeletion(Asked):
    """The agreement to delete a list."""

    confirm_used: Annotated[
        bool,
        Field(
            description="Say that it may be deleted although automations are for it or leave it "
            "out, which then send nothing, or people join it by sign-up forms, which are closed."
        ),
    ] = False


class DeletedList(Given):
    """A list that is here no more."""

    id: Id
    deleted: bool


class PeopleOfList(Asked):
    """People of the account, by their ids or by their numbers: up to 10,000 together."""

    recipients: Annotated[
        list[Id], Field(max_length=MOST_PEOPLE, description="Their ids, see /recipients.")
    ] = []
    phones: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=40, examples=["+48600100200"])]],
        Field(
            max_length=MOST_PEOPLE,
            description="Their mobile numbers, with a plus sign and the country code.",
            examples=[["+48600100200", "+48600100201"]],
        ),
    ] = []


class ListChange(ListOut):
    """A list, and how many people a request has put on it or taken off it."""

    changed: Annotated[
        int, Field(description="Without those who were on it, or not on it, before.")
    ]
