"""The form of e-mails about replies."""

from wtforms import RadioField, SelectField

from promosms.forms.form import Form
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import ReplyDetail, ReplyMode
from promosms.services.reply_emails.preferences import MORNING, Choice

NONE = "none"
HOURS = 24


def _modes() -> dict[str, str]:
    return {
        NONE: gettext("No e-mails"),
        ReplyMode.EACH.value: gettext("At once; those of ten minutes together"),
        ReplyMode.DAILY.value: gettext("Once a day, if something new has come"),
    }


def _details() -> dict[str, str]:
    return {
        ReplyDetail.COUNT.value: gettext("Only how many there are"),
        ReplyDetail.BEGINNING.value: gettext("Who wrote, and the first words"),
        ReplyDetail.FULL.value: gettext("Who wrote, and all they wrote"),
    }


class ReplyEmailsForm(Form):
    """When e-mails leave, and what of the replies is in them."""

    mode = RadioField(_("When do you want an e-mail?"), choices=_modes, default=NONE)
    hour = SelectField(
        _("Hour of the daily one"),
        choices=lambda: {str(hour): f"{hour:02}:00" for hour in range(HOURS)},
        default=str(MORNING),
        description=_("On the clocks of your account."),
    )
    detail = RadioField(
        _("What is in it?"),
        choices=_details,
        default=ReplyDetail.BEGINNING.value,
        description=_(
            "An e-mail leaves this service and stays in your mailbox: when somebody is erased "
            "here, delete it there yourself. So take no more than you need."
        ),
    )

    def fill(self, choice: Choice) -> None:
        """Show what is stored."""
        self.mode.data = choice.mode.value if choice.mode else NONE
        self.hour.data, self.detail.data = str(choice.hour), choice.detail.value

    def choice(self) -> Choice:
        """What was chosen."""
        mode = None if self.mode.data == NONE else ReplyMode(self.mode.data)
        return Choice(mode, ReplyDetail(self.detail.data), int(self.hour.data))
