"""Help about texts that are kept, compared, and leave little by little."""

from promosms.language import gettext as _
from promosms.services.campaigns import ab_tests, departure
from promosms.services.campaigns.draft_versions import MOST as MOST_VERSIONS
from promosms.services.templates.templates import MOST as MOST_TEMPLATES
from promosms.settings import settings
from promosms.views.help.pictures import Picture
from promosms.views.help.topic import Link, Part, Topic


def templates() -> Topic:
    """Texts that are kept, and what stood in a draft before."""
    return Topic(
        "templates",
        _("Templates and earlier versions"),
        _("Keep a text that you send again and again, and bring back what stood in a draft."),
        (
            Part(
                steps=(
                    _(
                        "Under Campaigns, open “Templates”. “Ready texts” has some for your "
                        "trade; “New template” makes one of your own."
                    ),
                    _(
                        "A text that you have written or sent becomes one with “Keep as a "
                        "template”."
                    ),
                    _(
                        "“Use it” begins a draft with it. Choose who gets it, look at the price, "
                        "and send it as always."
                    ),
                ),
                drawing="write",
            ),
            Part(
                _("What to know about templates"),
                points=(
                    _(
                        "A template has a text, what it is, and how to opt out. It has no "
                        "recipients and no time."
                    ),
                    _(
                        "If you change or delete one, campaigns that were begun with it stay as "
                        "they are."
                    ),
                    _("You can keep %(most)s of them.", most=MOST_TEMPLATES),
                ),
            ),
            Part(
                _("What stood in a draft before"),
                (
                    _(
                        "When a draft is saved with another text, what stood there is kept; while "
                        "you go on writing, once in five minutes, or when much of it goes. On the "
                        "page of the draft, “Earlier versions” lists the last %(most)s. What "
                        "differs is marked.",
                        most=MOST_VERSIONS,
                    ),
                    _(
                        "“Bring it back” puts a version back. What stands there at that moment "
                        "becomes a version itself, so nothing is lost. When the text is sent, its "
                        "versions are deleted."
                    ),
                ),
            ),
        ),
        (Link("templates.index", _("Templates")), Link("campaigns.new", _("Write a text"))),
        _("draft, version, undo, restore, ready, sample, save"),
    )


def leaving() -> Topic:
    """By whose clock a campaign leaves, and how fast."""
    hours = Part(
        _("At night"),
        (
            _(
                "Promotions leave only at the hours of each country: not at night, and where that "
                "is the custom not on Sundays and public holidays. What has to wait goes on by "
                "itself. The review shows it under “Who gets it later”. A text about something "
                "people asked for does not wait; the review warns you at night."
            ),
            _(
                "Where that is only the custom and no rule, “Every day from 7:00 to 22:00” lets it "
                "leave in the evening and on Sundays too."
            ),
        ),
    )
    return Topic(
        "departure",
        _("How a campaign leaves"),
        _("All at once, on the clock of each person, or little by little."),
        (
            Part(
                steps=(
                    _(
                        "Write the text. Give a day and a time if it shall leave later; without "
                        "them it leaves when you send it."
                    ),
                    _("Press “Review before sending”, and open “How it leaves”."),
                    _(
                        "With a time you choose whose clock counts: “On your clock” or “On the "
                        "clock of each person”."
                    ),
                    _(
                        "Choose how fast: “All at once”, “Evenly over some hours”, or “In batches, "
                        "so that you can answer them all”."
                    ),
                    _("Press “Work it out”: the review says when it is through."),
                ),
                drawing="bell",
            ),
            Part(
                _("On the clock of each person"),
                (
                    _(
                        "10:00 is then 10:00 where they are. The country of the number says where "
                        "that is. In a country with several time zones it leaves when the last of "
                        "them is there, so for nobody too early."
                    ),
                ),
            ),
            Part(
                _("Little by little"),
                (
                    _(
                        "Over 1 to %(hours)s hours, or so many people every so many minutes. It "
                        "never goes faster: what had to wait, at night or while you paused it, "
                        "makes all that follows later.",
                        hours=departure.MOST_HOURS,
                    ),
                ),
            ),
            *((hours,) if settings.quiet_hours else ()),
            Part(
                _("Phones that are off"),
                (
                    _(
                        "The network tries for a day or two. Choose less for a text that makes no "
                        "sense later: after that it does not arrive any more. If the line did not "
                        "take it in this time, it is not sent and costs nothing."
                    ),
                ),
            ),
        ),
        (Link("campaigns.new", _("Write a text")), Link("campaigns.calendar", _("Calendar"))),
        _("schedule, time, later, night, quiet hours, time zone, slow, spread, batches"),
    )


def two_texts() -> Topic:
    """A/B tests: how two texts are compared, and what the result means."""
    return Topic(
        "two-texts",
        _("Two texts: which one does better?"),
        _("Some people get text A, as many get text B. The better one goes to all the others."),
        (
            Part(
                steps=(
                    _("Write text A, press “Review before sending”, and open “Two texts”."),
                    _("Write “Text B”."),
                    _(
                        "Choose what decides. “More people open a link” needs a link in both "
                        "texts, and “Shorten the address, and count who opens it”. “More people "
                        "reply” needs a sender that can be answered."
                    ),
                    _(
                        "Choose how many people get one of both, and how many hours it waits when "
                        "both have left."
                    ),
                    _(
                        "Press “Work it out”. The review shows the people and the price of all "
                        "three groups. For the others the dearer text counts, so it costs no more; "
                        "that is set aside when it is their turn."
                    ),
                ),
            ),
            Part(
                _("What happens then"),
                (
                    _(
                        "When the time is over, the text with the larger share goes to the others "
                        "by itself; if both are equal, text A. In the report you can choose one "
                        "sooner. If one of both was cancelled or has reached nobody, it asks you."
                    ),
                ),
                picture=Picture(
                    "two-texts", _("A report: how many people text A and text B have reached")
                ),
            ),
            Part(
                _("When the difference may be chance"),
                (
                    _(
                        "Of few people, two more or less who answer prove nothing. The report says "
                        "so if the texts may be equally good. The larger share goes to the others "
                        "all the same, but do not learn from it how to write."
                    ),
                    _(
                        "It can be chosen from %(least)s people on, and not on trial.",
                        least=ab_tests.LEAST,
                    ),
                ),
            ),
        ),
        (Link("campaigns.new", _("Write a text")), Link("campaigns.index", _("Campaigns"))),
        _("A/B test, compare, variant, experiment, better, winner, chance"),
    )
