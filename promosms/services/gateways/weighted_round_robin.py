"""Taking turns: who is next, when several share by weight. A rule without IO."""

from math import gcd

LONGEST = 200
"""Turns until the row begins again: a finer share would show in no campaign."""


def smooth(shares: dict[int, int]) -> list[int]:
    """A row of turns in which each has its share, spread out as evenly as can be.

    Smooth weighted round robin: everybody gains its share in each turn, the richest is taken
    and pays the sum.
    """
    shares = _reduced(shares)
    total, wealth, row = sum(shares.values()), dict.fromkeys(shares, 0), []
    for _ in range(total):
        for one, share in shares.items():
            wealth[one] += share
        richest = max(wealth, key=wealth.__getitem__)
        wealth[richest] -= total
        row.append(richest)
    return row


def _reduced(shares: dict[int, int]) -> dict[int, int]:
    divisor = gcd(*shares.values())
    total = sum(shares.values())
    if total // divisor <= LONGEST:
        return {one: share // divisor for one, share in shares.items()}
    return {one: max(1, round(share * LONGEST / total)) for one, share in shares.items()}
