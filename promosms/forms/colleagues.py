"""Forms about colleagues: invite, another role, the end of a sign-in."""

from typing import Any, ClassVar

from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import InputRequired, Length

from promosms.forms.auth import EmailForm
from promosms.forms.form import Form
from promosms.forms.privacy import LeavingForm
from promosms.language import gettext, pgettext
from promosms.language import lazy_gettext as _
from promosms.models import Role

KEEP, REVOKE = "keep", "revoke"


def _roles() -> dict[str, str]:
    return {
        Role.VIEWER.value: pgettext("choice", "Viewer: looks at everything, and changes nothing"),
        Role.MEMBER.value: pgettext(
            "choice", "Member: works with recipients, sends texts, answers replies"
        ),
        Role.OWNER.value: pgettext(
            "choice", "Owner: does everything, also payments, programs and colleagues"
        ),
    }


def _keys() -> dict[str, str]:
    return {
        REVOKE: gettext("Revoke them: programs that use them can do nothing more"),
        KEEP: gettext("Keep them: they become an owner’s, and programs go on working"),
    }


class InviteForm(EmailForm):
    """Who is invited, and as what."""

    words: ClassVar[dict[str, object]] = {"role": _("Choose what this person may do.")}

    role = RadioField(_("What may this person do?"), choices=_roles, default=Role.MEMBER.value)

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.email.render_kw = {"autocomplete": "off", "maxlength": 254, "required": True}


class InvitationForm(Form):
    """The address of an invitation that waits."""

    email = HiddenField(validators=[Length(max=254)])


class _KeysForm(Form):
    """What becomes of the API keys of a person, if there are any that work."""

    words: ClassVar[dict[str, object]] = {"keys": _("Choose what becomes of these keys.")}

    keys = RadioField(_("What becomes of them?"), choices=_keys)

    def __init__(self, has_keys: bool = True, **arguments: Any) -> None:
        super().__init__(**arguments)
        if not has_keys:
            del self.keys

    @property
    def keep_keys(self) -> bool | None:
        """As of `colleagues.Change`."""
        return self.keys.data == KEEP if self.keys else None


class RoleForm(_KeysForm):
    """Another role."""

    words: ClassVar[dict[str, object]] = {
        "role": _("Choose what this person may do."),
        **_KeysForm.words,
    }

    role = RadioField(_("What may this person do?"), choices=_roles)

    def validate(self, extra_validators: Any = None) -> bool:
        """Keys matter only to somebody who may have none any more."""
        if self.keys and self.role.data == Role.OWNER:
            del self.keys
        valid: bool = super().validate(extra_validators)
        return valid


class RemoveForm(_KeysForm):
    """The end of somebody's sign-in."""


class LeaveForm(LeavingForm):
    """The confirmation of somebody who ends the own sign-in."""

    confirmed = BooleanField(
        _("End my sign-in, for good"), [InputRequired(_("Tick this box if you want to leave."))]
    )
