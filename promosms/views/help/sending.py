"""Help about writing and sending."""

from promosms.language import gettext as _
from promosms.language import ngettext
from promosms.settings import settings
from promosms.sms.segments import ALONE, JOINED, MAX_PARTS
from promosms.views.help.pictures import Picture
from promosms.views.help.topic import Link, Part, Topic


def first_campaign() -> Topic:
    """The way from an empty account to the first report."""
    guests, texts = settings.trial_guests, settings.trial_texts_per_day
    return Topic(
        "first-campaign",
        _("Your first campaign"),
        _("From an empty account to the first report, in six steps."),
        (
            Part(
                steps=(
                    _("Under Recipients, press “Import a file” or “Paste numbers”."),
                    _(
                        "Press “Write a text”, choose who gets it, and write. You see at "
                        "once how it looks on a phone and what it costs."
                    ),
                    _(
                        "The button with the phone, “Save and text it to myself”, sends it "
                        "to your own number first. That costs as much as to anybody else."
                    ),
                    _(
                        "Press “Review before sending”. The page says who gets it, who is "
                        "left out and why, the price for each country, and what your "
                        "balance is afterwards."
                    ),
                    _(
                        "Press the button with the number of texts and the price. Nothing "
                        "leaves before that."
                    ),
                    _(
                        "Watch the report: it counts what has arrived, and you may leave it "
                        "at any time."
                    ),
                ),
                picture=Picture(
                    "sentence",
                    _("Below the text: people, texts each, price, and the button for the review"),
                ),
            ),
            Part(
                _("If you change your mind"),
                (
                    _(
                        "“Pause” keeps the rest waiting. “Cancel the rest” gives it up: "
                        "what was not sent is never sent, and its price comes back. What "
                        "was sent cannot be called back."
                    ),
                ),
            ),
            Part(
                _("While the account is on trial"),
                (
                    ngettext(
                        "It texts only the people who sign in to it and %(guests)s guest "
                        "who has agreed, not more than %(texts)s texts a day.",
                        "It texts only the people who sign in to it and up to %(guests)s "
                        "guests who have agreed, not more than %(texts)s texts a day.",
                        guests,
                        guests=guests,
                        texts=texts,
                    ),
                    _(
                        "The trial ends with the first top-up that is paid, or when the "
                        "operator ends it."
                    ),
                ),
            ),
        ),
        (Link("campaigns.new", _("Write a text")), Link("guests.index", _("Guests"))),
        _("start, begin, beginning, test, trial, send"),
    )


def prices() -> Topic:
    """What a text costs, and how it is counted."""
    plain, special = ALONE["gsm7"], ALONE["ucs2"]
    return Topic(
        "prices",
        _("Prices, and how texts are counted"),
        _("You pay for each text, by the country of the number. A long one counts as several."),
        (
            Part(
                points=(
                    _(
                        "Up to %(plain)s characters are one text; up to %(special)s if "
                        "there is a special letter or an emoji among them.",
                        plain=plain,
                        special=special,
                    ),
                    _(
                        "A longer one counts as several, of %(plain)s characters each, or of "
                        "%(special)s with special letters. On the phone it is one text "
                        "again.",
                        plain=JOINED["gsm7"],
                        special=JOINED["ucs2"],
                    ),
                    _("It may count as %(most)s texts at most.", most=MAX_PARTS),
                    _("The characters € ^ ~ | \\ and square or curly brackets count twice."),
                    _(
                        "Names that are filled in may make the text longer for some people. "
                        "The sentence below the text says so, and the review counts each "
                        "person."
                    ),
                ),
                picture=Picture(
                    "meter", _("Below the text: 83 of 160 characters, and what one text costs")
                ),
            ),
            Part(
                _("When you pay"),
                (
                    _(
                        "The price that the review shows is set aside when you send. If the "
                        "campaign has become dearer by then, because prices or recipients "
                        "have changed, nothing is sent until you agree again."
                    ),
                    _(
                        "You pay for what the network takes. What it refuses costs nothing. "
                        "If nobody knows whether it was taken, the money comes back after "
                        "three days."
                    ),
                ),
            ),
            Part(
                _("Where the prices are"),
                (
                    _(
                        "Under Billing, “Price list” has the net price of one text for each "
                        "country, and what a larger top-up changes. Auto replies to STOP "
                        "and HELP cost you nothing."
                    ),
                ),
            ),
        ),
        (Link("billing.prices", _("Price list")), Link("billing.statement", _("Statement"))),
        _("cost, money, characters, length, long, several, cheap"),
    )


def accents() -> Topic:
    """Why a letter can make a text dearer, and what to do."""
    return Topic(
        "accents",
        _("Names with accents and special characters"),
        _(
            "One special letter is enough, and the text has less room. You see "
            "which one it is, and one click replaces it."
        ),
        (
            Part(
                _("Which letters are special"),
                (
                    _(
                        "Plain are the letters from A to Z, digits, usual punctuation, and "
                        "é è à ä ö ü ñ £ €."
                    ),
                    _(
                        "Special are, for example, ą ć ę ł ń ó ś ź ż, most other accents, "
                        "emoji, and the curly quotes and long dashes that other programs "
                        "put in by themselves."
                    ),
                ),
            ),
            Part(
                _("In the text that you write"),
                (
                    _(
                        "The special letters are named below the text. “Replace by plain "
                        "ones” writes a instead of ą, and straight quotes instead of curly "
                        "ones. If you would rather keep them, do nothing: they arrive as "
                        "you wrote them."
                    ),
                ),
                picture=Picture("letters", _("A notice that names the special letters of a text")),
            ),
            Part(
                _("In names that are filled in"),
                (
                    _(
                        "“Details of each person” puts the first name or another detail "
                        "into the text. One Łucja among a hundred makes only her text "
                        "dearer."
                    ),
                    _(
                        "If that happens, a switch offers to write such names without "
                        "accents, and says what this saves. The names in your list stay as "
                        "they are."
                    ),
                ),
            ),
            Part(
                _("When a detail is missing"),
                (
                    _(
                        "Behind the sign | stands what people without that detail read, "
                        "such as a friendly word. You can change it."
                    ),
                ),
            ),
        ),
        (Link("campaigns.new", _("Write a text")),),
        _("diacritics, Polish letters, emoji, first name, details, plain"),
    )


def delivery() -> Topic:
    """What the report says of a text, and what to do about it."""
    return Topic(
        "delivery",
        _("When texts arrive"),
        _("The report says of each person what became of the text, and why."),
        (
            Part(
                points=(
                    _("“Arrived”: the network says that the phone has it."),
                    _(
                        "“Sent, no answer yet”: the network has taken it. The phone may be "
                        "off, or without signal."
                    ),
                    _(
                        "“Did not arrive”: the reason stands beside it, such as an unknown "
                        "number or a phone that could not be reached in time."
                    ),
                    _(
                        "“Nobody knows”: the network did not say whether it took the text. "
                        "It is never sent again by itself, so that nobody gets it twice."
                    ),
                    _(
                        "“Left out”: for example without consent, after an opt-out, or "
                        "because there is no price for the country. Nothing was sent and "
                        "nothing paid."
                    ),
                ),
                picture=Picture(
                    "report",
                    _("A report: a bar of what arrived and what did not, with the numbers"),
                ),
            ),
            Part(
                _("What to do"),
                steps=(
                    _(
                        "Open the report and “See each recipient”; the buttons above show "
                        "one kind at a time."
                    ),
                    _("If the network does not know a number, ask the customer for the right one."),
                    _("If a phone could not be reached, try again another time."),
                    _(
                        "If texts were not confirmed, or the line had a fault, the report "
                        "offers “Look at sending again”. It shows the price first, and "
                        "reaches only those who may not have got it."
                    ),
                    _("“Download” gives you all of it as a table."),
                ),
            ),
            Part(
                _("If nothing moves at all"),
                (
                    _(
                        "The report says so when the sending service is not running. "
                        "Nothing is lost then: the texts leave as soon as it is back."
                    ),
                ),
            ),
        ),
        (Link("campaigns.index", _("Campaigns")),),
        _("delivered, not delivered, failed, report, status, undelivered, late"),
    )
