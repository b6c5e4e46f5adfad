"""Words that people write around a phone number, and marks of an extension behind it."""

import re

# In front of a number or behind it; they do not change which number it is. A fax is no phone.
_PHONE = """
tel telnr tlf tlfn ph phone telephone telefon telefonu telefonie telefonnummer telefonnr telefono
teléfono telefone telefoon telefoonnummer téléphone rufnummer mob mobile mobil mobilnummer mobilnr
mobiltelefon mobiel móvil movil mobitel mobilní cell cellphone cellular cellulare cel celular gsm
natel portable sms smsto callto whatsapp wa handy handynr handynummer kom komórka komorka komórkowy
komorkowy komórkowe komórkowego kontaktowy kontaktowe тел телефон моб мобильный мобільний сот
tél port tfno tlfno tfn móv mov mobilfunk mobilfunknummer mobiltelefonnummer telefón telefónne
mobilné mobilnú telefonní mobilního mobiele mobilszám telefonszám telemóvel telemovel tlm telm
matkapuhelin puhelin mobilnummeret mobiltel viber signal telegram κιν τηλ κινητό τηλέφωνο
"""
_NUMBER = """
nr nro num numer numeru number numero número numéro nummer číslo čís č szám nº n номер t m p c
"""
_WHOSE = """
priv private privat pryw prywatny prywatna praca work home dom office biuro business firma
dienstlich geschäftlich kontakt contact
"""
_LABELS = frozenset((_PHONE + _NUMBER + _WHOSE).split())
# "Tel. No. 601…" is a label, "no" alone may be an answer.
_NOT_ALONE = "no"
# In brackets behind a number stands a name, unless the word says not to use the number.
_REFUSALS = """
alt alte falsch fax faks invalid landline nein nicht nie non not old stara stare stary stop ungültig
wrong błędny nieaktualny nieaktualne zły
"""
_NOT_NAMES = frozenset(_REFUSALS.split())
_MOST_NAMES = 3
_WORD = re.compile(r"[^\W\d_]+")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)[\s.,;]*")
_SIGNS = re.compile(r"[\s.,:;()/|\"'<>°-]*")
_GLUED = re.compile(r"(?<![^\W\d_])[^\W\d_]$")

_EXTENSION = re.compile(
    r"\d[\d\s()./-]{4,}\d[\s.)-]*"
    r"(?:[;,]*\s*(?:ext(?:n|ension)?|x|wew(?:n|nętrzny)?|w|int(?:erno|erne)?|poste|dw|durchwahl"
    r"|app?|apparat|doorkies(?:nr|nummer)?|toestel|tst|anexo|anx|ramal|доб(?:авочный)?"
    r"|klapka|kl|linka|ankn|mell(?:ék)?|p)|,,+|;|~|[#(])"
    r"[\s.:=#~;,]*\d{1,6}[\s#.)]*",
    re.IGNORECASE,
)
# A pause on a phone, or figures after the decimal point that are not zero.
_FIGURES = re.compile(r".*\d{7,}\s*[.,]\s*\d{1,6}|[\d\s()./-]{7,},\s*\d{1,6}")


def has_extension(text: str) -> bool:
    """Whether a number is followed by an extension, which a text cannot reach."""
    return bool(_EXTENSION.search(text))


def has_figures_behind(number: str) -> bool:
    """Whether more figures follow a number after a comma or a decimal point."""
    return bool(_FIGURES.fullmatch(number))


def only_labels(before: str, after: str) -> bool:
    """Whether the text around the digits of a number does not change which number it is."""
    name = _BRACKETS.fullmatch(after)
    if name and is_name(name[1]):
        after = ""
    if _GLUED.search(before):  # the digits of "m601…" may be a code
        return False
    front, behind = _words(before), _words(after)
    if len(front) > 1 and _NOT_ALONE in front:
        front.remove(_NOT_ALONE)
    rest = _WORD.sub("", before) + _WORD.sub("", after)
    return _LABELS.issuperset(front + behind) and bool(_SIGNS.fullmatch(rest.replace("+", "")))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def is_name(text: str) -> bool:
    """Whether a text is a name, and no word that says not to use the number beside it."""
    words = text.replace(".", " ").replace("-", " ").split()
    return 0 < len(words) <= _MOST_NAMES and all(
        _WORD.fullmatch(word) and word.istitle() and word.casefold() not in _NOT_NAMES
        for word in words
    )


def refuses(text: str) -> bool:
    """Whether a word says that the number is not to be used: old, wrong, a fax."""
    return not _NOT_NAMES.isdisjoint(_words(text))
