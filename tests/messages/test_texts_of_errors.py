"""The texts of errors and findings are in the catalogues."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from archive_pkg import errors, faults

SOURCE = Path(__file__).resolve().parents[2] / "src" / "archive_pkg"
NOT_YET = (
    "cli/",
    "collection/",
    "interchange/",
    "packages/signatures/",
    "packages/targets/",
    "web/",
    "deposits/credentials.py",
    "drafting/vocabulary/file_model.py",
)
"""Folders and files that still have English errors."""
RAISED = {
    *(name for name in vars(errors) if name.endswith("Error")),
    faults.Fault.__name__,
}
SENTENCE = re.compile(r"[A-Za-z]{2,}[,:;]? [a-z]{2,}")


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _bare(node: ast.expr) -> bool:
    """Whether an argument is English words that are not marked."""
    if isinstance(node, ast.IfExp):
        return _bare(node.body) or _bare(node.orelse)
    pieces = node.values if isinstance(node, ast.JoinedStr) else [node]
    words = "".join(
        piece.value
        for piece in pieces
        if isinstance(piece, ast.Constant) and isinstance(piece.value, str)
    )
    return bool(SENTENCE.search(words))


def _unmarked(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and (_name(node.func) in RAISED or _name(node.func) == "at"):
            for argument in node.args:
                if _bare(argument):
                    yield f"{path.relative_to(SOURCE)}:{argument.lineno}"


def test_errors_and_findings_are_marked_for_translation() -> None:
    files = (path for path in SOURCE.rglob("*.py"))
    wanted = (p for p in files if not p.relative_to(SOURCE).as_posix().startswith(NOT_YET))
    assert [place for path in wanted for place in _unmarked(path)] == []
