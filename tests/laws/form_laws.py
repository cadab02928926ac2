"""Law 9 and what goes with it: sizes, names, docstrings, reasons for silenced checks, tests that assert."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from typing import Final

from tests.laws.source import Finding, Function, Module, Source, dotted_name

FUNCTION_LINES_MAX: Final = 70
MODULE_LINES_MAX: Final = 400

LOGGING_ITSELF: Final = ("fleetprompt.telemetry.logs", "fleetprompt.markdown.")
"""The pipeline, and the ground floor beside it, whose records come over from the processes that judge texts."""

VAGUE_NAMES: Final = {"utils", "util", "helpers", "helper", "common", "misc"}

_SILENCED: Final = re.compile(r"#\s*(?:type:\s*ignore|noqa|pragma|nosec|pyright:)(?P<rest>.*)", re.IGNORECASE)
_CODES: Final = re.compile(r"^:?\s*(?:\[[\w, -]*\]|[A-Z]+[0-9]+(?:\s*,\s*[A-Z]+[0-9]+)*)?")
_EXPECTATION: Final = re.compile("(?:not_)?to_")
_ASSERTING_NAME: Final = re.compile("assert_|run_state_machine_as_test$")
_REASON: Final = re.compile(r"#\s*\w+\W+\w+")


def functions_are_short(source: Source) -> Iterator[Finding]:
    """At most 70 lines, docstring included."""
    for module in source:
        for function in module.functions:
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield module.found(function, f"{function.name} has {lines} lines")


def modules_are_short(source: Source) -> Iterator[Finding]:
    """At most 400 lines."""
    for module in source:
        lines = module.text.count("\n")
        if lines > MODULE_LINES_MAX:
            yield Finding(module.name, lines, f"has {lines} lines")


def no_module_is_a_drawer(source: Source) -> Iterator[Finding]:
    """No `utils`, `helpers` or `common`: a file is one idea and is named for it."""
    for module in source:
        if VAGUE_NAMES & set(module.name.split(".")):
            yield Finding(module.name, 1, "is named for no idea")


def what_is_public_is_described(source: Source) -> Iterator[Finding]:
    """Every module, and every public class, method and function, has a docstring."""
    for module in source:
        if ast.get_docstring(module.tree) is None:
            yield Finding(module.name, 1, "has no docstring")
        yield from _undescribed(module, module.tree.body)


def _undescribed(module: Module, body: list[ast.stmt]) -> Iterator[Finding]:
    for node in body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            if ast.get_docstring(node) is None:
                yield module.found(node, f"{node.name} has no docstring")
            if isinstance(node, ast.ClassDef):
                yield from _undescribed(module, node.body)


def silence_has_a_reason(source: Source) -> Iterator[Finding]:
    """A `type: ignore` or `noqa` names its codes and says why, in the same comment."""
    for module in source:
        for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
            if token.type != tokenize.COMMENT or not (silenced := _SILENCED.search(token.string)):
                continue
            codes = _CODES.match(silenced["rest"])
            if codes is None or not codes[0].strip(": ") or not _REASON.search(silenced["rest"]):
                yield Finding(module.name, token.start[0], f"silences a check without a reason: {token.string}")


def there_is_one_way_to_log(source: Source) -> Iterator[Finding]:
    """Through `get_logger`: constant words, and whatever varies as a named field."""
    for module in source:
        if module.name.startswith(LOGGING_ITSELF):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import) and any(alias.name == "logging" for alias in node.names):
                yield module.found(node, "logs past telemetry; use get_logger")


def every_test_asserts(source: Source) -> Iterator[Finding]:
    """A test asserts, or expects an exception or what a browser shows, itself or by a function or method that does."""
    asserting = _asserting_functions(source)
    for module in source:
        if not module.name.rpartition(".")[2].startswith("test_"):
            continue
        for function in module.functions:
            if function.name.startswith("test_") and not _asserts(source, module, function, asserting):
                yield module.found(function, f"{function.name} asserts nothing")


def _asserting_functions(source: Source) -> set[Function]:
    known: set[Function] = set()
    while True:
        more = {
            function
            for module in source
            for function in module.functions
            if function not in known and _asserts(source, module, function, known)
        }
        if not more:
            return known
        known |= more


def _asserts(source: Source, module: Module, function: Function, asserting: set[Function]) -> bool:
    for node in (each for statement in function.body for each in ast.walk(statement)):
        match node:
            case ast.Assert(test=test) if not isinstance(test, ast.Constant):
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id="pytest"), attr="raises" | "warns" | "fail")):
                return True
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name() as called), attr=name)) if (
                _EXPECTATION.match(name) and dotted_name(called, module) == "playwright.async_api.expect"
            ):
                return True
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if _ASSERTING_NAME.match(name):
                return True
            case ast.Call(func=called):
                named = source.function(called, module)
                if named is not None and named[1] in asserting:
                    return True
    return False
