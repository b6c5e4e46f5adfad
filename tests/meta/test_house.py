"""The rules for names and files that can be checked automatically."""

import ast
import io
import re
import tokenize

from tests.meta.sources import PACKAGE, ROOT, TEMPLATES

LONGEST = 400
SOURCES = [
    path
    for folder in (PACKAGE, ROOT / "tests", ROOT / "benchmarks", ROOT / "scripts")
    for path in folder.rglob("*")
    if path.suffix in (".py", ".html", ".css", ".js", "") and path.is_file()
    if path.parent.name != "versions"  # written by Alembic
]
NOT_OURS = ("contact", "subscriber", "tenant", "blacklist", "dlr", "util", "helper", "manager")
# Names given by libraries and standards.
THEIRS = {
    "contextmanager",
    "handle_accept",
    "handle_async_request",
    "handle_close",
    "handle_exit",
    "handle_read",
    "handle_write",
    "LoginManager",
    "process_bind_param",
    "process_formdata",  # of WTForms
    "process_group",
    "process_response",  # of Flask
    "process_result_value",
    "security_contact",  # the field of security.txt, RFC 9116
}
PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def pieces(name: str) -> set[str]:
    """The words of a name, in the singular."""
    return {piece.lower().removesuffix("s") for piece in PIECE.findall(name)}


def names() -> list[tuple[str, str]]:
    """Every name in the code of the package, with file and line."""
    result = []
    for path in PACKAGE.rglob("*.py"):
        reader = io.StringIO(path.read_text()).readline
        for token in tokenize.generate_tokens(reader):
            imported = token.line.startswith(("from ", "import ")) and "promosms" not in token.line
            if token.type == tokenize.NAME and token.string not in THEIRS and not imported:
                result.append((token.string, f"{path.relative_to(ROOT)}:{token.start[0]}"))
    return result


def test_no_file_is_too_long() -> None:
    """Style sheets may be: a block for each macro, in the order of the alphabet."""
    files = [path for path in SOURCES if path.suffix != ".css"]
    lengths = {path: len(path.read_text().splitlines()) for path in files}
    assert {str(path): length for path, length in lengths.items() if length > LONGEST} == {}


def test_code_uses_the_words_of_the_glossary() -> None:
    for name, place in names():
        assert not pieces(name) & set(NOT_OURS), f"{place}: {name}"
        assert not name.startswith(("process_", "handle_")), f"{place}: {name}"


def test_files_are_named_by_the_words_of_the_glossary() -> None:
    for path in PACKAGE.rglob("*"):
        assert not pieces(path.stem) & set(NOT_OURS), path


def test_texts_use_the_words_of_the_glossary() -> None:
    forbidden = re.compile(rf"\b({'|'.join(NOT_OURS)}|smpp|ucs-?2|gsm-?7)s?\b", re.IGNORECASE)
    for path in TEMPLATES.rglob("*.html"):
        assert not forbidden.search(path.read_text()), path


def test_no_todo_and_no_silenced_check_is_left() -> None:
    marks = re.compile("#.*(TODO|FIXME|XXX|noqa|type: ignore|pragma: no cover)")
    for path in SOURCES:
        if path.suffix == ".py" and path.name != "test_house.py":
            assert not marks.search(path.read_text()), path


def test_no_two_functions_have_one_docstring() -> None:
    """Methods of one name may: they are one thing in several classes."""
    names: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if function and (text := ast.get_docstring(node)):
                names.setdefault(text, set()).add(node.name)
    assert {text: of for text, of in names.items() if len(of) > 1} == {}
