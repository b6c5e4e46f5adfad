"""Templates, macros and the stylesheet: nothing unused, nothing missing, nothing inline."""

import re
from functools import cache
from pathlib import Path

import rcssmin
from jinja2 import nodes

from promosms.web.assets import SHEETS
from tests.meta.sources import STATIC, literal, modules, strings, templates, tree, used_by
from tests.support.pages import PageClient


def rendered() -> set[str]:
    """The templates that views name, and all templates that these use."""
    names = {text for module in modules().values() for text in strings(module)}
    result: set[str] = set()
    waiting = [name for name in templates() if name in names]
    while waiting:
        name = waiting.pop()
        if name not in result:
            result.add(name)
            waiting += used_by(name)
    return result


@cache
def imports(name: str) -> dict[str, str]:
    """The names that a template imports, with their original names."""
    names = {}
    for node in tree(name).find_all(nodes.FromImport):
        for entry in node.names:
            original, local = entry if isinstance(entry, tuple) else (entry, entry)
            names[local] = original
    return names


@cache
def loaded(name: str) -> set[str]:
    """The names that a template and its includes use."""
    names = {node.name for node in tree(name).find_all(nodes.Name) if node.ctx == "load"}
    for node in tree(name).find_all(nodes.Include):
        assert isinstance(node.template, nodes.Const)
        names |= loaded(node.template.value)
    return names


def styled() -> set[str]:
    """The classes in the style sheets."""
    sheets = "".join(path.read_text() for path in (STATIC / "css").iterdir())
    sheet = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", sheets, flags=re.S)
    selectors = re.findall(r"([^{};]+)\{", sheet)
    return {name for selector in selectors for name in re.findall(r"\.([a-z][\w-]*)", selector)}


def in_attributes(source: str) -> set[str]:
    """The classes in class attributes, and in the literals of their expressions."""
    names: set[str] = set()
    for value in re.findall(r'\bclass="((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"', source, re.S):
        fixed = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", value)
        names |= set(fixed.split())
        for expression in re.findall(r"\{\{(.*?)\}\}", value):
            shown = expression.partition(" if ")[0] + expression.partition(" else ")[2]
            names |= {word for text in re.findall(r"'([^']*)'", shown) for word in text.split()}
    blocks = re.findall(r"\{% block width %\}(.*?)\{% endblock %\}", source)
    return names | {word for text in blocks for word in text.split()}


def by_script(script: Path) -> set[str]:
    """The classes that a script gives to what it makes or changes."""
    written = re.findall(r'(?:className = |classList\.add\()"([^"]*)"', script.read_text())
    return {word for text in written for word in text.split()}


def test_every_template_is_rendered_by_a_view() -> None:
    assert set(templates()) - rendered() == set()


def test_every_macro_is_used() -> None:
    for name in templates():
        for macro in tree(name).find_all(nodes.Macro):
            elsewhere = [
                user
                for user in templates()
                if name in used_by(user) and macro.name in imports(user).values()
            ]
            assert elsewhere or macro.name in loaded(name), f"{name}: {macro.name}"


def test_every_import_is_used() -> None:
    unused = {name: set(imports(name)) - loaded(name) for name in templates()}
    assert {name: imported for name, imported in unused.items() if imported} == {}


def test_every_import_exists() -> None:
    for name in templates():
        for node in tree(name).find_all(nodes.FromImport):
            assert isinstance(node.template, nodes.Const)
            macros = {macro.name for macro in tree(node.template.value).find_all(nodes.Macro)}
            for entry in node.names:
                assert (entry[0] if isinstance(entry, tuple) else entry) in macros, (
                    f"{name}: {entry}"
                )


def test_every_class_of_a_template_is_styled() -> None:
    for name, source in templates().items():
        assert in_attributes(source) - styled() == set(), name
    for script in STATIC.glob("*.js"):
        assert by_script(script) <= styled(), script.name


def test_every_style_is_used() -> None:
    attributes = set().union(*(in_attributes(source) for source in templates().values()))
    literals = {word for name in templates() for text in literal(name) for word in text.split()}
    python = {
        text
        for path, module in modules().items()
        if path.startswith(("promosms/views", "promosms/forms"))
        for text in strings(module)
    }
    scripts = set().union(*(by_script(script) for script in STATIC.glob("*.js")))
    assert styled() - attributes - literals - python - scripts == set()


def test_nothing_is_inline() -> None:
    for name, source in templates().items():
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", source), name
        scripts = re.findall(r"<script\b[^>]*>", source)
        assert all(" src=" in script and 'type="module"' in script for script in scripts), name


def test_every_static_file_is_used() -> None:
    used = " ".join(templates().values())
    for path in STATIC.glob("*.*"):
        assert f"filename='{path.name}'" in used, path.name


def test_pages_change_their_shape_with_the_size_of_letters() -> None:
    """In em: who has letters twice as large gets the shape of a screen half as wide."""
    queries = [
        query
        for path in (STATIC / "css").iterdir()
        for query in re.findall(r"@media[^{]*", path.read_text())
    ]
    assert any("em)" in query for query in queries)
    assert [query for query in queries if "px" in query] == []


def test_icons_grow_with_the_letters(visitor: PageClient) -> None:
    icons = visitor.get_page("/login").select("svg[aria-hidden=true][stroke=currentColor]")
    assert icons
    assert {icon["width"][-3:] for icon in icons} == {"rem"}


def test_every_style_sheet_is_sent_in_its_place(visitor: PageClient) -> None:
    sheets = {path.stem: path.read_text() for path in (STATIC / "css").iterdir()}
    assert set(sheets) == set(SHEETS)
    sent = visitor.get("/static/css/all.css").text
    places = [sent.index(rcssmin.cssmin(sheets[name])) for name in SHEETS]
    assert places == sorted(places)
