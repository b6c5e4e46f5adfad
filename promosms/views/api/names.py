"""Names of lists and templates that cannot be given, as problems of the API."""

from collections.abc import Iterator
from contextlib import contextmanager

from promosms.services.api.names import NoName
from promosms.services.recipients import lists
from promosms.services.templates import templates
from promosms.web.api import problems
from promosms.web.api.problems import TYPES, Problem

NOTHING = "Write at least one visible character."


@contextmanager
def refusals() -> Iterator[None]:
    """Turn a name that is taken, or that nobody can see, into a problem."""
    try:
        yield
    except NoName as error:
        raise Problem("unfit-value", NOTHING, errors=problems.at("name", NOTHING)) from error
    except (lists.NameTaken, templates.NameTaken) as error:
        wrong = problems.at("name", TYPES["name-taken"].advice)
        raise Problem("name-taken", errors=wrong) from error
