"""The form that moves a scheduled campaign: another day or time, and nothing else."""

from wtforms import HiddenField

from promosms.forms.campaigns.when import ClockPart
from promosms.forms.form import Form
from promosms.language import gettext
from promosms.models import Campaign


class MoveForm(ClockPart, Form):
    """The new day and time; `seen` is the time that the page showed."""

    seen = HiddenField()

    def show(self, campaign: Campaign) -> None:
        """Fill in the time for which it is planned."""
        self.seen.data, self.zone.data = campaign.planned_time, campaign.planned_zone
        self.show_time(campaign.planned_time)

    def demand_time(self, campaign: Campaign) -> bool:
        """Is there a time to come, on the clocks of the campaign? False with an error else."""
        self.zone.data = campaign.planned_zone
        if not self.planned_time() and not self.day.errors and not self.clock.errors:
            self.day.errors = [gettext("Choose the day and the time.")]
        return bool(self.planned_time()) and self.lies_ahead()
