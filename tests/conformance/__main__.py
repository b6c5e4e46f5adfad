"""Our SMPP client against the npm package `smpp`: `python -m tests.conformance [words]`.

Needs Node.js and, for the installation into a temporary folder, the npm registry; all else stays
on this machine. Words choose the cases whose names contain one of them. Ends with 1 if a case
fails or something is missing.
"""

import argparse
import asyncio
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.conformance.cases import CASES
from tests.conformance.node import Missing, Server, install, running

Case = Callable[[Server], Awaitable[None]]


async def passes(case: Case, folder: Path) -> bool:
    """Play a case with its own server, and print the result."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(60), running(folder) as server:
            await case(server)
        problem = ""
    except (Exception, pytest.fail.Exception) as found:
        problem = "".join(traceback.format_exception(found))
    word = "FAILED" if problem else "passed"
    name = case.__name__.replace("_", " ")
    sys.stdout.write(f"{word}  {name:44} {loop.time() - began:5.1f} s\n{problem}")
    sys.stdout.flush()
    return not problem


async def play(words: list[str], folder: Path) -> bool:
    """Play the chosen cases, one after another."""
    chosen = [case for case in CASES if not words or any(w in case.__name__ for w in words)]
    results = [await passes(case, folder) for case in chosen]
    sys.stdout.write(f"{sum(results)} of {len(results)} cases passed.\n")
    return bool(results) and all(results)


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="*", help="play the cases that have one in their name")
    words = parser.parse_args().words
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        try:
            install(Path(name))
        except Missing as missing:
            sys.stderr.write(f"{missing}\n")
            return 1
        return 0 if asyncio.run(play(words, Path(name))) else 1


if __name__ == "__main__":
    sys.exit(main())
