"""Compare the fast way to read plain numbers with the full way, over all regions.

    python -m tests.sms.plain_numbers [--strings 1000000] [--seed 1]

Prints how many strings were tried, how many can be texted, how many of those the fast way reads,
and each string that it reads differently; there must be none.
"""

import argparse
import sys
from collections.abc import Iterator
from random import Random

import phonenumbers
from phonenumbers import PhoneNumberType

from promosms.sms import phone, phone_plain
from promosms.sms.phone import InvalidPhone

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
_KINDS = [*range(PhoneNumberType.VOICEMAIL + 1)]
_BEGINNINGS = ("+{c}", "00{c}", "{c}", "", "", "0", "8", "+{c}0", "06", "1", "011{c}", "+0", "0{c}")
_NAMES = {phone_plain.MOBILE: "mobile", phone_plain.EITHER: "fixed_or_mobile"}


def generated(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Regions and strings: numbers of all kinds and countries, changed, with many beginnings."""
    chance = Random(seed)
    for n in range(count):
        home = REGIONS[n % len(REGIONS)]
        source = home if chance.random() < 0.7 else chance.choice(REGIONS)
        kind = PhoneNumberType.MOBILE if chance.random() < 0.6 else chance.choice(_KINDS)
        example = phonenumbers.example_number_for_type(source, kind)
        if example is None:
            digits, code = list(str(chance.randrange(10 ** chance.randint(4, 15)))), home
        else:
            digits = list(phonenumbers.national_significant_number(example))
            code = str(example.country_code)
        for _ in range(chance.choice((0, 1, 3, 6))):
            digits[chance.randrange(len(digits))] = str(chance.randrange(10))
        if chance.random() < 0.1:
            digits.append(str(chance.randrange(10)))
        if chance.random() < 0.1 and len(digits) > 4:
            digits.pop()
        text = chance.choice(_BEGINNINGS).format(c=code) + "".join(digits)
        for _ in range(chance.choice((0, 0, 1, 2))):
            place = chance.randint(1, len(text))
            text = f"{text[:place]}{chance.choice(' -')}{text[place:]}"
        yield home, text


def full(text: str, region: str) -> phone_plain.Found | None:
    """What the full way says, in the form of the fast one."""
    try:
        number = phone.parse_fully(text, region)
    except InvalidPhone:
        return None
    kind = next(kind for kind, name in _NAMES.items() if name == number.kind)
    return number.e164, number.country, kind


def main() -> None:
    """Compare so many strings."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--strings", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    texted = fast = wrong = 0
    for region, text in generated(options.strings, options.seed):
        right, found = full(text, region), phone_plain.find(text, region)
        texted += right is not None
        fast += found is not None
        if found is not None and found != right:
            wrong += 1
            sys.stdout.write(f"{region} {text!r}: {found}, and not {right}\n")
    share = f"{fast / max(texted, 1):.0%}"
    sys.stdout.write(f"{options.strings:,} strings, {texted:,} to text, of them {share} fast\n")
    sys.exit(f"{wrong} differ" if wrong else 0)


if __name__ == "__main__":
    main()
