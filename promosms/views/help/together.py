"""Help for those who answer together."""

from promosms.language import gettext as _
from promosms.views.help.topic import Link, Part, Topic


def inbox() -> Topic:
    """Who looks after which conversation."""
    return Topic(
        "shared-inbox",
        _("Answer together: who looks after whom"),
        _("Each conversation can be one person’s, so that nobody is answered twice or forgotten."),
        (
            Part(
                steps=(
                    _("In the Inbox, open a conversation."),
                    _("Press “Take it”, or choose a colleague below the texts and press “Save”."),
                    _("Your colleague gets an e-mail with a link to it, without number and words."),
                ),
                drawing="people",
            ),
            Part(
                _("What you see"),
                points=(
                    _("Each row of the Inbox says who looks after it."),
                    _(
                        "“Mine” and “Nobody’s” show the open ones. After “Done” comes the next one "
                        "of that list."
                    ),
                    _("When the customer writes again, it is open, and the same person’s."),
                ),
            ),
            Part(
                _("What stays as it is"),
                points=(
                    _("Everybody reads and answers everything. An answer assigns nothing."),
                    _("Of two who press at once, the second one is told who has it."),
                ),
            ),
        ),
        (Link("inbox.index", _("Inbox")),),
        _("colleagues, team, assign, assigned, responsible, share"),
    )
