"""Help about sign-up forms: people who put themselves on a list."""

from promosms.language import gettext as _
from promosms.views.help.topic import Link, Part, Topic


def signing_up() -> Topic:
    """Sign-up forms: how one is made and shared, what people do, what it costs."""
    return Topic(
        "sign-up",
        _("Let people sign up: link, poster, code"),
        _("Who signs up has agreed themselves, and you can prove it."),
        (
            Part(
                steps=(
                    _("Under Recipients, open “Sign-up forms” and press “New sign-up form”."),
                    _(
                        "Give it a title, say what people get, and read the sentence that they "
                        "agree to: it is ready, and you can change it."
                    ),
                    _("Choose the list they get on, and press “Make the sign-up form”."),
                    _("Print the poster, or press “Copy the link”."),
                ),
                drawing="poster",
            ),
            Part(
                _("What people do"),
                (
                    _(
                        "They open the link, type their number, tick the sentence, and type the "
                        "code from a text: nobody signs up somebody else."
                    ),
                ),
            ),
            Part(
                _("By one text"),
                (
                    _(
                        "Choose a keyword, such as PIZZA. Who texts it to your number is on the "
                        "list without a code, and their text is the proof."
                    ),
                ),
            ),
            Part(
                _("What it costs"),
                points=(
                    _("The text with the code costs one text. Everything else is free."),
                    _("“Texts a day at most” keeps a joker from using up your balance."),
                    _("Without enough balance nobody can sign up; the page of the form says so."),
                ),
            ),
            Part(
                _("What we keep"),
                (
                    _(
                        "With each person: the form, the day, and the words exactly as they "
                        "were. Change them later, and earlier consents keep theirs. Who had "
                        "opted out and signs up again gets your texts again."
                    ),
                ),
            ),
            Part(
                _("Why do we not text people to ask them?"),
                (
                    _(
                        "In Poland even a text that asks for consent counts as marketing, and "
                        "other countries are much the same. Show the poster, e-mail the link, "
                        "or print it on the receipt."
                    ),
                ),
            ),
        ),
        (Link("sign_up_forms.index", _("Sign-up forms")),),
        _("subscribe, join, newsletter, QR code, poster, form, consent, double opt-in"),
    )
