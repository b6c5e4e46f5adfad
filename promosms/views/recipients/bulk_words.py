"""What a bulk action has done, in a sentence."""

from promosms.language import gettext as _
from promosms.language import ngettext, number
from promosms.models import BulkAction, BulkKind


def result(action: BulkAction, name: str = "") -> str:
    """What an action has done until now; `name` is that of its list."""
    words = [done(BulkKind(action.kind), action.changed, name)]
    same = action.seen - action.changed - action.left
    if same > 0 and action.kind == BulkKind.PUT_ON_LIST:
        words.append(
            ngettext("%(n)s was on it before.", "%(n)s were on it before.", same, n=number(same))
        )
    if same > 0 and action.kind == BulkKind.RECORD_CONSENT:
        words.append(
            ngettext(
                "%(n)s had agreed before, or has withdrawn it since: nothing changes for them.",
                "%(n)s had agreed before, or have withdrawn it since: nothing changes for them.",
                same,
                n=number(same),
            )
        )
    if action.left:
        words.append(
            ngettext(
                "%(n)s could not be erased yet, because a text to them was just leaving or an "
                "import is about to bring them again. Please try again when that has ended.",
                "%(n)s could not be erased yet, because texts to them were just leaving or an "
                "import is about to bring them again. Please try again when that has ended.",
                action.left,
                n=number(action.left),
            )
        )
    return " ".join(words)


def done(kind: BulkKind, people: int, name: str = "") -> str:
    """That it was done for so many recipients."""
    if kind == BulkKind.PUT_ON_LIST:
        return str(
            ngettext(
                "%(n)s recipient was put on the list “%(name)s”.",
                "%(n)s recipients were put on the list “%(name)s”.",
                people,
                n=number(people),
                name=name,
            )
        )
    if kind == BulkKind.TAKE_OFF_LIST:
        return str(
            ngettext(
                "%(n)s recipient was taken off the list “%(name)s”.",
                "%(n)s recipients were taken off the list “%(name)s”.",
                people,
                n=number(people),
                name=name,
            )
        )
    if kind == BulkKind.RECORD_CONSENT:
        return str(
            ngettext(
                "The consent of %(n)s recipient is recorded.",
                "The consent of %(n)s recipients is recorded.",
                people,
                n=number(people),
            )
        )
    if kind == BulkKind.READ_VALUES:
        return str(
            ngettext(
                "The values of %(n)s recipient are written in the new way.",
                "The values of %(n)s recipients are written in the new way.",
                people,
                n=number(people),
            )
        )
    if kind == BulkKind.ERASE:
        return str(
            ngettext(
                "%(n)s person is erased everywhere.",
                "%(n)s people are erased everywhere.",
                people,
                n=number(people),
            )
        )
    return str(
        ngettext(
            "%(n)s recipient was deleted.",
            "%(n)s recipients were deleted.",
            people,
            n=number(people),
        )
    )


def doing(action: BulkAction, name: str = "") -> str:
    """What an action is about to do."""
    people = {"n": number(action.total), "name": name}
    if action.kind == BulkKind.PUT_ON_LIST:
        return str(_("Recipients are put on the list “%(name)s”", **people))
    if action.kind == BulkKind.TAKE_OFF_LIST:
        return str(_("Recipients are taken off the list “%(name)s”", **people))
    if action.kind == BulkKind.RECORD_CONSENT:
        return str(_("The consent of recipients is recorded"))
    if action.kind == BulkKind.READ_VALUES:
        return str(_("The values of your own details are read"))
    if action.kind == BulkKind.ERASE:
        return str(_("People are erased everywhere"))
    return str(_("Recipients are deleted"))
