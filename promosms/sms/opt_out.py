"""The text that confirms an opt-out, in the languages in which recipients can opt out."""

import re

# One part in GSM 7-bit: that alphabet has no Polish, Czech or Cyrillic letters.
CONFIRMATIONS = {
    "en": "You will get no more texts from us. To start again, reply START.",
    "pl": "Nie dostaniesz juz od nas SMS-ow. Jesli znow zechcesz, odpisz START.",
    "de": "Sie bekommen keine SMS mehr von uns. Wenn Sie wieder welche möchten: START antworten.",
    "fr": "Vous ne recevrez plus de SMS de notre part. Pour en recevoir à nouveau: START.",
    "es": "Ya no le enviaremos SMS. Para volver a recibirlos, responda START.",
    "it": "Non riceverà più SMS da noi. Per riceverli di nuovo, risponda START.",
    "cs": "Uz vam nebudeme posilat SMS. Chcete-li je znovu dostavat, odpovezte START.",
    "uk": "Vy bilshe ne otrymaiete vid nas SMS. Shchob ponovyty, nadishlit START.",
}


def confirmation(language: str) -> str:
    """Return the confirmation of an opt-out, which also says how to start again.

    The language is a tag such as pl or pl-PL; English is used for languages without a confirmation.
    """
    return CONFIRMATIONS.get(re.split("[-_]", language.lower())[0], CONFIRMATIONS["en"])
