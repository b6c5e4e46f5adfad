"""Small XML trees: an element is a name, its text or children, its attributes."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from promosms.documents.shown import plain

# What goes between the tags: a text, children, or nothing. None leaves the element out.
Content = Any


class Tree:
    """Builds elements of one document; `prefixes` are its namespaces, None the default one."""

    def __init__(self, prefixes: Mapping[str | None, str], default: str | None = None) -> None:
        self.prefixes = dict(prefixes)
        self.default = default

    def __call__(self, name: str, *content: Content, **attributes: str) -> Any:
        """The element `prefix:name`; texts are made fit for XML, None among children is skipped."""
        made = etree.Element(self._tag(name), attributes, nsmap=self.prefixes)
        for part in content:
            if isinstance(part, str):
                made.text = plain(part)
            elif part is not None:
                made.append(part)
        return made

    def maybe(self, name: str, text: str, **attributes: str) -> Any:
        """The element, or None when there is nothing to say in it."""
        return self(name, text, **attributes) if plain(text) else None

    def _tag(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        return f"{{{self.prefixes[prefix or self.default]}}}{local}"


def written(root: Any) -> bytes:
    """The document as UTF-8 with its declaration; the same tree always gives the same bytes."""
    etree.cleanup_namespaces(root)
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text
