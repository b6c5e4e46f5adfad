"""Help about what is sent by itself: automations and automatic answers."""

from promosms.language import gettext as _
from promosms.views.help.pictures import Picture
from promosms.views.help.topic import Link, Part, Topic


def automations() -> Topic:
    """Texts that go when their day has come."""
    return Topic(
        "automations",
        _("Automations: texts that go by themselves"),
        _("A wish on the birthday, a welcome, a reminder: you write it once."),
        (
            Part(
                steps=(
                    _("Under Campaigns, open “Automations” and press “New automation”."),
                    _(
                        "Choose “Birthday” (that day or some days before), “Somebody joins a list” "
                        "(some days later), “No text for a while”, “Every week” or “Every month”."
                    ),
                    _(
                        "Write the text, say who gets it and at what time, and press “Save and "
                        "review”."
                    ),
                    _(
                        "The review says how many texts would go in 30 days, what each costs at "
                        "most and what a month costs, about. Press “Switch it on”."
                    ),
                ),
                picture=Picture(
                    "automation", _("An automation that is on: a wish on the birthday")
                ),
            ),
            Part(
                _("On each day"),
                points=(
                    _("Those whose day it is get the text. The day has its report."),
                    _(
                        "Consent, opt-outs and lists count as they are then. Nobody gets it twice "
                        "for the same birthday or for joining a list."
                    ),
                    _(
                        "If the service stood still until 21:00 of such a day, the page says "
                        "“Missed”, and nothing is sent later. Only who had no text for a while "
                        "gets it on the next day."
                    ),
                    _("Each text costs as much as any other."),
                ),
            ),
            Part(
                _("When it pauses itself"),
                (
                    _(
                        "When the balance is too small, a text would cost more than you agreed to, "
                        "the “Limit for a month” is reached, a list or a segment was deleted, the "
                        "sender may not be used, or too many texts did not arrive. Then nothing "
                        "more begins, and an e-mail tells the owner why. “Review and switch on” "
                        "starts it again."
                    ),
                    _("It is also off after each change, until you review it."),
                ),
            ),
        ),
        (Link("automations.index", _("Automations")),),
        _("automatic, birthday, welcome, reminder, recurring, weekly, monthly, repeat"),
    )


def answers() -> Topic:
    """What goes back by itself to people who write."""
    return Topic(
        "automatic-answers",
        _("Automatic answers and opening hours"),
        _("Who writes to you gets your text back at once, also at night."),
        (
            Part(
                steps=(
                    _("In the Inbox, open “Automatic answers” and press “New answer”."),
                    _(
                        "Choose when it leaves: “When their text begins with a word”, such as "
                        "PRICES, “When we are closed, to any other text” or “When we are open, to "
                        "any other text”."
                    ),
                    _("Write the text, and save it: the button says what each answer costs."),
                    _(
                        "For the last two, enter your “Opening hours”, with a “Break” if you have "
                        "one. A day that you leave empty is closed, and with “Closed on public "
                        "holidays” those are too."
                    ),
                    _("“Try a text” shows what somebody would get. That sends nothing."),
                ),
                drawing="bubble",
            ),
            Part(
                _("What it costs"),
                points=(
                    _(
                        "Each answer costs as much as any text. To a number abroad it leaves only "
                        "if that is no more than you agreed to."
                    ),
                    _("“In 24 hours at most” is a limit for all answers together."),
                    _("If one could not be sent, for example without balance, the page says why."),
                ),
            ),
            Part(
                _("Who gets none"),
                points=(
                    _("Who texts STOP, START, HELP or the keyword of a sign-up form."),
                    _("Who has opted out, or whose reply waits for your decision."),
                    _(
                        "Who has had the same answer in the last 12 hours, or three answers in a "
                        "day."
                    ),
                ),
            ),
            Part(
                _("Do you still see what they wrote?"),
                (_("Yes: it stays unread in the Inbox, and the answer stands below it."),),
            ),
        ),
        (
            Link("automatic_answers.index", _("Automatic answers")),
            Link("automatic_answers.hours", _("Opening hours")),
        ),
        _("reply, keyword, away, closed, holiday, night, out of office"),
    )
