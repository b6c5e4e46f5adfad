"""Smooth weighted round robin: the order in which gateways get messages. Without IO."""

from math import gcd

LONGEST = 200
"""Most turns before the sequence repeats: a finer weight would make no difference."""


def sequence(weights: dict[int, int]) -> list[int]:
    """A sequence in which each key appears by its weight, spread out evenly.

    With each turn every key gains its weight; the one with the most is chosen and loses the sum.
    """
    weights = _reduced(weights)
    total, credit, turns = sum(weights.values()), dict.fromkeys(weights, 0), []
    for _ in range(total):
        for key, weight in weights.items():
            credit[key] += weight
        chosen = max(credit, key=credit.__getitem__)
        credit[chosen] -= total
        turns.append(chosen)
    return turns


def _reduced(weights: dict[int, int]) -> dict[int, int]:
    divisor = gcd(*weights.values())
    total = sum(weights.values())
    if total // divisor <= LONGEST:
        return {key: weight // divisor for key, weight in weights.items()}
    return {key: max(1, round(weight * LONGEST / total)) for key, weight in weights.items()}
