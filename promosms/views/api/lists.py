"""Lists of the API: make, rename and delete them, put people on them and take them off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Blueprint, url_for

from promosms.extensions import csrf
from promosms.forms.api.audiences import ListOut
from promosms.forms.api.lists import DeletedList, ListChange, ListDeletion, NewList, PeopleOfList
from promosms.models import ApiKey, RecipientList, Scope
from promosms.services.api import lists
from promosms.services.api.idempotency import Once
from promosms.services.api.lists import Change, People, UnknownPeople, Used
from promosms.services.recipients.lists import MOST_LISTS, ListInUse, TooManyLists
from promosms.views.api import names, refusals
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, caller
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import Problem

bp = Blueprint("api_lists", __name__, url_prefix=f"{PREFIX}/lists")
csrf.exempt(bp)
OF_PEOPLE = ("not-found", "too-many-people", "invalid-number", "unknown-recipient")


def _again(result: str, _body: NewList) -> Answer:
    """The answer to a list that was made before."""
    found = lists.of_result(caller.key(), result)
    if found is None:
        raise Problem("done-and-deleted")
    return _created(found)


@bp.post("")
@allow(Access.KEY)
@endpoint(
    scope=Scope.SEND,
    body=NewList,
    gives={201: ListOut},
    fails=("not-in-sandbox", "name-taken", "unfit-value", "too-many-stored"),
    once=_again,
)
def create(body: NewList, once: Once | None) -> Answer:
    """Make a list.

    Nobody is on it yet.
    """
    if caller.key().sandbox:
        raise Problem("not-in-sandbox")
    with names.refusals():
        try:
            return _created(lists.create(caller.key(), body.name, once))
        except TooManyLists as error:
            raise Problem("too-many-stored", more={"most": MOST_LISTS}) from error


@bp.get("/<public_id>")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: ListOut}, fails=("not-found",))
def show(public_id: str) -> Answer:
    """Read the name of a list, and how many people are on it."""
    return Answer(out(_there(lists.find(caller.key(), public_id))))


@bp.post("/<public_id>/rename")
@allow(Access.KEY)
@endpoint(
    scope=Scope.SEND,
    body=NewList,
    gives={200: ListOut},
    fails=("not-found", "name-taken", "unfit-value"),
)
def rename(public_id: str, body: NewList) -> Answer:
    """Give a list another name."""
    with names.refusals():
        return Answer(out(_there(lists.rename(caller.key(), public_id, body.name))))


@bp.post("/<public_id>/delete")
@allow(Access.KEY)
@endpoint(
    scope=Scope.SEND,
    body=ListDeletion,
    gives={200: DeletedList},
    fails=("not-found", "list-in-use"),
)
def delete(public_id: str, body: ListDeletion) -> Answer:
    """Delete a list, not the people on it.

    A campaign that has not ended and a segment keep their lists.
    """
    try:
        deleted = lists.delete(caller.key(), public_id, confirmed=body.confirm_used)
    except Used as error:
        raise _used(error) from error
    except ListInUse as error:
        campaign, segment = lists.users(caller.key(), public_id)
        raise Problem("list-in-use", more={"campaign": campaign, "segment": segment}) from error
    if not deleted:
        raise Problem("not-found")
    return Answer(DeletedList(id=public_id, deleted=True))


@bp.post("/<public_id>/add")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, body=PeopleOfList, gives={200: ListChange}, fails=OF_PEOPLE)
def add(public_id: str, body: PeopleOfList) -> Answer:
    """Put people on a list, all of them or none.

    Who is on it already stays on it, so the request can be repeated. Somebody whom the account has
    not is a mistake: add them by /recipients first.
    """
    return _change(public_id, body, lists.put_on)


@bp.post("/<public_id>/remove")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, body=PeopleOfList, gives={200: ListChange}, fails=OF_PEOPLE)
def remove(public_id: str, body: PeopleOfList) -> Answer:
    """Take people off a list, all of them or none.

    They stay recipients. Who is not on it stays off it, so the request can be repeated.
    """
    return _change(public_id, body, lists.take_off)


def out(one: RecipientList) -> ListOut:
    """A list as the API shows it."""
    return ListOut(id=one.public_id, name=one.name, size=one.size)


def _change(
    public_id: str, body: PeopleOfList, act: Callable[[ApiKey, str, People], Change | None]
) -> Answer:
    if len(body.recipients) + len(body.phones) > lists.MOST_PEOPLE:
        raise Problem("too-many-people", more={"most": lists.MOST_PEOPLE})
    with _unknown_people():
        change = act(caller.key(), public_id, People(body.recipients, body.phones))
    if change is None:
        raise Problem("not-found")
    one = change.on_list
    return Answer(
        ListChange(id=one.public_id, name=one.name, size=one.size, changed=change.changed)
    )


@contextmanager
def _unknown_people() -> Iterator[None]:
    """Turn entries that are no recipients into a problem that names their places."""
    try:
        yield
    except UnknownPeople as error:
        places = [((one.member, one.place), one.why) for one in error.errors]
        raise refusals.problem_of_people(places) from error


def _used(error: Used) -> Problem:
    words = "Automations or sign-up forms use it. Send confirm_used: true if it may be deleted all "
    words += "the same: those send nothing then, and these are closed."
    return Problem(
        "list-in-use", words, more={"automations": error.automations, "forms": error.forms}
    )


def _there(found: RecipientList | None) -> RecipientList:
    if found is None:
        raise Problem("not-found")
    return found


def _created(made: RecipientList) -> Answer:
    location = url_for("api_lists.show", public_id=made.public_id)
    return Answer(out(made), 201, {"Location": location})
