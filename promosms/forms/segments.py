"""The form of a segment: its name, and a row for each condition.

The rows are read as they were typed, so that adding one or taking one out loses nothing.
"""

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import get_locale
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from promosms.forms import segment_values, segment_words
from promosms.forms.form import Form, Problem
from promosms.forms.shared import stripped
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import Account, RecipientList
from promosms.services.recipients import states
from promosms.services.recipients.segments import subjects
from promosms.services.recipients.segments.conditions import (
    MOST,
    TESTS,
    Condition,
    Filter,
    Kind,
    Match,
    Value,
)

Raw = Mapping[str, str]
ROW = ("kind", "subject", "test", *(str(value) for value in Value if value))


class WrongValue(ValueError):
    """What is typed in a field of a condition cannot be taken; the words say what to do."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class ConditionForm(Form):
    """A condition: what is asked, and with what."""

    place = 0
    """Its place among the conditions of the form."""
    kind = HiddenField()
    subject = HiddenField()
    test = SelectField(_("Condition"), validate_choice=False)
    text = StringField(_("Words"), filters=[stripped], render_kw={"maxlength": 100})
    number = StringField(_("Which number"), filters=[stripped], render_kw={"inputmode": "decimal"})
    date = StringField(_("Day"), filters=[stripped], render_kw={"type": "date"})
    days = StringField(_("Days"), filters=[stripped], render_kw={"inputmode": "numeric"})
    month = SelectField(_("Month"), validate_choice=False)
    list = SelectField(_("List"), validate_choice=False)
    country = SelectField(_("Country"), validate_choice=False)

    def prepare(self, offered: "Offered") -> None:
        """Set the choices, and what the row is called."""
        self.name = offered.names.get(self.subject.data or "", "")
        kind = Kind(self.kind.data or "")
        self.test.choices = segment_words.tests(kind)
        self.month.choices, self.list.choices = offered.months, offered.lists
        self.country.choices = offered.countries
        needed = {value for value in TESTS[kind].values() if value}
        self.needed = [self[str(value)] for value in Value if value in needed]
        self.values = {test: str(value) for test, value in TESTS[kind].items()}
        for field in self.needed:
            field.label.text = f"{self.name}: {field.label.text}"
        self.test.label.text = f"{self.name}: {self.test.label.text}"

    def ready(self) -> Condition | None:
        """The condition; None if something is to be put right."""
        try:
            return self._condition()
        except WrongValue:
            return None

    def read(self) -> Condition | None:
        """The condition; None with an error at what is to be put right."""
        try:
            return self._condition()
        except WrongValue as problem:
            self[problem.field].errors = [str(problem)]
            return None

    def _condition(self) -> Condition:
        kind, test = Kind(self.kind.data or ""), self.test.data or ""
        value = TESTS[kind].get(test)
        if value is None:
            raise WrongValue("test", gettext("Choose a condition."))
        try:
            kept = segment_values.read(value, self[str(value)].data or "") if value else ""
        except ValueError as error:
            raise WrongValue(str(value), str(error)) from error
        return Condition(kind, self.subject.data or "", test, kept)


class Offered:
    """What an account can choose from in its conditions."""

    def __init__(
        self, account: Account, all_lists: Iterable[RecipientList], rows: list[Raw]
    ) -> None:
        locale = get_locale()
        self.kinds = subjects.of(account)
        self.names = segment_words.subjects(account)
        self.lists = {one.public_id: one.name for one in all_lists}
        codes = {*states.countries(account.id), *(row.get("country", "") for row in rows)} - {""}
        known = {code: locale.territories.get(code, code) if locale else code for code in codes}
        self.countries = dict(sorted(known.items(), key=lambda item: item[1]))
        self.months = segment_words.months()


class SegmentForm(Form):
    """The name of a segment, whether all conditions count or any, and a condition to add."""

    name = StringField(
        _("Name of the segment"),
        [DataRequired(_("Give the segment a name.")), Length(max=80)],
        filters=[stripped],
        render_kw={"maxlength": 80, "autocomplete": "off"},
    )
    match = RadioField(
        _("Who is in it"),
        choices=lambda: {
            Match.ALL.value: gettext("Whoever meets all conditions"),
            Match.ANY.value: gettext("Whoever meets at least one of them"),
        },
        default=Match.ALL.value,
    )
    add = SelectField(_("Another condition"), default="", validate_choice=False)

    rows: Sequence[ConditionForm] = ()
    """A form for each condition, made by `prepare`."""

    def prepare(
        self, account: Account, rows: Iterable[Raw], all_lists: list[RecipientList]
    ) -> None:
        """Make the rows of the conditions as they were typed."""
        raw = list(rows)[:MOST]
        offered = Offered(account, all_lists, raw)
        self.rows = [_row(number, each, offered) for number, each in enumerate(raw)]
        self.rows = [row for row in self.rows if row.name]
        groups = segment_words.groups(account, any_list=bool(offered.lists))
        self.add.choices = {"": {"": gettext("Choose what it is about")}, **groups}
        self.kinds = offered.kinds

    @property
    def problems(self) -> list[Problem]:
        """What is to be put right in the form and in its rows."""
        of_rows = [problem for row in self.rows for problem in row.problems]
        return [*super().problems, *of_rows]

    def read(self) -> Filter | None:
        """The conditions; None if something is to be put right."""
        conditions = [row.read() for row in self.rows]
        if not conditions:
            self.add.errors = [gettext("Add at least one condition.")]
        if not conditions or None in conditions:
            return None
        return Filter(self._match(), tuple(row for row in conditions if row))

    def ready(self) -> Filter | None:
        """The conditions, without errors; None as long as one is not ready."""
        ready = tuple(row for row in (each.ready() for each in self.rows) if row)
        return Filter(self._match(), ready) if 0 < len(self.rows) == len(ready) else None

    def _match(self) -> Match:
        return Match.ANY if self.match.data == Match.ANY else Match.ALL


def typed(form: "MultiDict[str, str]") -> list[dict[str, str]]:
    """The rows of conditions as they were typed."""
    rows = [
        {name: form.get(f"c{number}-{name}", "")[:300] for name in ROW}
        for number in range(MOST)
        if f"c{number}-subject" in form
    ]
    return [row for row in rows if row["kind"] in set(Kind)]


def shown(chosen: Filter) -> list[dict[str, str]]:
    """The rows of stored conditions."""
    return [
        {
            "kind": row.kind.value,
            "subject": row.subject,
            "test": row.test,
            **({str(row.needs): row.value} if row.needs else {}),
        }
        for row in chosen.conditions
    ]


def _row(number: int, raw: Raw, offered: Offered) -> ConditionForm:
    row = ConditionForm(formdata=None, data=raw, prefix=f"c{number}-", meta={"csrf": False})
    row.place = number
    row.prepare(offered)
    return row
