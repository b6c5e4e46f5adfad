"""Why an automation has paused itself, in words for its owner: for pages and the e-mail."""

from promosms.language import gettext as _


def why(reason: str) -> str:
    """The reason as a sentence; a general one for what the review page explains."""
    sentences: dict[str, str] = {
        "money": _("Your balance was too small for the texts of that day. Nothing was sent."),
        "price": _("A text would cost more than you have agreed to. Nothing was sent."),
        "own_limit": _("It has reached what it may cost in a month. Nothing more was sent."),
        "no_consent": _("None of the people it is for have agreed to promotional texts."),
        "group_gone": _(
            "A list or a segment was deleted that it is for or leaves out. Choose again who gets "
            "its texts."
        ),
        "campaign": _(
            "Its last texts were stopped, because too many did not arrive or too many people want "
            "no more. Look at their report first."
        ),
        "suspended": _("Your account cannot send at the moment. Please write to the operator."),
        "no_gateway": _("There is no line at the moment that takes its texts. Nothing was lost."),
        "name_gone": _("Its sender name is not approved any more. Choose another sender."),
        "name_not_on_route": _("Its way of sending carries no names any more. Choose another one."),
        "name_needs_way_out": _(
            "Its texts do not say how to opt out: nobody can answer the name they come from."
        ),
        "campaign_limit": _(
            "The texts of that day would cost more than one campaign may cost. Nothing was sent."
        ),
        "second_yes": _(
            "The texts of that day would cost more than one person alone may send, and nobody can "
            "say the second yes to what leaves by itself. Nothing was sent."
        ),
        "month_limit": _(
            "You would spend more in this month than you want to, with all your texts together."
        ),
        "trial_day": _("The texts of the trial were used up for that day. Nothing was sent."),
    }
    return str(sentences.get(reason, _("It could not go on as it is. Its review says why.")))
