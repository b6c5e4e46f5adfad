"""Help about working together: who may do what, inviting, and the end of a sign-in."""

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
        _("team, user, employee, staff, role, right, permission, invite, member, viewer, owner"),
    )
