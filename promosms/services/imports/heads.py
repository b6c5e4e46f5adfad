"""Heads of columns as exports of other programs write them: which field one names, and how well."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from promosms.lib.folding import fold
from promosms.models import FIELDS

MOBILE, PHONE, OTHER_PHONE, UNNAMED, NEVER = 3, 2, 1, 0, -1
"""How well a head names a column of numbers to text; NEVER names other numbers."""

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PIECE = re.compile(r"[^\W_]+")
_FIELD_OF = {
    word: (field.name, place) for field in FIELDS for place, word in enumerate(field.heads.split())
}
# Words that say whose field it is, or which of several.
_AROUND = (
    "billing shipping delivery invoice person default address customer client klienta klient "
    "kunden kunde contact kontakt user value primary main your work home business preferred"
)
_MOBILE = re.compile(
    r"mobil|cell|komork|handy|gsm|movil|portable|telkom|^kom$|^sms|msisdn|whatsapp|kinit|κινητ|моб"
)
_PHONE = re.compile(r"phone|telef|telf|mobil|komork|handy|rufnummer|movil|cellul|gsm|τηλ|тел")
_ELSEWHERE = re.compile(
    r"home|work|business|office|company|landline|other|domow|sluzbow|stacjon|firmow|geschaftlich|"
    r"dienstlich|festnetz|privat|fixe|bureau|domicile|fijo|casa|trabajo|fisso|ufficio|pevn|domu|"
    r"vast|thuis|werk|billing|shipping|default"
)
# Numbers of other kinds, as whole words and as parts of words.
_NEVER_WORDS = (
    "id nip vat tax pesel regon iban ean isbn sku nif dni nie cif siret siren bsn ico dic rc pps "
    "data date datum fecha zip plz kod cap postcode code kwota amount betrag konto order total lp "
    "uid guid label type typ model status count age alter wiek price preis cena saldo balance "
    "personnummer personnr cpr cprnr cprnummer isikukood kennitala hetu henkilotunnus cnp egn егн "
    "oib jmbg emso taj nino nhs ssn utr svnr ahv avs insz tin abn krs іпн рнокпп єдрпоу инн снилс "
    "imei gtin barcode matricule skype"
)
_NEVER = re.compile(
    r"fax|faks|pager|pesel|regon|iban|bankacc|rachun|kontonummer|kundennummer|kundennr|customerid|"
    r"idklient|nrklient|numerklient|zamowien|bestell|orderno|ordernumber|commande|pedido|ordine|"
    r"objednavk|invoice|faktur|rechnung|fattura|factur|birth|urodz|geburt|naissance|nacimiento|"
    r"nascita|narozen|geboorte|postal|pocztow|postleitzahl|steuer|taxid|taxnumber|vatid|"
    r"optedout|blacklist|blocklist|vatnumber|codicefiscale|partitaiva|rodnecislo|personalausweis|cardnumber|nrkarty|numerkarty|"
    r"kartennummer|consent|zgod|einwilligung|unsub|optin|optout|accepts|marketing|verified|"
    r"country|kierunkow|prefix|vorwahl|"
    r"fodsels|asmenskod|personaskod|adoszam|adoazonosito|nationalinsurance|ninumber|socialsecurity|"
    r"sozialversicherung|svnr|rijksregister|registrenational|tckimlik|identifikationsn|"
    r"(?:customer|client|klient|klant|kunden?|kund|user|member|membership|mitglieds?|person|booking|"
    r"contract|vertrags?|policy|serial|serien|tracking|sendungs|ticket|account|passport|reisepass)"
    r"(?:number|nummer|numer|nr|no|num|ref)$|"
    r"^(?:n|no|nr|num|numer|numero|numerode|cislo)(?:client|klient|zakazn|polis|przesyl|rezerw|"
    r"paszport|dowod|konta|czlonk|lokalu|domu)|"
    r"ugyfelszam|loyalty|lojalnosc|emergency|awaryjn|notfall|urgence"
)


def normalised(head: str) -> str:
    """A head in small letters without diacritics, and digits only: "E-mail 1" is email1."""
    return "".join(char for char in fold(head) if char.isalnum())


def words(head: str) -> list[str]:
    """The words of a head as `normalised` writes them."""
    text = unicodedata.normalize("NFC", _CAMEL.sub(" ", head))
    return [word for piece in _PIECE.findall(text) if (word := normalised(piece))]


def fields_by_label(labels: Mapping[str, str]) -> dict[str, str]:
    """The account's names of its free fields by head: {"shoesize": "field1"}."""
    return {normalised(label): field for field, label in labels.items()}


def field_of(head: str, labels: Mapping[str, str]) -> tuple[str, int]:
    """The field that a head names ("" for none); the smaller the number, the better it names it.

    `labels` are the account's names of its free fields.
    """
    if field := fields_by_label(labels).get(normalised(head)):
        return field, 0
    if phone_rank(head) > UNNAMED:
        return "phone", 0
    return _known(head)


@cache
def phone_rank(head: str) -> int:
    """MOBILE, PHONE, OTHER_PHONE (at home, at work), UNNAMED or NEVER (fax, tax ID, date …)."""
    word, pieces = normalised(head), words(head)
    if _NEVER.search(word) or not set(pieces).isdisjoint(_NEVER_WORDS.split()):
        return NEVER
    if _known(head)[0] != "phone" and not any(_PHONE.search(piece) for piece in pieces):
        return UNNAMED
    if any(_MOBILE.search(piece) for piece in (word, *pieces)):
        return MOBILE
    return OTHER_PHONE if any(_ELSEWHERE.search(piece) for piece in pieces) else PHONE


@cache
def _known(head: str) -> tuple[str, int]:
    if found := _FIELD_OF.get(normalised(head)):
        return found
    pieces = words(head)
    kept = [word for word in pieces if word not in _AROUND.split() and not word.isdecimal()]
    field, place = _FIELD_OF.get("".join(kept), ("", 0))
    # Of "Phone 1" and "Phone 2" the first names it better, and both name it less well than "Phone".
    return field, 100 + place + sum(int(word[:3]) for word in pieces if word.isdecimal())
