"""Somebody leaves for good: the form asks for the password and the code once more."""

from promosms.forms.privacy import LeavingForm
from promosms.language import gettext as _
from promosms.services.auth import reauthentication
from promosms.services.auth.reauthentication import NotConfirmed
from promosms.views.auth import browsers
from promosms.web.access import me


def is_proved(form: LeavingForm) -> bool:
    """Are password and code right? If not, the form says so.

    Who has only a system password yet has signed in with it: then the code is enough.
    """
    code = form.code.data or "" if form.code else ""
    try:
        if form.password:
            reauthentication.prove(me(), form.password.data or "", code, browsers.client())
        else:
            reauthentication.prove_code(me(), code, browsers.client())
    except NotConfirmed:
        (form.password or form.code).errors = [
            _("This is not right, or too many were tried just now: then wait a few minutes.")
        ]
        return False
    return True
