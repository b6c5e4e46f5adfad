"""What kind of text a campaign is, and whether it says how to opt out."""

from wtforms import BooleanField, HiddenField, RadioField

from promosms.forms.form import Form
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import CampaignKind, is_promotional


def kind_names() -> dict[str, str]:
    """The kinds as they are chosen."""
    return {
        CampaignKind.PROMOTIONAL.value: gettext("Promotional text"),
        CampaignKind.SERVICE.value: gettext("Service text"),
    }


class KindFields(Form):
    """The kind of a text, and its opt-out line.

    `line_for` is the kind for which the line was chosen: whoever changes the kind gets what is
    usual for the other one, the line in promotional texts and none in service texts.
    """

    kind = RadioField(_("What it is"), choices=kind_names, default=CampaignKind.PROMOTIONAL.value)
    opt_out_line = BooleanField(
        _("Say how to opt out"),
        default=True,
        description=_("Adds a short line at the end. The law asks for it in promotional texts."),
    )
    line_for = HiddenField()

    def __init__(self, **arguments: object) -> None:
        super().__init__(**arguments)
        if self.kind.data not in set(CampaignKind):
            self.kind.data = CampaignKind.PROMOTIONAL.value
        if (self.line_for.data or self.kind.data) != self.kind.data:
            self.opt_out_line.data = is_promotional(self.kind.data)
        self.line_for.data = self.kind.data

    def show_kind(self, kind: str, *, opt_out_line: bool) -> None:
        """Choose the kind of a draft."""
        self.kind.data = self.line_for.data = kind
        self.opt_out_line.data = opt_out_line
