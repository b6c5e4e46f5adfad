"""The structure of the code in figures: `python -m benchmarks.structure [--tree FOLDER]`.

Counts files by folder, packages, imports between packages and import cycles. It reads the
imports of the source (`ast`) and runs nothing, so it also measures an older checkout.
"""

import argparse
import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
APPLICATION = "promosms"
Arrows = dict[str, set[str]]


def main() -> None:
    """Print the figures of one tree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, default=ROOT, help="a checkout; this one by default")
    tree: Path = parser.parse_args().tree
    modules = dict(_modules(tree))
    counts = Counter(str(path.parent.relative_to(tree)) for path in modules.values())
    loose = [name for name in modules if name.count(".") == 1 and not _is_package(modules[name])]
    click.echo(f"modules                   {len(modules):5}")
    click.echo(f"modules loose at the top  {len(loose):5}")
    click.echo(f"folders                   {len(counts):5}")
    click.echo(
        f"widest folders            {', '.join(f'{k} {n}' for k, n in counts.most_common(4))}"
    )
    for depth, title in ((2, "at the top"), (3, "two levels deep")):
        arrows = _arrows(modules, depth)
        circles = [circle for circle in _circles(arrows) if len(circle) > 1]
        number = sum(len(targets) for targets in arrows.values())
        click.echo(f"packages {title:16} {len(arrows):5}, arrows {number}, circles {len(circles)}")
        for circle in circles:
            click.echo("  " + " ".join(sorted(circle)))
    files = Counter(_lines(path) > 400 for path in modules.values())
    click.echo(f"files of over 400 lines   {files[True]:5}")


def _modules(tree: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted((tree / APPLICATION).rglob("*.py")):
        if "migrations" not in path.parts:
            name = ".".join(path.relative_to(tree).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def _is_package(path: Path) -> bool:
    return path.name == "__init__.py"


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def _arrows(modules: dict[str, Path], depth: int) -> Arrows:
    """Which packages a package imports."""
    packages = {name for name, path in modules.items() if _is_package(path)}

    def package(name: str) -> str:
        parts = name.split(".")
        while len(parts) > 2 and (len(parts) > depth or ".".join(parts) not in packages):
            parts.pop()
        return ".".join(parts)

    arrows: Arrows = defaultdict(set)
    for name, path in modules.items():
        for target in _imports(path, modules):
            source, sink = package(name), package(target)
            # A package and its modules count as one: its `__init__` may list its names.
            if not f"{source}.".startswith(f"{sink}.") and not f"{sink}.".startswith(f"{source}."):
                arrows[source].add(sink)
    return arrows


def _imports(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(APPLICATION):
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in modules else str(node.module)


def _circles(arrows: Arrows) -> list[set[str]]:
    """Import cycles: groups of packages that reach each other."""
    reached = {start: _reach(arrows, start) for start in arrows}
    circles: list[set[str]] = []
    for start in arrows:
        if not any(start in circle for circle in circles):
            circles.append({start} | {to for to in reached[start] if start in reached.get(to, ())})
    return circles


def _reach(arrows: Arrows, start: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(arrows[start])
    while waiting:
        package = waiting.pop()
        if package not in reached:
            reached.add(package)
            waiting += arrows.get(package, ())
    return reached


if __name__ == "__main__":
    main()
