"""XML trees: an element is made from its name, its text or children, and its attributes."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from promosms.documents.formats import plain

# Text or child elements; None is skipped.
Content = Any


class Tree:
    """Makes the elements of a document; `prefixes` are its namespaces, None is the default one."""

    def __init__(self, prefixes: Mapping[str | None, str], default: str | None = None) -> None:
        self.prefixes = dict(prefixes)
        self.default = default

    def __call__(self, name: str, *content: Content, **attributes: str) -> Any:
        """The element `prefix:name`; texts are cleaned for XML, None among children is skipped."""
        element = etree.Element(self._tag(name), attributes, nsmap=self.prefixes)
        for part in content:
            if isinstance(part, str):
                element.text = plain(part)
            elif part is not None:
                element.append(part)
        return element

    def maybe(self, name: str, text: str, **attributes: str) -> Any:
        """The element, or None if its text is empty."""
        return self(name, text, **attributes) if plain(text) else None

    def _tag(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        return f"{{{self.prefixes[prefix or self.default]}}}{local}"


def to_bytes(root: Any) -> bytes:
    """The document in UTF-8 with its declaration; equal trees give equal bytes."""
    etree.cleanup_namespaces(root)
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text
