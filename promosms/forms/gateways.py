"""The form that adds a gateway: the settings that its adapter offers, and the speed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    Field,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from promosms.forms import gateway_words as words_of
from promosms.forms.admin import SpeedForm, between
from promosms.forms.shared import WholeNumberField, stripped
from promosms.gateways import KINDS
from promosms.gateways.base import Gateway
from promosms.gateways.http import ALLOW_INSECURE, COMMON, HttpGateway
from promosms.gateways.http.reachable import is_refused
from promosms.gateways.offered import Offered, Shape
from promosms.language import gettext
from promosms.language import lazy_gettext as _

REQUIRED = InputRequired(_("Please fill in this field."))
LONGEST, LONGEST_TEXT = 2000, 20_000
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
CONTROLS: Mapping[Shape, tuple[type[StringField], int, dict[str, object]]] = {
    Shape.LINE: (StringField, LONGEST, {**PLAIN}),
    Shape.SECRET: (PasswordField, LONGEST, {"autocomplete": "off"}),
    Shape.TEXT: (TextAreaField, LONGEST_TEXT, {**PLAIN, "rows": 4}),
}
ALLOW_PRIVATE, PER_HOUR, UNSIGNED = "allow_private", "per_hour", "unsigned"
ADDRESSES = {"base_url", "url"}
SIGNED_BY = {"public_key", "signature_secret", "signature_token", "signing_key"}
NOT_HERE = {"callback_url", "country", "webhook_token", "window", "tls_ca"}
"""What the gateway has itself, and a file of the server, about which a page tells nothing."""


class GatewayForm(SpeedForm):
    """The name of a gateway, its speed, and settings for which there is no field of their own."""

    kind: ClassVar[str] = "simulator"

    name = StringField(
        _("Name"),
        [REQUIRED, Length(max=40)],
        [stripped],
        description=_("As you call it, such as the name of the provider."),
        render_kw={"autocomplete": "off", "maxlength": 40},
    )
    others = TextAreaField(
        _("Other settings"),
        [Length(max=LONGEST_TEXT)],
        [stripped],
        render_kw={**PLAIN, "rows": 3},
    )

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        names = ", ".join(others_of(self.adapter))
        self.others.description = gettext(
            "As in the manual, one in each line: name=value. There are: %(names)s.", names=names
        )

    @property
    def adapter(self) -> type[Gateway]:
        """What reads the settings."""
        return KINDS[self.kind]

    @property
    def usual(self) -> list[Field]:
        """The fields of what every account needs."""
        fields = [self[each.name] for each in self.adapter.offered if not each.rare]
        return fields if self._slow else [*fields, self.rate]

    @property
    def rare(self) -> list[Field]:
        """The fields of what few need."""
        fields = [self[each.name] for each in self.adapter.offered if each.rare]
        speed = [self.rate] if self._slow else []
        return [*fields, *speed, self.window, self.connections, self.others]

    @property
    def _slow(self) -> bool:
        """Does a limit of its own keep it below every rate?"""
        return PER_HOUR in self

    @property
    def rare_problem(self) -> bool:
        """Is something to be put right among those?"""
        return any(field.errors for field in self.rare)

    @property
    def has_secrets(self) -> bool:
        """Is there something that a page does not repeat after an error?"""
        return any(each.shape is Shape.SECRET for each in self.adapter.offered)

    @property
    def settings(self) -> dict[str, str]:
        """The settings as the command on the server takes them; what is empty is left out."""
        typed = {each.name: _setting(self[each.name]) for each in self.adapter.offered}
        return {name: value for name, value in typed.items() if value} | dict(self._pairs())

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for line in (self.others.data or "").splitlines():
            name, _equals, value = line.partition("=")
            if line.strip():
                yield name.strip(), value.strip()

    def validate_name(self, field: Field) -> None:
        """In one line."""
        if not (field.data or "").isprintable():
            raise ValidationError(gettext("Write the name in one line."))

    def validate_others(self, _field: Field) -> None:
        """Only what the adapter knows and the form does not ask for."""
        for number, (name, value) in enumerate(self._pairs(), 1):
            if not value:
                wrong = gettext("Line %(number)s is not of the form name=value.", number=number)
                raise ValidationError(wrong)
            if name not in others_of(self.adapter):
                raise ValidationError(gettext("There is no other setting “%(name)s”.", name=name))

    def usable(self) -> bool:
        """Does the adapter take these settings? Ask once the form is valid.

        An adapter names one problem at a time. What is often forgotten is said together with it.
        """
        given = self.settings | self._forgotten()
        try:
            self.adapter(given)
        except (ValueError, LookupError) as problem:
            self._refuse(str(problem))
        return not self.errors

    def _forgotten(self) -> dict[str, str]:
        """Say what is often forgotten; returns the settings with which it would count as done."""
        given, done = self.settings, {}
        for name in self.data.keys() & SIGNED_BY:
            if not given.get(name) and not given.get(UNSIGNED):
                self[name].errors = [_unsigned(self[name])]
                done[UNSIGNED] = "yes"
        for name in ADDRESSES & given.keys():
            private = given.get(ALLOW_PRIVATE) == "yes"
            if self._inside(given[name], private=private):
                self[name].errors = [words_of.INSIDE]
                done[ALLOW_INSECURE] = "yes"
        return done

    def _inside(self, address: str, *, private: bool) -> bool:
        try:
            return is_refused(address, private=private)
        except ValueError:  # no address at all, as the adapter will say
            return False

    def _refuse(self, problem: str) -> None:
        """Put what the adapter says to the field that it names, or to the other settings."""
        named = next((name for name in re.findall(r"\w+", problem) if name in self), "others")
        field = self[named]
        own = words_of.WRONG.get(named)
        field.errors = [own or gettext("This cannot be used: %(problem)s", problem=problem)]


def _unsigned(field: Field) -> str:
    words: str = gettext(
        "Fill in “%(field)s”, or allow calls without a signature below.", field=field.label.text
    )
    return words


def _setting(field: Field) -> str:
    if isinstance(field, BooleanField):
        return "yes" if field.data else ""
    return "" if field.data is None else str(field.data)


def others_of(kind: type[Gateway]) -> list[str]:
    """The settings of an adapter without a field of their own."""
    shared = COMMON if issubclass(kind, HttpGateway) else set()
    offered = {each.name for each in kind.offered}
    return sorted((kind.required | kind.optional | shared) - offered - NOT_HERE)


@cache
def form_of(kind: str) -> type[GatewayForm]:
    """The form for gateways of this kind."""
    adapter = KINDS[kind]

    class Chosen(GatewayForm):
        """The form with a field for each offered setting."""

    Chosen.kind = kind
    for each in adapter.offered:
        setattr(Chosen, each.name, _field(kind, each, needed=each.name in adapter.required))
    return Chosen


def _named(choices: Sequence[str]) -> dict[str, str]:
    return {word: str(words_of.CHOICES.get(word, word)) for word in choices}


def _field(kind: str, each: Offered, *, needed: bool) -> Any:
    label, hint = words_of.LABELS[each.name], words_of.hint(kind, each)
    if each.shape is Shape.SWITCH:
        return BooleanField(label, description=hint, default=each.default == "yes")
    if each.shape is Shape.CHOICE:
        choices = partial(_named, each.choices)
        return SelectField(label, description=hint, choices=choices, default=each.default)
    if each.shape is Shape.NUMBER:
        limits = between(1, 65535)
        return WholeNumberField(label, limits, description=hint, default=int(each.default))
    control, longest, look = CONTROLS[each.shape]
    rules = [REQUIRED if needed else Optional(), Length(max=longest)]
    filters = [] if each.shape is Shape.SECRET else [stripped]
    return control(label, rules, filters, description=hint, render_kw=look)
