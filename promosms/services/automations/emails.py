"""The e-mail about an automation that has paused itself."""

from promosms.language import gettext as _
from promosms.models import Automation, Campaign
from promosms.services.automations import words
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.services.recipients import detail_names
from promosms.urls import public_address


def paused(automation: Automation, prototype: Campaign) -> EmailText:
    """To an owner: why, and where it is switched on again."""
    name = detail_names.campaign_title(prototype)
    return _("“%(name)s” has paused itself", name=name), paragraphs(
        _("Your automation “%(name)s” sends nothing by itself at the moment.", name=name),
        words.why(automation.stopped_why),
        _("Look at it and switch it on again here:"),
        public_address(f"/automations/{automation.public_id}"),
    )
