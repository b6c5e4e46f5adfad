"""Help about recipients: importing them, their consent, their replies."""

from promosms.language import gettext as _
from promosms.settings import settings
from promosms.views.help.pictures import Picture
from promosms.views.help.topic import Link, Part, Topic


def importing() -> Topic:
    """How a file becomes recipients."""
    return Topic(
        "import",
        _("Import your recipients"),
        _("A table or a pasted list becomes recipients. Only the mobile number is needed."),
        (
            Part(
                steps=(
                    _(
                        "Take your Excel or LibreOffice table, or save the list of your till "
                        "as CSV."
                    ),
                    _(
                        "Under Recipients, press “Import a file” and choose it. It may have "
                        "up to %(size)s.",
                        size=f"{settings.import_bytes // (1024 * 1024)}\N{NO-BREAK SPACE}MB",
                    ),
                    _(
                        "Check what each column means; we have guessed. A column with "
                        "“Leave out” is not stored."
                    ),
                    _(
                        "Say what happens to people who are here already. “What will happen” "
                        "shows the result beforehand."
                    ),
                    _(
                        "Say whether these people have agreed to promotions, and where and "
                        "when. Put them on a list if you like."
                    ),
                    _("Press “Start the import”."),
                ),
                picture=Picture(
                    "file", _("A table with number, first name and city, and two recipients in it")
                ),
            ),
            Part(
                _("What happens by itself"),
                points=(
                    _("A number that comes twice becomes one recipient."),
                    _(
                        "Landlines and wrong numbers are refused with the reason: correct "
                        "them on the page of the import."
                    ),
                    _(
                        "A number that Excel has rounded, such as 4.479E+11, is refused "
                        "too: its digits are lost. Set the column to text in the original "
                        "table."
                    ),
                    _("Who has opted out stays opted out, whatever the file says."),
                ),
            ),
            Part(
                _("Was it the wrong file?"),
                (
                    _(
                        "For 24 hours “Undo the import” deletes whom it has added, and puts "
                        "back what it has changed in others. Opt-outs stay."
                    ),
                ),
            ),
            Part(
                _("Only a few numbers?"),
                (
                    _(
                        "“Paste numbers” takes them as they are, one per line; a name may "
                        "follow after a comma."
                    ),
                ),
            ),
        ),
        (Link("imports.new", _("Import a file")), Link("imports.paste", _("Paste numbers"))),
        _("upload, table, spreadsheet, Excel, CSV, list, customers, numbers, undo"),
    )


def consent() -> Topic:
    """What is needed before a promotion may be sent, and what is kept of it."""
    return Topic(
        "consent",
        _("Consent: what you need, what we keep"),
        _(
            "A campaign goes only to people who have agreed to it, and you may "
            "be asked to prove it."
        ),
        (
            Part(
                _("What you need"),
                (
                    _(
                        "The law asks that people agree themselves, before your first text, "
                        "and know who will write to them and why. A box that was ticked "
                        "already is no consent; a number from a receipt or a bought list is "
                        "none either."
                    ),
                ),
            ),
            Part(
                _("How to enter it"),
                points=(
                    _(
                        "With an import: once for all its rows. If a column of your table "
                        "says who has not agreed, choose “Has agreed to texts (no: never "
                        "text)” for it."
                    ),
                    _("For one person: on the page of the recipient."),
                    _(
                        "“No, or I do not know: they get no promotional texts” is an honest "
                        "answer. These people stay on your lists, and every campaign leaves "
                        "them out until you enter a consent."
                    ),
                ),
                picture=Picture(
                    "consent",
                    _("The question whether you may text promotions, with its two answers"),
                ),
            ),
            Part(
                _("What we keep"),
                (
                    _(
                        "With each recipient: the answer, where or how they agreed, and the "
                        "day. You find it on the page of the recipient and in the "
                        "downloads, so you can show it to a person or an authority that "
                        "asks."
                    ),
                ),
            ),
            Part(
                _("When it ends"),
                (
                    _(
                        "A STOP counts more than any consent, also one that you import "
                        "later. Only the person can take it back."
                    ),
                ),
            ),
        ),
        (Link("recipients.index", _("Recipients")), Link("policies.privacy", _("Privacy"))),
        _("agree, agreement, permission, proof, GDPR, marketing"),
    )


def segments() -> Topic:
    """Saved filters."""
    return Topic(
        "segments",
        _("Segments: saved filters"),
        _("A segment is a filter that you save. Who is in it is looked up each time."),
        (
            Part(
                steps=(
                    _("Under Recipients, open “Segments” and press “New segment”."),
                    _(
                        "Choose what a condition is about, such as the city, the last text or a "
                        "list, and press “Add”."
                    ),
                    _("The page says how many meet the conditions. Save the segment with a name."),
                ),
                drawing="search",
            ),
            Part(
                _("A list or a segment?"),
                (
                    _(
                        "You put people on a list yourself. In a segment they are by themselves, "
                        "as long as they meet its conditions."
                    ),
                ),
                points=(
                    _("Capital letters and accents make no difference: lodz finds Łódź."),
                    _(
                        "Days are those of your time zone, and today is the first or the last of "
                        "them."
                    ),
                    _("“Last texted” means campaigns and texts to one person; tests do not count."),
                    _(
                        "With many recipients the number is counted from time to time, and the "
                        "page says when."
                    ),
                ),
            ),
        ),
        (Link("segments.index", _("Segments")),),
        _("filter, audience, group"),
    )


def replies() -> Topic:
    """What happens when somebody answers."""
    return Topic(
        "replies",
        _("STOP and other replies"),
        _("Who answers STOP gets nothing more from you. You do not have to do anything."),
        (
            Part(
                points=(
                    _(
                        "STOP is obeyed at once, in many languages and with slips of the "
                        "finger. What still waits for that number is not sent."
                    ),
                    _(
                        "The number stays under “Opt-outs”, also when you delete the "
                        "recipient or import the number again. Only the person can take it "
                        "back, by texting START."
                    ),
                    _(
                        "HELP is answered by us with what you have entered in the settings "
                        "under “Your business”."
                    ),
                    _("Everything else waits for you in the “Inbox”."),
                )
            ),
            Part(
                _("Answering"),
                (
                    _("Open the reply and write below it; the button says the price."),
                    _(
                        "Who has written in the last 30 days may be answered without consent "
                        "to promotions; to write first you need it."
                    ),
                ),
            ),
            Part(
                _("When it is not certain"),
                (
                    _(
                        "Somebody writes: please leave me alone. Such a number gets no "
                        "texts until you have read the reply and decided: “They want no "
                        "more texts” or “It was about something else”. It stands at the top "
                        "of the inbox."
                    ),
                ),
            ),
            Part(
                _("When somebody tells you in the shop"),
                (
                    _(
                        "On the page of the recipient press “They want no more texts”, or "
                        "enter the number under “Opt-outs”. “Added by mistake” takes off "
                        "what you have entered."
                    ),
                ),
            ),
            Part(
                _("The line about STOP"),
                (
                    _(
                        "It is added to a campaign in the language that you choose. Leave "
                        "it on in promotions: the law asks for a way out. Nobody can answer "
                        "a name; the page where you write shows the sender."
                    ),
                ),
                picture=Picture("way-out", _("The setting with the line: Reply STOP to opt out")),
            ),
        ),
        (Link("inbox.index", _("Inbox")), Link("suppressions.index", _("Opt-outs"))),
        _("unsubscribe, opt out, answer, START, HELP, way out"),
    )
