"""No failure is logged without a reason code: read from the source of the application."""

import ast
from collections.abc import Iterator

from tests.meta.sources import modules

LEVELS = ("warning", "error", "critical")
# They catch everything, and neither raise it again nor log it there.
LOGGED_ELSEWHERE = {
    "promosms/settings/sources.py": "raised as a ConfigError",
    "promosms/services/inbox/gateway_inbox.py": "logged where the row is postponed",
}


def nodes(kind: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    """All nodes of a kind with their modules."""
    for path, tree in modules().items():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, kind))


def logged(call: ast.AST) -> str:
    """The level of a call of our logger; empty for other calls."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return ""
    owner = call.func.value
    return call.func.attr if isinstance(owner, ast.Name) and owner.id == "log" else ""


def has_reason(call: ast.Call) -> bool:
    """Does it name a code, or pass an exception, from which the formatter reads it?"""
    given = {word.arg: word.value for word in call.keywords}
    extra = given.get("extra")
    if isinstance(extra, ast.Dict):
        names = [key.value for key in extra.keys if isinstance(key, ast.Constant)]
    else:
        names = ["code"] if isinstance(extra, ast.Name) else []
    return "exc_info" in given or "code" in names


def test_every_warning_and_error_has_a_reason() -> None:
    calls = [(path, call) for path, call in nodes(ast.Call) if logged(call) in LEVELS]
    assert len(calls) > 30
    without = [
        f"{path}:{call.lineno}"
        for path, call in calls
        if isinstance(call, ast.Call) and not has_reason(call)
    ]
    assert without == []


def test_what_catches_everything_raises_or_logs_it() -> None:
    silent = set()
    for path, handler in nodes(ast.ExceptHandler):
        assert isinstance(handler, ast.ExceptHandler)
        names = [
            node.id for node in ast.walk(handler.type or handler) if isinstance(node, ast.Name)
        ]
        if handler.type is not None and not {"Exception", "BaseException"} & set(names):
            continue
        inside = [node for statement in handler.body for node in ast.walk(statement)]
        if not any(isinstance(node, ast.Raise) or logged(node) for node in inside):
            silent.add(path)
    assert silent <= set(LOGGED_ELSEWHERE)
