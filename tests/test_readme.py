"""The README's tree is the architecture document: it names every module, and only what is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TREE = next(block for block in README.split("```") if block.lstrip().startswith("core/ "))
PUBLIC = re.compile(r"[a-z]\w*")


def modules() -> set[str]:
    """Modules and packages of core, dashboard and pages, one level below their packages."""
    found: set[str] = set()
    for top in ("core", "dashboard", "pages"):
        for path in [*(ROOT / top).glob("*"), *(ROOT / "core").glob("*/*")]:
            is_package = path.is_dir() and any(path.glob("*.py"))
            if PUBLIC.fullmatch(path.stem) and (is_package or path.suffix == ".py"):
                found.add(path.stem)
    return found


def test_every_module_is_in_the_tree() -> None:
    named = set(re.findall(r"\w+", TREE))
    assert modules() - named == set()


def test_the_tree_names_only_what_is_there() -> None:
    first_names = [re.match(r"\s*([\w/, ]+?)(?:\s{2,}|$)", line) for line in TREE.strip().splitlines()]
    listed = {name for match in first_names if match for name in re.findall(r"\w+", match[1])}
    known = modules() | {"core", "dashboard", "pages", "tests", "components"}
    assert listed - known == set()


def test_links_and_pictures_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_every_command_is_there() -> None:
    from typer.main import get_command

    from core.cli import app

    documented = set(re.findall(r"python -m core ([\w-]+)", README))
    assert documented <= set(get_command(app).commands)  # type: ignore[attr-defined]
