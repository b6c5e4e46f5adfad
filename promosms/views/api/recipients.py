"""Recipients of the API: add, change, read and delete people, with their consent."""

from collections.abc import Mapping

from flask import Blueprint, url_for

from promosms.extensions import csrf
from promosms.forms.api.recipients import (
    NAMES,
    ConsentOut,
    DeletedRecipient,
    ListName,
    NewConsent,
    NewRecipient,
    RecipientOut,
    RecipientPage,
    RecipientQuery,
)
from promosms.models import Consent, Scope
from promosms.services.api import composing, people
from promosms.services.api.composing import Refused
from promosms.services.api.idempotency import Once
from promosms.services.api.people import Person, Unfit, UnfitValue, Wish
from promosms.services.recipients.consent import FIRST_DAY, Basis
from promosms.views.api import cursors, refusals
from promosms.web.access import Access, allow, no_act
from promosms.web.api import PREFIX, caller, problems
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import Problem

bp = Blueprint("api_recipients", __name__, url_prefix=f"{PREFIX}/recipients")
csrf.exempt(bp)
UNFIT: Mapping[Unfit, str] = {
    Unfit.NUMBER: "The account keeps a number here: write it plainly, such as -12.5.",
    Unfit.DATE: "The account keeps a date here: write it as 2026-05-17.",
    Unfit.BIRTHDAY: "There is no such day.",
    Unfit.NO_SOURCE: "Write where or how they agreed.",
    Unfit.NO_DAY: "Write on which day they agreed.",
    Unfit.TOO_EARLY: f"This day is too long ago: it is {FIRST_DAY} at the earliest.",
    Unfit.TO_COME: "This day is still to come where the account is.",
}


def _again(result: str, _body: NewRecipient) -> Answer:
    """The answer to a request that was done: the person as they are now."""
    found = people.of_result(caller.key(), result)
    if found is None:
        raise Problem("done-and-deleted")
    person, added = found
    if not added:
        return Answer(_out(person))
    location = url_for("api_recipients.show", public_id=person.recipient.public_id)
    return Answer(_out(person), 201, {"Location": location})


@bp.post("")
@allow(Access.KEY)
@no_act
@endpoint(
    scope=Scope.SEND,
    body=NewRecipient,
    gives={201: RecipientOut, 200: RecipientOut},
    fails=("invalid-number", "unfit-value", "unknown-audience", "not-in-sandbox"),
    once=_again,
)
def put(body: NewRecipient, once: Once | None) -> Answer:
    """Add a person, or change the one with the same number.

    The answer is 201 if they are new, and 200 if they were here already. Send only what you know:
    all else stays.
    """
    _not_in_sandbox()
    try:
        return _again(people.put(caller.key(), _wish(body), once), body)
    except Refused as error:
        raise refusals.problem(error) from error
    except UnfitValue as error:
        wrong = {"pointer": problems.pointer(*error.path), "detail": UNFIT[error.why]}
        raise Problem("unfit-value", UNFIT[error.why], errors=[wrong]) from error


@bp.get("")
@allow(Access.KEY)
@endpoint(
    scope=Scope.READ,
    query=RecipientQuery,
    gives={200: RecipientPage},
    fails=("unknown-audience",),
)
def index(query: RecipientQuery) -> Answer:
    """List people, the newest first.

    The sandbox knows nobody.
    """
    after, phone = cursors.read(query.cursor), composing.number_in_filter(query.phone)
    try:
        page = people.page(caller.key(), after, query.limit, phone, query.on_list)
    except Refused as error:
        raise Problem(error.code, more={"unknown": [query.on_list]}) from error
    rows = [_out(person) for person in page.rows]
    return Answer(RecipientPage(recipients=rows, next_cursor=cursors.written(page.next_key)))


@bp.get("/<public_id>")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: RecipientOut}, fails=("not-found",))
def show(public_id: str) -> Answer:
    """Read what is known of a person."""
    found = people.find(caller.key(), public_id)
    if found is None:
        raise Problem("not-found")
    return Answer(_out(found))


@bp.post("/<public_id>/delete")
@allow(Access.KEY)
@no_act
@endpoint(scope=Scope.SEND, gives={200: DeletedRecipient}, fails=("not-found", "not-in-sandbox"))
def delete(public_id: str) -> Answer:
    """Delete a person.

    Texts that wait for them are not sent. If they have opted out, their number stays opted out.
    """
    _not_in_sandbox()
    if not people.delete(caller.key(), public_id):
        raise Problem("not-found")
    return Answer(DeletedRecipient(id=public_id, deleted=True))


def _not_in_sandbox() -> None:
    if caller.key().sandbox:
        raise Problem("not-in-sandbox")


def _wish(body: NewRecipient) -> Wish:
    return Wish(
        phone=body.phone,
        values={name: getattr(body, name) for name in NAMES if name in body.model_fields_set},
        lists=body.lists,
        existing=body.existing,
        basis=None if body.consent is None else _basis(body.consent),
    )


def _basis(consent: NewConsent) -> Basis:
    state = Consent.GIVEN if consent.given else Consent.NONE
    return Basis(state, consent.source, consent.agreed_on)


def _out(person: Person) -> RecipientOut:
    recipient, basis = person.recipient, person.basis
    return RecipientOut(
        id=recipient.public_id,
        phone=recipient.phone,
        country=recipient.country,
        **{name: getattr(recipient, name) for name in NAMES},
        lists=[ListName(id=one.public_id, name=one.name) for one in person.lists],
        consent=ConsentOut(given=basis.given, source=basis.source, agreed_on=basis.day),
        opted_out=person.opted_out,
        created_at=recipient.created_at,
        updated_at=recipient.updated_at,
    )
