"""What a help page is made of, in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from promosms.views.help.pictures import Picture


@dataclass(frozen=True)
class Link:
    """A way to the page where it is done: its endpoint and what the link says."""

    endpoint: str
    label: str


@dataclass(frozen=True)
class Part:
    """A section: paragraphs, steps or points, a picture. The first one of a page has no head."""

    head: str = ""
    words: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    picture: Picture | None = None
    drawing: str = ""
    """The name of a drawing of `ui/illustration.html` that stands first, as decoration."""


@dataclass(frozen=True)
class Topic:
    """A help page. `name` is its address; `also` are other words by which people look for it."""

    name: str
    title: str
    sentence: str
    parts: tuple[Part, ...]
    links: tuple[Link, ...]
    also: str = field(default="", repr=False)

    def texts(self) -> Iterator[str]:
        """All words of the page, title and sentence first."""
        yield self.title
        yield self.sentence
        for part in self.parts:
            yield from (part.head, *part.words, *part.steps, *part.points)
        yield from (link.label for link in self.links)
