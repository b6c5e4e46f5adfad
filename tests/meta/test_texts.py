"""All texts for people go through gettext and can be translated."""

import ast
import re
from html.parser import HTMLParser

from tests.meta.sources import STATIC, literal, modules, used_by, without_jinja
from tests.meta.sources import templates as all_templates

# Names, example values, values for browsers, widths of pages.
NOT_TRANSLATED = {
    *("PromoSMS", "· PromoSMS", "Łucja", "Łódź", "Sam", "London"),
    *("width=device-width, initial-scale=1", "light dark", "narrow", "prose"),
    "security.txt",
}
READ = ("alt", "aria-label", "content", "label", "placeholder", "title")
SENTENCE = re.compile(r"\b[A-Z][a-z]{2,}\b|[a-z]{2,} [a-z]{2,}")


# The house of components: only developers read it.
DESIGN = ("design/", "promosms/views/design.py")
# What programs read and get, and the pages about it. It is English in every language, as the names
# in it are; the frame of these pages is translated, says so, and marks these words with `lang`.
API = ("api/english/", "promosms/forms/api/")


def templates() -> dict[str, str]:
    """The templates whose words are for people."""
    not_translated = (*DESIGN, *API)
    every = all_templates().items()
    return {name: text for name, text in every if not name.startswith(not_translated)}


class Reader(HTMLParser):
    """Collects the texts of a page: its text nodes, and attributes that are read aloud."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(source)
        self.close()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value or "" for name, value in attrs if name in READ]


def letters(text: str) -> bool:
    return any(char.isalpha() for char in text)


def test_templates_contain_no_untranslated_text() -> None:
    for name, source in templates().items():
        texts = {" ".join(text.split()) for text in Reader(without_jinja(source)).texts}
        pieces = {piece.strip() for text in texts for piece in text.split("\0")}
        assert {piece for piece in pieces if letters(piece)} - NOT_TRANSLATED == set(), name


def test_expressions_of_templates_contain_no_untranslated_sentence() -> None:
    for name in templates():
        for text in literal(name):
            assert not SENTENCE.search(text), f"{name}: {text}"


def test_views_and_forms_contain_no_untranslated_text() -> None:
    for path, module in modules().items():
        for_people = path.startswith(("promosms/views", "promosms/forms"))
        if path.startswith((*DESIGN, *API)) or not for_people:
            continue
        for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
            called = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            name = call.func.id if isinstance(call.func, ast.Name) else called
            first = call.args[:1] if name == "flash" or name.endswith("Field") else []
            texts = [*first, *(word.value for word in call.keywords if word.arg == "description")]
            for text in texts:
                bare = isinstance(text, ast.Constant) and bool(text.value)
                assert not bare, f"{path}:{call.lineno}"


def test_scripts_contain_no_sentences() -> None:
    for script in STATIC.glob("*.js"):
        source = re.sub(r"^\s*//.*$|/\*.*?\*/", "", script.read_text(), flags=re.M)
        for text in re.findall(r'"([^"]*)"|`([^`]*)`', source):
            assert not re.search(r"[A-Z][a-z]+ [a-z]", "".join(text)), (script.name, text)


def test_english_words_about_the_api_stand_in_elements_that_say_so() -> None:
    english = {name for name in all_templates() if name.startswith(API)}
    assert english
    for name in all_templates():
        used = set(used_by(name)) & english
        assert not used or name in english or "api/_page.html" in used_by(name), name
    frame = all_templates()["api/_page.html"]
    for block in ("lead", "contents", "english"):
        assert re.search(rf'<(div|ul)( class="\w+")? lang="en">{{% block {block} ', frame), block
