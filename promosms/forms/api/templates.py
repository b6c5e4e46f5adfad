"""Templates of the API: texts that the account keeps to begin campaigns with."""

from promosms.forms.api.campaigns import Id
from promosms.forms.api.shared import Given
from promosms.models import CampaignKind


class TemplateOut(Given):
    """A text that is kept, as a campaign takes it."""

    id: Id
    name: str
    text: str
    kind: CampaignKind


class TemplatesOut(Given):
    """All templates, those used last first."""

    templates: list[TemplateOut]
