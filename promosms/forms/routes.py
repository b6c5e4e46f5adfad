"""Forms for the routes of admins."""

import re
from typing import ClassVar

from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput

from promosms.forms.form import Form
from promosms.forms.shared import WholeNumberField, stripped
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.lib import countries
from promosms.models import REST_TYPES, Route, SenderKind
from promosms.services.gateways.routes import Abilities, Behind
from promosms.sms.senders import spelling

MOST_WEIGHT = 1000


def _kinds() -> dict[str, str]:
    return {
        SenderKind.NAME.value: gettext("A name: nobody can answer"),
        SenderKind.NUMBER.value: gettext("A number: people can answer, also with STOP"),
    }


def _rest_types() -> dict[str, str]:
    return {str(number): f"{number}, {name}" for number, name in REST_TYPES.items()}


class NewRouteForm(Form):
    """The name of a route."""

    name = StringField(
        _("Name"),
        [InputRequired(_("Please fill in this field.")), Length(max=40)],
        [stripped],
        render_kw={"maxlength": 40, "autocomplete": "off"},
    )


class RouteForm(NewRouteForm):
    """The name of a route, and what recipients see as the sender."""

    words: ClassVar[dict[str, object]] = {"sender_kind": _("Choose a name or a number.")}

    sender_kind = RadioField(_("Sender"), choices=_kinds)
    sender = StringField(
        _("The name or number that recipients see"),
        [InputRequired(_("Please fill in this field."))],
        [stripped],
        description=_(
            "A name of 3 to 11 characters that the provider has approved, or a number of yours, "
            "such as +48732000001 or 71234."
        ),
        render_kw={"autocomplete": "off"},
    )

    names = BooleanField(
        _("Customers can send under approved names of their own"),
        description=_("Only if the provider behind it takes any name that you approve."),
    )
    flash = BooleanField(
        _("Texts open on the screen, and phones do not keep them (flash)"),
        description=_("Every gateway of this route must be able to do it."),
    )
    urgent = BooleanField(
        _("Served first"),
        description=_("Campaigns on this route leave before those of other routes."),
    )
    offered = BooleanField(
        _("Customers can choose it"),
        description=_("The route that is used for new campaigns they always can."),
    )
    description = StringField(
        _("What customers read about it"),
        [Length(max=200)],
        [stripped],
        description=_("One sentence. For example: People can answer, and it costs least."),
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
    rest_types = SelectMultipleField(
        _("Types of PromoSMS plug-ins that go by it"),
        choices=_rest_types,
        option_widget=CheckboxInput(),
        description=_(
            "What plug-ins for PromoSMS REST 3.2 write as the type. Each belongs to one route: "
            "another one that has it loses it. Customers must be able to choose the route."
        ),
    )

    @classmethod
    def of(cls, route: Route) -> "RouteForm":
        """The form with the stored values."""
        form = cls(formdata=None, obj=route)
        form.rest_types.data = [number for number in route.rest_types.split(",") if number]
        return form

    def abilities(self) -> Abilities:
        """What customers can do with it."""
        return Abilities(
            names=bool(self.names.data),
            flash=bool(self.flash.data),
            urgent=bool(self.urgent.data),
            offered=bool(self.offered.data),
            description=self.description.data or "",
            rest_types=",".join(sorted(self.rest_types.data or ())),
        )

    def validate_sender(self, field: Field) -> None:
        """A name or a number, by the rule of `sms/senders/spelling.py`."""
        if self.sender_kind.data == SenderKind.NUMBER:
            number = spelling.number(field.data)
            if number is None:
                raise ValidationError(
                    gettext("Enter a number with its country code, such as +48732000001, or 71234.")
                )
            field.data = number
        elif not spelling.is_name(field.data):
            raise ValidationError(
                gettext(
                    "Enter 3 to 11 letters and digits without accents, not only digits. Between "
                    "them may stand blanks and the signs . - _ &."
                )
            )


class AttachForm(Form):
    """The gateway to attach or detach."""

    gateway = HiddenField(validators=[InputRequired()])


class PlaceForm(AttachForm):
    """The place of a gateway behind a route, its share there, and its countries."""

    position = WholeNumberField(
        _("Place"),
        [
            InputRequired(_("Enter a number from 1 to 99.")),
            NumberRange(1, 99, _("Enter a number from 1 to 99.")),
        ],
        render_kw={"min": 1, "max": 99},
    )
    weight = WholeNumberField(
        _("Weight"),
        [
            InputRequired(_("Enter a number from 0 to 1000.")),
            NumberRange(0, MOST_WEIGHT, _("Enter a number from 0 to 1000.")),
        ],
        render_kw={"min": 0, "max": MOST_WEIGHT},
    )
    countries = StringField(
        _("Countries"),
        [Length(max=800)],
        [stripped],
        render_kw={"autocomplete": "off", "placeholder": "PL, DE"},
    )

    @classmethod
    def of(cls, behind: Behind) -> "PlaceForm":
        """The form with the stored values."""
        return cls(
            formdata=None,
            gateway=behind.gateway.name,
            position=behind.position + 1,
            weight=behind.weight,
            countries=", ".join(behind.countries),
        )

    def number_ids(self, number: int) -> None:
        """Make the ids of the fields unique: a page has several of these forms."""
        for field in self:
            field.id = field.label.field_id = f"{field.name}-{number}"

    def codes(self) -> list[str]:
        """The typed country codes (ISO 3166-1 alpha-2)."""
        return sorted(set(re.split(r"[\s,;]+", (self.countries.data or "").upper())) - {""})

    def validate_countries(self, field: Field) -> None:
        """Every code must be one of ISO 3166-1."""
        if unknown := [code for code in self.codes() if not countries.exists(code)]:
            raise ValidationError(
                gettext(
                    "There is no country %(code)s. Write codes such as PL, DE.", code=unknown[0]
                )
            )
