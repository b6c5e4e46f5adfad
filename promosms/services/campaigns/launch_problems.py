"""Why a campaign cannot be launched, changed or tested now."""

from enum import StrEnum

from promosms.services.campaigns.guard import StopReason
from promosms.services.senders.availability import SenderProblem


class LaunchProblem(StrEnum):
    """Why a campaign cannot be launched, changed or tested now."""

    NOT_DRAFT = "not_draft"
    CHANGED = "changed"
    EMPTY_TEXT = "empty_text"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    FOREIGN_PLACEHOLDER = "foreign_placeholder"
    NO_WAY_OUT = "no_way_out"
    LIKE_PROMOTION = "like_promotion"
    TOO_LONG = "too_long"
    NO_AUDIENCE = "no_audience"
    SUSPENDED = "suspended"
    NO_GATEWAY = "no_gateway"
    NO_PRICE = "no_price"
    PRICE_CHANGED = "price_changed"
    NOT_RUNNING = "not_running"
    TRIAL_GUESTS = "trial_guests"
    TRIAL_DAY = "trial_day"
    TOO_MANY = "too_many"
    TIME_PASSED = "time_passed"
    LATE = "late"
    CAMPAIGN_LIMIT = "campaign_limit"
    MONTH_LIMIT = "month_limit"
    AB_MONEY = "ab_money"
    AB_BEING_PREPARED = "ab_being_prepared"
    AB_STOPPED = "ab_stopped"
    AB_TOO_LATE = "ab_too_late"
    AB_UNMEASURABLE = "ab_unmeasurable"
    FOLLOW_UP_IN_TURN = "follow_up_in_turn"
    FOLLOW_UP_TOO_LATE = "follow_up_too_late"
    SECOND_YES = "second_yes"
    NAME_GONE = "name_gone"
    NAME_NOT_ON_ROUTE = "name_not_on_route"
    NAME_NOT_HERE = "name_not_here"
    NAME_NEEDS_WAY_OUT = "name_needs_way_out"


class LaunchError(Exception):
    """The campaign cannot be launched; `code` says why."""

    def __init__(self, code: LaunchProblem) -> None:
        super().__init__(code)
        self.code = code


OF_SENDERS = {
    SenderProblem.NAME_GONE: LaunchProblem.NAME_GONE,
    SenderProblem.NAME_NOT_ON_ROUTE: LaunchProblem.NAME_NOT_ON_ROUTE,
}
OVER = {
    StopReason.CAMPAIGN: LaunchProblem.CAMPAIGN_LIMIT,
    StopReason.MONTH: LaunchProblem.MONTH_LIMIT,
}
