"""Help about working together: who may do what, inviting, leaving, and who answers whom."""

from promosms.language import gettext as _
from promosms.services.colleagues import colleagues
from promosms.views.help.topic import Link, Part, Topic


def together() -> Topic:
    """How colleagues join an account, what they may do there, and how they leave."""
    return Topic(
        "colleagues",
        _("Work together"),
        _("Colleagues sign in to the same account, each with an own password."),
        (
            Part(
                steps=(
                    _("In the settings, open “Colleagues” and press “Invite somebody”."),
                    _("Enter the e-mail address, and choose what this person may do."),
                    _("The link in the e-mail works once, for 7 days. “Send it again” renews it."),
                ),
                drawing="people",
            ),
            Part(
                _("Roles"),
                points=(
                    _("A viewer looks at everything and changes nothing, such as a bookkeeper."),
                    _("A member works with recipients, sends texts and answers replies."),
                    _("An owner does everything, also payments, programs and colleagues."),
                    _("An owner always stays: the last one cannot leave or get another role."),
                ),
            ),
            Part(
                _("Two people for what is dear"),
                (
                    _(
                        "Under Billing, “Limits”, an owner chooses an amount. A campaign that "
                        "costs more leaves only when a second person who may send says yes. One "
                        "asks on the review, the others get an e-mail. Who changes the text, the "
                        "people or the time asks again."
                    ),
                ),
            ),
            Part(
                _("When somebody leaves your business"),
                (
                    _(
                        "Open this person under “Colleagues” and end the sign-in. It ends at once, "
                        "in every browser. If this person has made API keys, you decide whether "
                        "they go on working. What the person has done stays, with the name."
                    ),
                ),
            ),
            Part(
                points=(
                    _(
                        "Nobody needs the password of somebody else: share the work, and not the "
                        "password."
                    ),
                    _(
                        "Up to %(most)s people sign in to an account, and %(few)s on trial.",
                        most=colleagues.MOST,
                        few=colleagues.MOST_ON_TRIAL,
                    ),
                ),
            ),
        ),
        (Link("colleagues.index", _("Colleagues")),),
        _(
            "team, user, employee, staff, role, right, permission, invite, member, viewer, owner, "
            "approve, approval, second yes, four eyes"
        ),
    )


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
