"""Why a campaign cannot be launched, changed or tested now, in words."""

from promosms.language import lazy_gettext as _
from promosms.services.campaigns.launch_problems import LaunchProblem

WORDS = {
    LaunchProblem.NOT_DRAFT: _("This campaign is already on its way. Nothing was sent twice."),
    LaunchProblem.CHANGED: _(
        "The campaign was changed after this review. Please look at it again."
    ),
    LaunchProblem.EMPTY_TEXT: _("Write the text first: there is nothing to send yet."),
    LaunchProblem.UNKNOWN_PLACEHOLDER: _(
        "The text has a detail in it that nobody can fill in. Please correct it first."
    ),
    LaunchProblem.FOREIGN_PLACEHOLDER: _(
        "Nothing was sent yet: please say first whether the text shall leave as it stands."
    ),
    LaunchProblem.NO_WAY_OUT: _(
        "People must be able to say no: this promotional text does not say how. Switch the line "
        "“Say how to opt out” on, or write in your own words how people can opt out by STOP."
    ),
    LaunchProblem.LIKE_PROMOTION: _(
        "Nothing was sent yet: please say first whether this is really about something they asked "
        "for or bought."
    ),
    LaunchProblem.TOO_LONG: _("The text is longer than six texts. Please shorten it first."),
    LaunchProblem.NO_AUDIENCE: _("Nobody would get this text. Choose recipients first."),
    LaunchProblem.SUSPENDED: _(
        "Your account cannot send at the moment. Please write to the operator."
    ),
    LaunchProblem.NO_GATEWAY: _(
        "Nothing can be sent at the moment: the operator has not set up a line. Nothing was lost."
    ),
    LaunchProblem.NO_PRICE: _("There is no price for the country of your number."),
    LaunchProblem.PRICE_CHANGED: _("The price has changed. Please look at the review again."),
    LaunchProblem.NOT_RUNNING: _("The campaign has moved on meanwhile. This is how it stands now."),
    LaunchProblem.TRIAL_GUESTS: _(
        "Your account is still on trial: it texts only your own number and your guests. Nobody "
        "of them would get this text."
    ),
    LaunchProblem.TRIAL_DAY: _(
        "Your account is still on trial, and these would be more texts than it may send in a day. "
        "Nothing was sent. Try again tomorrow, or top up once."
    ),
    LaunchProblem.CAMPAIGN_LIMIT: _(
        "This costs more than one campaign may cost, as the owner of the account wants it. Choose "
        "fewer people, or change the limit in Billing, Limits."
    ),
    LaunchProblem.MONTH_LIMIT: _(
        "With this campaign you would spend more in this month than you want to. Send it next "
        "month, choose fewer people, or change the limit in Billing, Limits."
    ),
    LaunchProblem.SECOND_YES: _(
        "So dear a campaign leaves only when a second person of your account says yes. Nothing was "
        "sent. Ask a colleague on its page."
    ),
    LaunchProblem.NAME_GONE: _(
        "The sender name of this campaign is not approved. Nothing is sent under it. Choose "
        "another sender, or write to the operator."
    ),
    LaunchProblem.NAME_NOT_ON_ROUTE: _(
        "The way of sending that you have chosen carries no names of your own. Choose its number, "
        "or send in another way."
    ),
    LaunchProblem.NAME_NOT_HERE: _(
        "The sender name cannot be used in the country of your number. Nothing was sent."
    ),
    LaunchProblem.NAME_NEEDS_WAY_OUT: _(
        "Nobody can answer the sender name, so STOP does not work, and a promotional text needs a "
        "way out. Add the line, which then has a link to opt out, or write a page, an e-mail "
        "address or a number in the text."
    ),
    LaunchProblem.TOO_MANY: _(
        "Many campaigns were started within an hour, and no text has left from any of them. "
        "Nothing was sent now. Try again in an hour."
    ),
    LaunchProblem.TIME_PASSED: _(
        "The time at which it was to start has passed meanwhile. Nothing was sent. Choose a later "
        "time, or empty the fields to send it at once."
    ),
    LaunchProblem.LATE: _(
        "The service stood still when it was to start, and now it is later than you allowed."
    ),
    LaunchProblem.AB_MONEY: _(
        "Your balance is too small for both texts and all the others. Nothing was sent. Top up "
        "first, or send one text to all."
    ),
    LaunchProblem.AB_BEING_PREPARED: _(
        "Both texts are being prepared just now. Try again in a moment."
    ),
    LaunchProblem.AB_STOPPED: _(
        "Which text is better is not known: one of them was cancelled, or has reached nobody. "
        "Choose one yourself."
    ),
    LaunchProblem.AB_TOO_LATE: _(
        "It is not known any more who has got one of both texts: numbers and texts of messages are "
        "deleted after a time, as your settings say."
    ),
    LaunchProblem.AB_UNMEASURABLE: _(
        "It can never be known which of both texts is better: they have no links that are counted, "
        "or nobody can reply to the sender. Choose something else in “Two texts”."
    ),
    LaunchProblem.FOLLOW_UP_IN_TURN: _(
        "Another text to the same people is being prepared, or waits for you. Let it leave or "
        "cancel it first: so nobody gets two."
    ),
    LaunchProblem.FOLLOW_UP_TOO_LATE: _(
        "It is not known any more whom this text would be for: numbers, texts and replies of that "
        "campaign are deleted after a time, as your settings say."
    ),
}
