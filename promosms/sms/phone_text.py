"""The text of a phone number as it was typed, pasted or exported, without what is around it."""

import re
import unicodedata

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from promosms.sms import phone_spreadsheets, phone_words
from promosms.sms.phone_problems import InvalidPhone, PhoneProblem

LONGEST_TYPED = 100
"""Characters, those that nobody sees left out. A field that cut a number would make another."""
_MOST_WITH_INVISIBLE = 1000
_ONE_NUMBER_DIGITS = 7
# Nearly all numbers of a file: nothing has to be undone in them but the decimals of data frames.
_PLAIN = re.compile(r"(\+?[0-9](?:[ -]?[0-9]){4,40})(?:\.0+)?")

# Typographic signs, and signs that address books put in front of a number.
_SIGNS = {
    ord(sign): plain
    for signs, plain in (
        ("\u2212\u2043\u02d7", "-"),
        ("\u2795\ufb29\ufe62\u207a", "+"),
        ("’‘‛ʼʹ′`´", "'"),
        ("“”„‟«»″", '"'),
        ("·•∙・٫", "."),
        ("٬", ","),
        ("⁄∕", "/"),
        ("[{", "("),
        ("]}", ")"),
        ("☎☏✆📞📱📲№", " "),
        ("\u034f\u20e3", ""),  # joins signs; draws a key around a digit
    )
    for sign in signs
}
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_VARIANTS = range(0xFE00, 0xFE10)  # they choose between two pictures of the sign before

_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=)\+?(\d+)/?(?:[?&].*)?",
    re.IGNORECASE,
)
_CONTEXT = re.compile(r"(?:tel:)?([^;+]*);phone-context=(\+\d{1,4})(.*)", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(r"[,;|&]|:::|[^\W\d_]+|(?=\+)|/(?=\s*[+0(])")
_BETWEEN_NATIONAL = re.compile(rf"{_BETWEEN_NUMBERS.pattern}|/")
_STRANGE = re.compile(r"[^\d\s()+\-./]")
_DIGIT = re.compile(r"\d")
_ALL_DIGITS = re.compile(r"\d.*\d|\d")
_PLUS = re.compile(r"\+[+(\s]*$")


def clean(raw: str) -> str:
    """Return the number in ASCII: a plus or none, then digits, spaces and ( ) - . /

    Raises InvalidPhone if the text holds no number, several, or more than a number.
    """
    if usual := _PLAIN.fullmatch(" ".join(raw.split())):
        return usual[1]
    text = _unwrapped(_visible(raw))
    if not text.strip(" -.:,;/'\"()"):
        raise InvalidPhone(PhoneProblem.EMPTY)
    if phone_spreadsheets.is_hidden(text):
        raise InvalidPhone(PhoneProblem.DAMAGED)
    if _has_several(text):
        raise InvalidPhone(PhoneProblem.SEVERAL)
    if phone_words.has_extension(text):
        raise InvalidPhone(PhoneProblem.EXTENSION)
    number = _without_words(text)
    if phone_words.has_figures_behind(number):
        raise InvalidPhone(PhoneProblem.EXTENSION)
    if _STRANGE.search(number):
        raise InvalidPhone(PhoneProblem.LETTERS)
    return _with_one_plus(number)


def _visible(raw: str) -> str:
    """The text without characters that nobody sees, its signs and digits in ASCII."""
    if len(raw) > _MOST_WITH_INVISIBLE:
        raise InvalidPhone(PhoneProblem.TOO_LONG)
    if not raw.isascii():
        raw = unicodedata.normalize("NFC", "".join(map(_ascii, raw)))
    text = " ".join(raw.translate(_SIGNS).split())
    if len(text) > LONGEST_TYPED:
        raise InvalidPhone(PhoneProblem.TOO_LONG)
    return text


def _ascii(char: str) -> str:
    """Digits, dashes and full-width signs in ASCII; nothing for format characters (Cf)."""
    category, code = unicodedata.category(char), ord(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Cf" or code in _VARIANTS:
        return ""
    if category == "Pd":
        return "-"
    return chr(code - 0xFEE0) if code in _FULL_WIDTH else char


def _unwrapped(text: str) -> str:
    """The text without formula, quotation marks and address of a link around it."""
    text = phone_spreadsheets.without_formula(text.lstrip("' ").rstrip("' ")).strip(" \"'")
    if link := _LINK.fullmatch(text):
        return f"+{link[1]}"
    if context := _CONTEXT.fullmatch(text):
        return f"{context[2]} {context[1]}{context[3]}"
    return text


def _has_several(text: str) -> bool:
    between = _BETWEEN_NUMBERS if text.startswith(("+", "0", "(")) else _BETWEEN_NATIONAL
    pieces = ("".join(_DIGIT.findall(piece)) for piece in between.split(text))
    return sum(len(piece) >= _ONE_NUMBER_DIGITS and bool(piece.strip("0")) for piece in pieces) > 1


def _without_words(text: str) -> str:
    """The number from its plus or first digit to its last. Raises InvalidPhone."""
    found = _ALL_DIGITS.search(text)
    before, after = (text[: found.start()], text[found.end() :]) if found else (text, "")
    if not phone_words.only_labels(before, after):
        raise InvalidPhone(PhoneProblem.LETTERS)
    if not found:
        raise InvalidPhone(PhoneProblem.EMPTY)
    plus = "+" if _PLUS.search(before) else ""
    return plus + phone_spreadsheets.whole(found[0])


def _with_one_plus(number: str) -> str:
    """The number with the last plus in front, if any: of 0+48… and +48+48… Raises InvalidPhone."""
    front, plus, rest = number.rpartition("+")
    if not plus:
        return number
    code = "".join(_DIGIT.findall(front)).lstrip("0")
    repeated = "".join(_DIGIT.findall(rest)).lstrip("0").startswith(code)
    if code and not (repeated and int(code) in COUNTRY_CODE_TO_REGION_CODE):
        raise InvalidPhone(PhoneProblem.NOT_VALID)
    return f"+{rest}"
