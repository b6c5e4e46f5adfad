"""Are the licences of the libraries compatible with BSD-3-Clause? They are read from the SBOM."""

import json
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from license_expression import ExpressionError, get_spdx_licensing
from packaging.utils import canonicalize_name

from tests.scanners import dependencies

SPDX = get_spdx_licensing()

NOTICE = "permissive: wants its notice kept, or nothing at all"
LIBRARY = "we import the library unchanged, and everybody can put in another version of it"

ALLOWED = {
    "0BSD": NOTICE,
    "Apache-2.0": NOTICE,
    "BSD-2-Clause": NOTICE,
    "BSD-3-Clause": NOTICE,
    "ISC": NOTICE,
    "LGPL-2.1-or-later": LIBRARY,
    "LGPL-3.0-only": LIBRARY,
    "LicenseRef-scancode-public-domain": NOTICE,
    "MIT": NOTICE,
    "MIT-0": NOTICE,
    "MIT-CMU": NOTICE,
    "MPL-2.0": "holds for its own files only, and we change none of them",
    "OFL-1.1": "a font: it may come with software, and documents set in it are free",
    "PSF-2.0": NOTICE,
    "Python-2.0": NOTICE,
    "Unlicense": NOTICE,
    "ZPL-2.1": NOTICE,
}
"""SPDX ids of compatible licences, and why they are compatible."""

OSI = "License :: OSI Approved ::"
CLASSIFIERS = {
    f"{OSI} Apache Software License": "Apache-2.0",
    f"{OSI} BSD License": "BSD-3-Clause",  # or BSD-2-Clause, which has fewer conditions
    f"{OSI} GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    f"{OSI} Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    f"{OSI} Zope Public License": "ZPL-2.1",
    "License :: Public Domain": "LicenseRef-scancode-public-domain",
}
"""The licence of classifiers without an SPDX id."""

EXPLAINED = {
    "ahocorasick-rs": ("Apache-2.0", "its metadata says so in words that are no SPDX id"),
    "axe-playwright-python": ("MIT AND MPL-2.0", "only its files say so: LICENSE, and axe.min.js"),
    "saxonche": ("MPL-2.0", "only the documentation of Saxonica says so, of HE"),
}
"""Packages without readable licence metadata: their licence, and its source."""

TOOLS = {
    "localstripe": "GPL: a server of its own that tests ask over HTTP; we do not pass it on",
}
"""Packages with an incompatible licence that only the tests need, and the reason."""


def declared() -> dict[str, list[str]]:
    """The declared licence of each package, also of those that only the tests need."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "sbom.json")
        dependencies.bill(file)
        parts = json.loads(file.read_text())["components"]
    licences = {canonicalize_name(part["name"]): part.get("licenses", []) for part in parts}
    return {
        name: [_words(licence) for licence in licences.get(canonicalize_name(name), [])]
        for name in dependencies.installed("requirements-dev.txt")
    }


def _words(licence: Mapping[str, Mapping[str, str]]) -> str:
    if "expression" in licence:
        return str(licence["expression"])
    return licence["license"].get("id") or licence["license"]["name"]


def refusal(expression: str) -> str:
    """Why this licence is not compatible with BSD-3-Clause; empty if it is."""
    try:
        licence = SPDX.parse(expression, validate=True)
    except ExpressionError:
        return f"unknown licence {expression}"
    if licence is None:
        return "says no licence"
    allowed = {id: SPDX.TRUE if str(id) in ALLOWED else SPDX.FALSE for id in licence.symbols}
    fine = licence.subs(allowed, simplify=True) == SPDX.TRUE
    return "" if fine else f"{licence} does not go with BSD-3-Clause"


def check(packages: Mapping[str, list[str]], shipped: Collection[str]) -> list[str]:
    """The problems: incompatible licences, and entries here that are no longer needed.

    `packages` has their declared licences, `shipped` the names of those that are shipped.
    """
    # Several licences in a row all apply.
    read = {
        name: " AND ".join(f"({CLASSIFIERS.get(licence, licence)})" for licence in words)
        for name, words in packages.items()
    }
    effective = {name: EXPLAINED[name][0] if name in EXPLAINED else read[name] for name in read}
    refused = {name: why for name, licence in effective.items() if (why := refusal(licence))}
    wrong = [
        f"{name}: {why}"
        for name, why in sorted(refused.items())
        if name in shipped or name not in TOOLS
    ]
    named = {licence for words in packages.values() for licence in words}
    ids = {id for licence in effective.values() for id in SPDX.license_keys(licence)}
    gone = [name for name in EXPLAINED if name not in read or not refusal(read[name])]
    gone += [name for name in TOOLS if name in shipped or name not in refused]
    gone += [*(CLASSIFIERS.keys() - named), *(ALLOWED.keys() - ids)]
    return wrong + [f"{entry}: nothing needs this entry any more" for entry in sorted(gone)]
