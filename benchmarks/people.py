"""Realistic recipients: Polish, British and German mobile numbers, names with diacritics."""

import csv
import random
from pathlib import Path

FIRST = {
    "PL": ("Łucja", "Żaneta", "Michał", "Józef", "Grażyna", "Paweł", "Małgorzata", "Bożena"),
    "GB": ("Olivia", "George", "Zoë", "Harry", "Siân", "Chloë", "Oliver", "Freya"),
    "DE": ("Jürgen", "Käthe", "Björn", "Sören", "Günther", "Bärbel", "Friedrich", "Änne"),
}
LAST = {
    "PL": ("Wójcik", "Kowalczyk", "Zając", "Dąbrowski", "Śliwa", "Łęcki", "Żak", "Gołębiewska"),
    "GB": ("Smith", "O'Neill", "Taylor", "Brontë", "Evans", "Clarke", "Hughes", "Patel"),
    "DE": ("Müller", "Schäfer", "Größl", "Weiß", "Krüger", "Böhm", "Jäger", "Voß"),
}
BAD = ("4.479E+11", "22 555 12 34", "12345", "no number", "+48 601", "")


def _number(country: str, n: int) -> str:
    # Above 110,000 no number has a special ending of the simulator.
    million, rest = divmod(110_000 + n, 1_000_000)
    digits = f"{rest:06}"
    if country == "PL":
        return f"{601 + million} {digits[:3]} {digits[3:]}"
    if country == "GB":
        return f"+44 {7400 + million} {digits}"
    return f"0049 1512 {million}{digits}"


def write(path: Path, people: int, bad: float, seed: int = 1, city: str = "Łódź") -> int:
    """Write a CSV of `people` rows, a share of `bad` of them unusable; returns the good ones."""
    chance = random.Random(seed)
    good = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(["Telefon", "Imię", "Nazwisko", "E-mail", "Miasto"])
        for n in range(people):
            country = chance.choice(list(FIRST))
            first, last = chance.choice(FIRST[country]), chance.choice(LAST[country])
            usable = chance.random() >= bad
            phone = _number(country, n) if usable else chance.choice(BAD)
            table.writerow([phone, first, last, f"person{n}@example.com", city])
            good += usable
    return good
