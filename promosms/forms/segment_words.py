"""The words of conditions: what can be asked, about what, and a condition as a sentence."""

from collections.abc import Mapping
from datetime import date

from flask_babel import get_locale

from promosms.language import day, gettext, ngettext, number, pgettext
from promosms.language import lazy_gettext as _
from promosms.models import Account
from promosms.services.recipients import fields
from promosms.services.recipients.segments.conditions import TESTS, Condition, Kind, Value
from promosms.services.recipients.segments.subjects import of as kinds_of

LATELY = {"last_days": _("in the last … days"), "not_last_days": _("not in the last … days")}
FILLED = {"empty": _("is not known"), "not_empty": _("is known")}
WORDS: dict[Kind, dict[str, object]] = {
    Kind.TEXT: {
        "is": _("is"),
        "not_is": _("is not"),
        "contains": _("contains"),
        "not_contains": _("does not contain"),
        "begins": _("begins with"),
        "not_begins": _("does not begin with"),
        **FILLED,
    },
    Kind.NUMBER: {
        "is": _("is"),
        "not_is": _("is not"),
        "more": _("is more than"),
        "less": _("is less than"),
        **FILLED,
    },
    Kind.DATE: {
        "is": _("is on the day"),
        "not_is": _("is not on the day"),
        "before": _("is before the day"),
        "after": _("is after the day"),
        **LATELY,
        "next_days": _("in the next … days"),
        "not_next_days": _("not in the next … days"),
        **FILLED,
    },
    Kind.BIRTHDAY: {
        "next_days": _("in the next … days"),
        "not_next_days": _("not in the next … days"),
        "month": _("in the month"),
        "not_month": _("not in the month"),
        **FILLED,
    },
    Kind.LIST: {"on": _("are on the list"), "not_on": _("are not on the list")},
    Kind.ADDED: {**LATELY, "before": _("before the day"), "after": _("after the day")},
    Kind.TEXTED: {**LATELY, "ever": _("at some time"), "not_ever": _("never")},
    Kind.REPLIED: {**LATELY, "ever": _("at some time"), "not_ever": _("never")},
    Kind.CLICKED: {**LATELY, "ever": _("at some time"), "not_ever": _("never")},
    Kind.CONSENT: {"given": _("have agreed"), "not_given": _("have not agreed")},
    Kind.COUNTRY: {"is": _("is"), "not_is": _("is not")},
    Kind.OPTED_OUT: {
        "out": _("have opted out"),
        "not_out": _("have not opted out"),
        "held": _("wait for your decision"),
        "not_held": _("do not wait for your decision"),
    },
    Kind.SEARCH: {"words": _("is found"), "not_words": _("is not found")},
}
SUBJECTS: dict[Kind, object] = {
    Kind.LIST: _("List"),
    Kind.CONSENT: _("Promotions"),
    Kind.OPTED_OUT: _("Opt-out"),
    Kind.COUNTRY: _("Country of the number"),
    Kind.ADDED: _("Added"),
    Kind.TEXTED: _("Last texted"),
    Kind.REPLIED: _("Last replied"),
    Kind.CLICKED: _("Last opened a link"),
    Kind.SEARCH: _("Words of the search"),
}


def tests(kind: Kind) -> dict[str, str]:
    """What can be asked about a kind."""
    return {test: str(WORDS[kind][test]) for test in TESTS[kind]}


def subjects(account: Account) -> dict[str, str]:
    """What the conditions of an account can be about."""
    labels = fields.labels(account)
    return {
        subject: labels[subject] if subject in labels else str(SUBJECTS[kind])
        for subject, kind in kinds_of(account).items()
    }


def groups(account: Account, *, any_list: bool) -> dict[str, dict[str, str]]:
    """The same in groups, for a choice."""
    names = subjects(account)
    of_texts = [Kind.ADDED, Kind.TEXTED, Kind.REPLIED, Kind.CLICKED]
    about = [*([Kind.LIST] if any_list else []), Kind.CONSENT, Kind.OPTED_OUT, Kind.COUNTRY]
    details = [name for name in names if name not in set(Kind)]
    return {
        gettext("What you know of them"): {name: names[name] for name in details},
        gettext("Lists and consent"): {kind.value: names[kind] for kind in about},
        gettext("Times"): {kind.value: names[kind] for kind in of_texts},
        gettext("More"): {Kind.SEARCH.value: names[Kind.SEARCH]},
    }


def months() -> dict[str, str]:
    """The months of a year."""
    locale = get_locale()
    names: Mapping[int, str] = locale.months["stand-alone"]["wide"] if locale else {}
    return {str(month): names.get(month, str(month)) for month in range(1, 13)}


def sentence(condition: Condition, names: Mapping[str, str], lists: Mapping[str, str]) -> str:
    """A condition in words: "City: is “Łódź”"."""
    words = str(WORDS[condition.kind][condition.test])
    return f"{names.get(condition.subject, condition.subject)}: {_asked(condition, words, lists)}"


def _asked(condition: Condition, words: str, lists: Mapping[str, str]) -> str:
    needs, value = condition.needs, condition.value
    if needs is Value.NOTHING:
        return words
    if needs is Value.DAYS:
        return _days(condition.test, int(value))
    if needs is Value.NUMBER:
        return f"{words} {number(float(value))}"
    if needs is Value.DATE:
        return f"{words} {day(date.fromisoformat(value))}"
    if needs is Value.MONTH:
        return f"{words} {months()[value]}"
    if needs is Value.COUNTRY:
        locale = get_locale()
        return f"{words} {locale.territories.get(value, value) if locale else value}"
    name = lists.get(value, gettext("a deleted list")) if needs is Value.LIST else value
    return str(pgettext("condition", "%(asked)s “%(value)s”", asked=words, value=name))


def _days(test: str, days: int) -> str:
    n = number(days)
    sentences = {
        "last_days": ngettext("in the last %(n)s day", "in the last %(n)s days", days, n=n),
        "not_last_days": ngettext(
            "not in the last %(n)s day", "not in the last %(n)s days", days, n=n
        ),
        "next_days": ngettext("in the next %(n)s day", "in the next %(n)s days", days, n=n),
        "not_next_days": ngettext(
            "not in the next %(n)s day", "not in the next %(n)s days", days, n=n
        ),
    }
    return str(sentences[test])
