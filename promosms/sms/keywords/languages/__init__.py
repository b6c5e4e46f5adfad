"""The tables of words by language."""

from collections.abc import Mapping

from promosms.sms.keywords.languages.czech import CZECH
from promosms.sms.keywords.languages.english import ENGLISH
from promosms.sms.keywords.languages.french import FRENCH
from promosms.sms.keywords.languages.german import GERMAN
from promosms.sms.keywords.languages.italian import ITALIAN
from promosms.sms.keywords.languages.polish import POLISH
from promosms.sms.keywords.languages.spanish import SPANISH
from promosms.sms.keywords.languages.ukrainian import UKRAINIAN
from promosms.sms.keywords.vocabulary import Vocabulary

LANGUAGES: Mapping[str, Vocabulary] = {
    "en": ENGLISH,
    "pl": POLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
    "cs": CZECH,
    "uk": UKRAINIAN,
}
