"""The changes that mutmut makes: some of its own, and the removal of checks."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import libcst as cst
from mutmut.mutation import file_mutation, mutators
from mutmut.state import state
from mutmut.utils.format_utils import get_mutant_name, mangled_name_from_mutant_name
from mutmut.workers.isolation import ForkRunner


def is_text(node: cst.CSTNode) -> bool:
    """Return whether a string is a text for readers; tests do not check its wording."""
    words = isinstance(node, cst.SimpleString) and (" " in node.value or "\n" in node.value)
    return words or isinstance(node, cst.FormattedString | cst.ConcatenatedString)


def string(node: cst.SimpleString) -> Iterable[cst.CSTNode]:
    """Yield another string, unless it is a text for readers."""
    if node.raw_value:
        yield node.with_changes(value=f"{node.prefix}{node.quote}XX{node.raw_value}{node.quote}")


LEFT_ALONE = {"jobs", "strict", "usedforsecurity"}
"""Arguments that change only the speed, or guard against our own mistakes."""


def keyword_left_out(node: cst.Call) -> Iterable[cst.CSTNode]:
    """Yield a call without one of its named arguments."""
    for at, argument in enumerate(node.args):
        name = argument.keyword and argument.keyword.value
        if name and name not in LEFT_ALONE and not is_text(argument.value):
            yield node.with_changes(args=[*node.args[:at], *node.args[at + 1 :]])


def statement_left_out(node: cst.SimpleStatementLine) -> Iterable[cst.CSTNode]:
    """Yield `pass` instead of a call or a raise."""
    for at, each in enumerate(node.body):
        if isinstance(each, cst.Raise) or (
            isinstance(each, cst.Expr) and isinstance(each.value, cst.Call)
        ):
            yield node.with_changes(body=[*node.body[:at], cst.Pass(), *node.body[at + 1 :]])


def forced(node: cst.If | cst.While | cst.CompIf) -> Iterable[cst.CSTNode]:
    """Yield conditions that are never or always true."""
    inner = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    ways: list[tuple[cst.BaseBooleanOp, str]] = []
    ways += [(cst.Or(), "True")] if not isinstance(node, cst.While) else []
    ways += [(cst.And(), "False")] if not isinstance(node, cst.CompIf) else []
    for operator, value in ways:
        test = cst.BooleanOperation(left=inner, operator=operator, right=cst.Name(value))
        yield node.with_changes(test=test)


OPERATORS = [
    (cst.BaseNumber, mutators.operator_number),
    (cst.SimpleString, string),
    (cst.Name, mutators.operator_name),
    (cst.AugAssign, mutators.operator_augmented_assignment),
    (cst.UnaryOperation, mutators.operator_remove_unary_ops),
    (cst.Call, keyword_left_out),
    (cst.CSTNode, mutators.operator_keywords),
    (cst.CSTNode, mutators.operator_swap_op),
    (cst.Match, mutators.operator_match),
    (cst.IfExp, mutators.operator_if_exp),
    (cst.If | cst.While | cst.CompIf, forced),
    (cst.SimpleStatementLine, statement_left_out),
]


class Visitor(file_mutation.MutationVisitor):
    """Does not change texts and the messages of errors."""

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Arg) and node.keyword and node.keyword.value in LEFT_ALONE:
            return False
        return not is_text(node) and super().on_visit(node) and not isinstance(node, cst.Raise)


class Unwrap(cst.CSTTransformer):
    """Write `@property def f` as `def f` and `f = property(f)`: mutmut ignores the first."""

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__()
        self.known = known

    def leave_FunctionDef(  # noqa: N802 - libcst's name
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        wrappers = [cst.Module([]).code_for_node(e.decorator) for e in updated_node.decorators]
        if len(wrappers) != 1 or wrappers[0] not in self.known:
            return updated_node
        name = updated_node.name.value
        wrap = cst.parse_statement(f"{name} = {wrappers[0]}({name})")
        return cst.FlattenSentinel([updated_node.with_changes(decorators=()), wrap])


def forget() -> None:
    """Empty the caches that the unchanged code has filled, so that mutants compute their values."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "archive_pkg":
            for value in list(vars(module).values()):
                inner = [cell.cell_contents for cell in getattr(value, "__closure__", None) or ()]
                for each in (value, *inner):
                    if isinstance(each, functools._lru_cache_wrapper):
                        each.cache_clear()
                if type(value).__module__ == name and hasattr(value, "__missing__"):
                    value.clear()


def reached(names: Iterable[str]) -> int:
    """Use every test for functions that are not reached: forked processes are not seen."""
    every = set(state().duration_by_test)
    tests = state().tests_by_mangled_function_name
    for function in map(mangled_name_from_mutant_name, names):
        tests[function] = tests[function] or every
    return 0


def install(path: Path) -> list[str]:
    """Let mutmut use these changes, and run the unchanged tests once instead of three times.

    Returns:
        The names of all mutants of a module.
    """
    os.register_at_fork(after_in_child=forget)
    vars(file_mutation).update(mutation_operators=OPERATORS, MutationVisitor=Visitor)
    made = file_mutation.mutate_file_contents(str(path), path.read_text())
    names = [get_mutant_name(path, name) for name in made.mutant_names]
    # They ran when mutmut recorded the functions that each test reaches. It has no option for this.
    ForkRunner.run_clean_tests = lambda *_, **__: reached(names)  # type: ignore[method-assign]
    ForkRunner.run_forced_fail = lambda *_: 1  # type: ignore[method-assign]
    return names


def unwrapped(source: str, known: Sequence[str]) -> str:
    """Return a module in which these decorators are called after the functions."""
    return cst.parse_module(source).visit(Unwrap(known)).code
