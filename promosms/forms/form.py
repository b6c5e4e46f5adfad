"""The base of all forms: it speaks in our words, and lists what is to be put right."""

from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Flask
from flask_wtf import FlaskForm
from jinja2 import pass_context
from jinja2.runtime import Context
from wtforms import Field, HiddenField, RadioField, SelectMultipleField
from wtforms.csrf.core import CSRFTokenField
from wtforms.fields.core import UnboundField

from promosms.forms.words import EMPTY, OwnWords, headline
from promosms.language import gettext


@dataclass(frozen=True)
class Problem:
    """What is to be put right; `anchor` is the id of the control, empty without one to see."""

    anchor: str
    text: str


class Form(FlaskForm):
    """A form. `words` has a sentence for each field about which the general one says too little."""

    words: ClassVar[dict[str, object]] = {}

    class Meta(FlaskForm.Meta):
        """How the fields are made."""

        def bind_field(self, form: Any, unbound_field: "UnboundField[Any]", options: Any) -> Any:
            """Give each field its sentences."""
            own = OwnWords(unbound_field.field_class, _sentence(form, options["name"]))
            return super().bind_field(form, unbound_field, {**options, "translations": own})

    @property
    def problems(self) -> list[Problem]:
        """What is to be put right, in the order of the fields; the first of each field."""
        return [_problem(field) for field in self if field.errors]


def init_app(app: Flask) -> None:
    """Give the templates the headline of a summary, and whether the page needs one."""
    app.jinja_env.globals.update(headline=headline, has_problems=has_problems)


@pass_context
def has_problems(context: Context) -> bool:
    """Is there something to put right in a form of this page? Its title says so first."""
    return any(form.problems for value in context.get_all().values() for form in _forms(value))


def _forms(value: object) -> list[Form]:
    """The form, or the forms in a list or under names."""
    if isinstance(value, dict):
        value = list(value.values())
    values = value if isinstance(value, list | tuple) else [value]
    return [each for each in values if isinstance(each, Form)]


def _sentence(form: Any, name: str) -> object:
    """What the form, or the part of it with this field, says of the field."""
    own = [vars(part).get("words", {}) for part in type(form).__mro__]
    return next((words[name] for words in own if name in words), None)


def _problem(field: Field) -> Problem:
    if isinstance(field, CSRFTokenField):
        return Problem("", gettext("This page was open too long. Press the button once more."))
    return Problem(_anchor(field), _words(field))


def _words(field: Field) -> str:
    """What is wrong with a field, in a sentence that is understood away from it."""
    words = str(field.errors[0])
    if words == str(EMPTY):
        return str(gettext("Fill in “%(field)s”.", field=field.label.text))
    return words


def _anchor(field: Field) -> str:
    """The id of the control, or of the first of several; empty without any."""
    if isinstance(field, RadioField | SelectMultipleField):
        return next((str(option.id) for option in field), "")
    return "" if isinstance(field, HiddenField) else str(field.id)
