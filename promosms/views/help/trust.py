"""Help about privacy, the safety of the account, and encryption."""

from promosms.language import gettext as _
from promosms.models import Account, Session
from promosms.services.auth.passwords import SHORTEST
from promosms.services.auth.recovery_codes import NUMBER
from promosms.services.policies.promise_values import days
from promosms.services.privacy import purge_messages
from promosms.settings import settings
from promosms.views.help.pictures import Picture
from promosms.views.help.topic import Link, Part, Topic


def privacy() -> Topic:
    """What a shop owes to its customers, and where it does it."""
    kept = int(Account.retention_days.default.arg)
    return Topic(
        "privacy",
        _("Privacy: what you owe your customers"),
        _(
            "For your customers you are responsible, not the operator. These "
            "are your duties, and where you do them."
        ),
        (
            Part(
                points=(
                    _("Store only what you need. Nothing but the number is required."),
                    _("Tell people who you are, what you will send, and how they end it."),
                    _("Write down where and when they agreed."),
                    _("Answer within a month when somebody asks about their data."),
                )
            ),
            Part(
                _("When somebody asks what you know"),
                (
                    _(
                        "Search the number under Recipients and open it: the page shows "
                        "what you have entered, the consent, and the texts and answers. "
                        "Everything as files: in the settings open “Your data”, then “Make "
                        "the file”, and take from it only what is about this person."
                    ),
                ),
            ),
            Part(
                _("When somebody wants everything deleted"),
                (
                    _(
                        "“Erase somebody by number”, under Recipients, shows first what "
                        "there is: texts, replies and refused rows of imports too. It "
                        "cannot be undone. An opt-out stays, as a number alone, so that "
                        "nobody texts this person for you again."
                    ),
                ),
                picture=Picture("erase", _("The form for the number of the person")),
            ),
            Part(
                _("What goes by itself"),
                (
                    _(
                        "Numbers and words of texts are deleted %(days)s after the last "
                        "news of them. Under “Your data” you choose another time, from "
                        "%(least)s to %(most)s days.",
                        days=days(kept),
                        least=purge_messages.SHORTEST,
                        most=purge_messages.LONGEST,
                    ),
                    _(
                        "The contract that the law asks for between you and the operator is "
                        "part of the terms."
                    ),
                ),
            ),
        ),
        (
            Link("persons.number", _("Erase somebody by number")),
            Link("data.index", _("Your data")),
            Link("policies.terms", _("Terms")),
        ),
        _("GDPR, erasure, access, request, delete, data, duties, law"),
    )


def safety() -> Topic:
    """Password, second step, and where somebody is signed in."""
    return Topic(
        "safety",
        _("Keep your account safe"),
        _("A long password, a second step, and a look at who is signed in."),
        (
            Part(
                _("Password"),
                (
                    _(
                        "It has at least %(count)s characters. Four short words that do not "
                        "belong together are easy to keep in mind; or take one that we "
                        "make, with “Use a password made for you”. Passwords that everybody "
                        "tries first are refused.",
                        count=SHORTEST,
                    ),
                    _(
                        "“Forgotten your password?” on the sign-in page sends you a link by "
                        "e-mail, and then a new password by text. After several wrong tries "
                        "there is a pause."
                    ),
                ),
            ),
            Part(
                _("Two-step sign-in"),
                (_("Then nobody gets in who has only found out your password."),),
                (
                    _("In the settings, at two-step sign-in, press “Set it up”."),
                    _(
                        "Scan the square with an authenticator app, and type in the code "
                        "that it shows."
                    ),
                    _(
                        "Print the %(count)s recovery codes. Each opens your account once "
                        "when your phone is not there.",
                        count=NUMBER,
                    ),
                ),
                picture=Picture(
                    "two-step", _("The line of two-step sign-in in the settings, with Set it up")
                ),
            ),
            Part(
                _("Where you are signed in"),
                (
                    _(
                        "The settings list every browser. End one that you do not know, or "
                        "press “Sign out everywhere else”. We e-mail you when somebody "
                        "signs in from a new one."
                    ),
                    _(
                        "You are signed out after %(minutes)s minutes without a click, and "
                        "after %(hours)s hours in any case. With “Stay signed in on this "
                        "phone” it is %(days)s.",
                        minutes=settings.session_idle_minutes,
                        hours=settings.session_hours,
                        days=days(Session.STAY_DAYS),
                    ),
                ),
            ),
        ),
        (
            Link("settings.index", _("Settings")),
            Link("auth.change_password", _("Change your password")),
        ),
        _("password, login, two-factor, code, app, lost phone, browser, session"),
    )


def encryption() -> Topic:
    """What HTTPS is for, and what a warning means."""
    return Topic(
        "encryption",
        _("Encrypted connection"),
        _(
            "Everything between your browser and this service travels "
            "encrypted. You need not switch it on, and it costs nothing."
        ),
        (
            Part(
                _("What it means"),
                (
                    _(
                        "Nobody on the way, such as somebody in the same wireless network, "
                        "can read your password, your texts or the numbers of your "
                        "customers, or change them. The address begins with https."
                    ),
                ),
                drawing="lock",
            ),
            Part(
                _("Why we insist on it"),
                (
                    _(
                        "One page without encryption would be enough to steal a password. "
                        "So an address with http leads to the encrypted one, and a form "
                        "that is sent without encryption is refused. Your browser keeps in "
                        "mind that it must use https here."
                    ),
                ),
            ),
            Part(
                _("If the browser warns about the certificate"),
                (
                    _(
                        "The certificate shows that you have reached the right service. At "
                        "a warning, do not type in your password. Check that the address is "
                        "spelled right and that the date of your device is correct; then "
                        "tell the operator."
                    ),
                ),
            ),
            Part(
                _("On an installation of your own"),
                (
                    _(
                        "PromoSMS makes a certificate for your machine by itself, so that "
                        "it is encrypted from the first minute. Browsers do not know it and "
                        "warn once. At the address localhost, on your own machine, you may "
                        "go on. Before others use it, the installation needs a certificate "
                        "from a public authority."
                    ),
                ),
            ),
        ),
        (
            Link("security.page", _("Security")),
            Link("security.tls", _("Encrypted connections")),
        ),
        _("HTTPS, TLS, SSL, certificate, warning, lock, secure, insecure, padlock"),
    )
