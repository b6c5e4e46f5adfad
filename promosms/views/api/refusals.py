"""Refusals of texts, as problems of the API: the code is the same, and a sentence says more."""

from collections.abc import Callable, Mapping, Sequence

from promosms.forms.api import shared
from promosms.services.api.batches import BatchRefused
from promosms.services.api.composing import Refusal, Refused
from promosms.sms.phone_problems import PhoneProblem
from promosms.web.api import problems
from promosms.web.api.problems import Problem

NUMBERS: Mapping[str, str] = {
    "form": "It must begin with a plus sign and the country code.",
    PhoneProblem.TOO_SHORT: "It is too short.",
    PhoneProblem.TOO_LONG: "It is too long.",
    PhoneProblem.UNKNOWN_COUNTRY: "There is no country with this code.",
    PhoneProblem.UNCLEAR_COUNTRY: "There is no country with this code.",
    PhoneProblem.NOT_VALID: "This number does not exist: look for a wrong or missing digit.",
    PhoneProblem.LANDLINE: "This is a landline, which gets no texts.",
    PhoneProblem.PREMIUM: "This is a premium number, which gets no texts.",
    PhoneProblem.NOT_MOBILE: "This is no mobile number.",
}
HERE: Mapping[str, str] = {
    "route": "The route carries no names.",
    "no_names": "Networks of this country carry no names.",
    "not_registered": "The name is not registered in this country.",
}
UNKNOWN = "unknown-recipient"
Values = Mapping[str, object]


def problem(error: Refused) -> Problem:
    """The problem for a text that is not accepted."""
    more = _MORE.get(error.code, dict)(error.values)
    detail = _sentence(error) or problems.TYPES[error.code].advice
    pointed = problems.at(error.field, detail) if error.field else ()
    return Problem(error.code, detail, errors=pointed, more=more)


def problem_of_batch(error: BatchRefused) -> Problem:
    """The problem for a batch in which some people cannot be texted so."""
    errors = [
        {
            "pointer": problems.pointer("messages", place, *filter(None, [one.field])),
            "code": one.code.value,
            "detail": _sentence(one) or problems.TYPES[one.code].advice,
        }
        for place, one in error.errors
    ]
    return Problem("invalid-request", errors=errors)


def problem_of_people(errors: Sequence[tuple[Sequence[str | int], Refused | None]]) -> Problem:
    """The problem for entries that are no recipients: each with its path in the request, and what
    is wrong with its number, or None if the account has not such a person."""
    named = [
        {
            "pointer": problems.pointer(*path),
            "code": one.code.value if one else UNKNOWN,
            "detail": _sentence(one) if one else problems.TYPES[UNKNOWN].advice,
        }
        for path, one in errors[: problems.MOST_ERRORS]
    ]
    return Problem("invalid-request", errors=named)


def _sentence(error: Refused) -> str:
    """What is known beyond the advice of the problem; empty if nothing."""
    values, advice = error.values, problems.TYPES[error.code].advice
    if error.code is Refusal.NUMBER:
        return f"{NUMBERS.get(str(values['why']), 'It is not valid.')} {advice}"
    if error.code is Refusal.SENDER_HERE:
        return f"{HERE.get(str(values['why']), '')} {advice}".strip()
    if error.code is Refusal.VALUE:
        return f"Give a value for {{{values['name']}}}, or a default in the text."
    if error.code is Refusal.OPTED_OUT and values.get("held"):
        return "Their last reply may be an opt-out: read it under Replies, and decide."
    return ""


def _amount(name: str) -> Callable[[Values], dict[str, object]]:
    return lambda values: {
        name: shared.written(int(str(values[name]))),
        "currency": shared.currency(),
    }


_MORE: Mapping[Refusal, Callable[[Values], dict[str, object]]] = {
    Refusal.TOO_LONG: dict,
    Refusal.VALUE: dict,
    Refusal.AUDIENCE: lambda values: {"unknown": list(_strings(values["unknown"]))},
    Refusal.PROMOTIONAL: lambda values: {"words": list(_strings(values["words"]))},
    Refusal.ROUTE: lambda values: {"routes": list(_strings(values["routes"]))},
    Refusal.SENDER: lambda values: {"names": list(_strings(values["names"]))},
    Refusal.COUNTRY: dict,
    Refusal.TOO_FAR: dict,
    Refusal.OVER_MAXIMUM: _amount("price"),
    Refusal.BALANCE: _amount("missing"),
    Refusal.MONTH_LIMIT: lambda _values: {},
}


def _strings(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()
