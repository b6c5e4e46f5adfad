"""Pages as a browser reads them: valid HTML5 only, and the elements in it.

A page is read by a fast parser. Its tree is that of a browser, but it does not say where it had to
guess. Where the tree, written out again, has the very tags of the page, it had not. Any other page
is judged by html5lib, which knows each error of the standard, and is slow.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import html5lib
import turbohtml

DOCTYPE = "<!doctype html>"
TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)(?:[\s/][^<>]*)?>")
SHUT = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/>")
VOID = re.compile(r"<(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)></\1>")
# What html5lib has to judge: comments, and references other than those which templates write.
RARE = re.compile(r"<[!?]|&(?!(?:amp|lt|gt|quot|nbsp|#39|#34);)")
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff]"
)
# Here the tree has the tags of the page although they are errors, or were once.
PARTS_OF_TABLES = ("table", "tbody", "thead", "tfoot", "tr")
NEVER_SURE = ",".join(
    [f"{part} > {tag}" for part in PARTS_OF_TABLES for tag in ("input", "form")]
    + ["select :not(option, optgroup)", "rb", "rt", "rp", "rtc"]
)
# As templates write them, and as they are written out again.
WRITTEN = (("&#39;", "'"), ("&#34;", '"'), ("&quot;", '"'), ("\xa0", "&nbsp;"))

# The elements that are also attributes of the one around them.
NAMES = (
    "a body code dd desc dl dt figcaption footer form h1 h2 head header html main mark nav p small "
    "span strong svg table title ul"
)


class Tag:
    """An element, with those methods of BeautifulSoup that tests need."""

    def __init__(self, element: Any) -> None:
        self.element = element

    @property
    def name(self) -> str:
        return str(self.element.tag)

    @cached_property
    def attrs(self) -> dict[str, str]:
        """Its attributes; a list of classes is one text, as on the page."""
        return {
            name: " ".join(value) if isinstance(value, list) else value or ""
            for name, value in self.element.attrs.items()
        }

    def __getitem__(self, name: str) -> str:
        return self.attrs[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The value of an attribute."""
        return self.attrs.get(name, default)

    def has_attr(self, name: str) -> bool:
        return name in self.attrs

    def select(self, selector: str) -> list["Tag"]:
        """All elements in it that the CSS selector means."""
        return [Tag(element) for element in self.element.select(selector)]

    def select_one(self, selector: str) -> "Tag | None":
        """The first of them."""
        found = self.element.select_one(selector)
        return None if found is None else Tag(found)

    def find(self, name: str, **wanted: Any) -> "Tag | None":
        """The first element of that name; its own text and a class of it may be asked for."""
        return next(iter(self.find_all(name, **wanted)), None)

    def find_all(
        self, name: str, *, string: "str | re.Pattern[str] | None" = None, class_: str = ""
    ) -> list["Tag"]:
        """All elements of that name, with that text, of that class."""
        found = self.select(f"{name}.{class_}" if class_ else name)
        return [tag for tag in found if string is None or _reads(tag.string, string)]

    def closest(self, selector: str) -> "Tag | None":
        """The nearest element that the CSS selector means: it, or one around it."""
        found = self.element.closest(selector)
        return None if found is None else Tag(found)

    @property
    def parent(self) -> "Tag | None":
        around = self.element.parent
        return Tag(around) if isinstance(around, turbohtml.Element) else None

    @property
    def strings(self) -> Iterator[str]:
        """The pieces of text in it."""
        return iter(self.element.strings)

    @property
    def string(self) -> str | None:
        """Its text, if it is one piece."""
        pieces = list(self.element.strings)
        return pieces[0] if len(pieces) == 1 else None

    def own_texts(self) -> list[str]:
        """The pieces of text in it that stand in no other element of it."""
        return [node.data for node in self.element.children if isinstance(node, turbohtml.Text)]

    def names(self) -> list[str]:
        """The names of its attributes."""
        return list(self.element.attrs)

    def get_text(self, separator: str = "", *, strip: bool = False) -> str:
        """All text in it, as pieces without the blanks around them if they are to be stripped."""
        pieces = self.element.stripped_strings if strip else self.element.strings
        return separator.join(pieces)

    @property
    def text(self) -> str:
        return self.get_text()

    def __getattr__(self, name: str) -> Any:
        """The first element of that name in it."""
        if name not in NAMES.split():
            raise AttributeError(name)
        return self.select_one(name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tag) and self.element is other.element

    def __hash__(self) -> int:
        return hash(self.element)

    def __str__(self) -> str:
        return str(self.element.html)

    __repr__ = __str__


class Page(Tag):
    """A whole page."""

    def __init__(self, document: turbohtml.Document) -> None:
        super().__init__(document.root)
        self.document = document

    def select(self, selector: str) -> list[Tag]:
        return [Tag(element) for element in self.document.select(selector)]

    def select_one(self, selector: str) -> Tag | None:
        found = self.document.select_one(selector)
        return None if found is None else Tag(found)

    @property
    def parent(self) -> None:
        return None

    def tags(self) -> Iterator[Tag]:
        """Every element of the page."""
        return (Tag(element) for element in self.document.iter_elements())


def read(html: str) -> Page:
    """Read a page; raises ParseError of html5lib where it is not valid."""
    document = turbohtml.parse(html, positions=False)
    if document.errors or not _as_written(html, document):
        html5lib.HTMLParser(strict=True).parse(html)
    _join_words(document)
    return Page(document)


def _join_words(document: turbohtml.Document) -> None:
    """Make a text of what is one word to readers, and may be broken between lines."""
    for place in document.select("wbr"):
        around = place.parent
        place.decompose()
        around.normalize()


def _as_written(html: str, document: turbohtml.Document) -> bool:
    """Is the tree what the tags say, so that nothing was guessed, moved or left out?"""
    start, content = html[: len(DOCTYPE)], html[len(DOCTYPE) :]
    if start.lower() != DOCTYPE or RARE.search(content) or CONTROL.search(content):
        return False
    written = TAG.sub(r"<\1>", VOID.sub(r"<\1>", SHUT.sub(r"<\1></\1>", content)))
    for reference, character in WRITTEN:
        written = written.replace(reference, character)
    tree = TAG.sub(r"<\1>", document.root.serialize())
    return _packed(written) == _packed(tree) and document.select_one(NEVER_SURE) is None


def _packed(text: str) -> bytes:
    """Without blanks: what stands between tags is moved by browsers, and is no error."""
    return b"".join(text.encode().split())


def _reads(text: str | None, wanted: "str | re.Pattern[str]") -> bool:
    if text is None:
        return False
    return text == wanted if isinstance(wanted, str) else wanted.search(text) is not None
