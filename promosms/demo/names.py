"""Invented names of recipients in three countries, for the demo account."""

from typing import NamedTuple


class Country(NamedTuple):
    """A list of the demo: names and towns of its recipients, and the first invented number."""

    region: str
    list_name: str
    people: int
    first_number: int
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    cities: tuple[str, ...]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


POLAND = Country(
    "PL",
    "Kraków shop",
    2_000,
    48_500_000_001,  # the first seven simulate all outcomes, see docs/operations.md
    _names(
        "Agnieszka Małgorzata Łucja Grażyna Bożena Żaneta Stanisława Elżbieta Kinga Zofia "
        "Michał Łukasz Paweł Wojciech Stanisław Grzegorz Zdzisław Bartłomiej Jędrzej Kacper"
    ),
    _names(
        "Wiśniewska Dąbrowski Zielińska Kozłowski Gałązka Żak Śliwińska Król Wróbel Piątek Sikora "
        "Łapińska Górecki Błaszczyk Świątek Jabłońska Maćkowiak Czyż Ostrowska Rybak"
    ),
    ("Kraków", "Łódź", "Gdańsk", "Wrocław", "Poznań", "Rzeszów"),
)
BRITAIN = Country(
    "GB",
    "London studio",
    1_700,
    447_400_101_000,
    _names(
        "Amelia Olivia Isla Siân Niamh Zoë Harriet Priya Aisha Grace Oliver George Rhys Callum "
        "Hamish Oscar Mohammed Arjun Tomos Edward"
    ),
    _names(
        "Smith Jones O'Brien Macdonald Williams Patel Khan Evans Fitzgerald Hughes Begum Wright "
        "Ashworth Pritchard Campbell Turner Okafor Bennett Shah Llewellyn"
    ),
    ("London", "Leeds", "Bristol", "Cardiff", "Glasgow", "Belfast"),
)
GERMANY = Country(
    "DE",
    "Berlin store",
    1_300,
    4_915_123_001_000,
    _names(
        "Jürgen Jörg Günther Björn Sören Matthias Lukas Emre Felix Götz Käthe Bärbel Ännchen "
        "Sophie Hannelore Zeynep Annika Ulrike Frieda Rosemarie"
    ),
    _names(
        "Müller Schäfer Krüger Köhler Weiß Groß Böhm Jäger Lindner Schröder Yılmaz Fuchs Vogt "
        "Brückner Kühn Sauer Hübner Strauß Förster Noack"
    ),
    ("Berlin", "Köln", "München", "Düsseldorf", "Görlitz", "Leipzig"),
)
COUNTRIES = (POLAND, BRITAIN, GERMANY)
