"""Columns that say who has opted out, or who has agreed to texts: their heads and their answers.

Also the columns of our own exports that are no fields: the lists, and the evidence of the consent.
"""

import re
from collections.abc import Iterable
from enum import IntEnum

from promosms.services.imports import heads

OPTED_OUT = "opted_out"
"""Not a field of a recipient: yes, a date or a reason is an opt-out."""
AGREED = "agreed"
"""Not a field of a recipient: no is an opt-out, and only yes is a consent."""

CONSENTED = "consented"
"""As in our exports: only yes is a consent, and no is no opt-out."""
HOW, DAY = "consent_how", "consent_day"
"""Where or how they agreed, and when: a row that says both after its yes has its own evidence."""
LISTS = "lists"
"""Names of lists, between commas."""
ANSWERS = (OPTED_OUT, AGREED, CONSENTED)
EXTRAS = (*ANSWERS, HOW, DAY, LISTS)
"""What a column can be beside a field and a number."""
# The heads of our exports and of refused rows, in the languages of the pages.
_OURS = {
    "agreedtopromotions": CONSENTED,
    "zgodanapromocje": CONSENTED,
    "hasagreedtopromotionsnogetsnopromotions": CONSENTED,
    "zgodanapromocjeniebezpromocji": CONSENTED,
    "whereorhowtheyagreed": HOW,
    "gdzielubjakwyrazonozgode": HOW,
    "whentheyagreed": DAY,
    "kiedywyrazonozgode": DAY,
    "lists": LISTS,
    "listy": LISTS,
    "listsnameswithcommasbetweenthem": LISTS,
    "listynazwyoddzieloneprzecinkami": LISTS,
}

# A consent to e-mails is none to texts, and to leave a newsletter is no opt-out of texts.
_OF_EMAILS = re.compile(r"mail|newsletter|courriel|correo|whatsapp|facebook|push")
_OUT = re.compile(
    r"unsub|optout|optedout|blacklist|blocklist|donotcontact|donotsms|donottext|dontcontact|nosms|"
    r"wypisan|wypisal|rezygnacj|zrezygnowal|sprzeciw|niewysylac|abgemeldet|abmeldung|widerruf|"
    r"widersproch|gesperrt|desabonn|desinscri|dadodebaja|disiscri|odhlasen|afgemeld|uitgeschreven|"
    r"keinesms|keinewerbung|czarnalista|listenoire|listanegra|listanera|відпис|отписа|"
    r"^(?:sms)?stop(?:sms|y)?$|^(?:fecha(?:de)?)?baja$"
)
# Together with a word for the consent: there is none, or none any more.
_WITHOUT = re.compile(
    r"^(?:brak|bez|nie|no|not|non|kein|keine|ohne|sans|sin|senza|without|geen|без|немає)(?!t)|"
    r"cofni|wycof|odwola|odmow|withdr|revo[ck]|refus|declin|retir|entzog|abgelehnt|odvola|vzal"
)
_SMS = re.compile(r"sms|texts")
_AGREED = re.compile(
    r"accept|agreed|consent|optin|optedin|subscribed|subscription|zgod|einwilligung|einverstand|"
    r"consenso|souhlas|suhlas|toestemming|marketing|accord|acept|aceit|accett|akcept|autoris|"
    r"autoriz|erlaub|zustimm|toegestaan|permission|permitted|allowed|wyraza|згод|соглас"
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_YES = _set(
    "yes y true 1 tak t ja j oui o si s x ano a on wahr vrai vero verdadero pravda is "
    "subscribed optedin optin active agreed given aktywny aktywna zgoda"
)
_NO = _set("no n false 0 nie nein non ne nee off falsch faux falso nepravda ni")
_NEVER = _set(
    "neversubscribed nonsubscribed notsubscribed pending unconfirmed notset none null na unknown "
    "brak niepotwierdzony nieznane unbekannt"
)
_LEFT = _set(
    "unsubscribed cleaned blacklisted blocklisted blocked optedout optout donotcontact wypisany "
    "wypisana wypisano rezygnacja zrezygnowal sprzeciw abgemeldet gesperrt desabonne dadodebaja "
    "disiscritto odhlasen odhlaseny afgemeld uitgeschreven"
)
_MEANS_CONSENT = re.compile(r"consent|optin|optedin|agree|zgod|einwillig|zustimm|souhlas|suhlas")
_INSIDE = _set("subscribed active optedin optin aktywny aktywna")


class Standing(IntEnum):
    """What a row says; of two rows with the same number the greater one is true."""

    UNSAID = 0  # as the form says
    NO_CONSENT = 1
    OUT = 2


def of_head(head: str) -> str:
    """OPTED_OUT or AGREED if the head says so, or what it is in our exports; "" otherwise."""
    word = heads.normalised(head)
    if word in _OURS:
        return _OURS[word]
    if _OF_EMAILS.search(word):
        return ""
    if _OUT.search(word):
        return OPTED_OUT
    of_texts = _SMS.search(word) and _AGREED.search(word)
    if _WITHOUT.search(word) and (of_texts or _MEANS_CONSENT.search(word)):
        return OPTED_OUT
    return AGREED if of_texts else ""


def of_column(head: str, cells: Iterable[str]) -> str:
    """As `of_head`; also OPTED_OUT for the states of a newsletter tool, if some have left.

    Not if the head says that it is about e-mails.
    """
    if meant := of_head(head):
        return meant
    if _OF_EMAILS.search(heads.normalised(head)):
        return ""
    found = {heads.normalised(cell) for cell in cells if cell}
    left = found.intersection(_LEFT)
    return OPTED_OUT if left and found <= _LEFT | _NEVER | _INSIDE else ""


def standing(field: str, cell: str) -> Standing:
    """What a cell of such a column says; what nobody understands is never a consent."""
    word = heads.normalised(cell) or ("yes" if cell.strip() in ("✓", "✔", "☑", "+") else "")
    if field in (AGREED, CONSENTED):
        if word in _YES:
            return Standing.UNSAID
        if field == CONSENTED:
            return Standing.NO_CONSENT
        return Standing.OUT if word in _NO | _LEFT else Standing.NO_CONSENT
    if word in _NEVER:
        return Standing.NO_CONSENT
    if not word.strip("0") or word in _NO | _INSIDE:
        return Standing.UNSAID
    return Standing.OUT
