"""The sources of the application, read as text and as trees."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "promosms"
TEMPLATES = PACKAGE / "templates"
STATIC = PACKAGE / "static"
GETTEXT = {"_", "gettext", "lazy_gettext", "ngettext", "pgettext"}
JINJA = Environment(extensions=["jinja2.ext.do"], autoescape=True)


@cache
def templates() -> dict[str, str]:
    """All templates by name."""
    return {
        str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")
    }


@cache
def tree(name: str) -> nodes.Template:
    """A template as a tree."""
    return JINJA.parse(templates()[name])


@cache
def modules() -> dict[str, ast.Module]:
    """All Python modules of the package by path."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text())
        for path in PACKAGE.rglob("*.py")
        if "versions" not in path.parts
    }


@cache
def used_by(name: str) -> set[str]:
    """The templates that a template extends, includes or imports from."""
    kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    templates_used = {node.template for kind in kinds for node in tree(name).find_all(kind)}
    return {template.value for template in templates_used if isinstance(template, nodes.Const)}


def literal(name: str) -> list[str]:
    """The string literals of a template that are not translated."""
    translated: set[int] = set()
    for call in tree(name).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in GETTEXT:
            translated |= {id(const) for const in call.find_all(nodes.Const)}
    constants = [const for const in tree(name).find_all(nodes.Const) if id(const) not in translated]
    return [const.value for const in constants if isinstance(const.value, str)]


def strings(module: ast.Module) -> Iterator[str]:
    """The string literals of a module."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def without_jinja(source: str) -> str:
    """A template without comments and tags, with a NUL for each expression."""
    return re.sub(
        r"\{#.*?#\}|\{%.*?%\}", "", re.sub(r"\{\{.*?\}\}", "\0", source, flags=re.S), flags=re.S
    )
