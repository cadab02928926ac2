"""Law 3: statements are sent from few places, and no text with values in it ever becomes SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.laws.source import Finding, Module, Source, decorator_names

SENDERS: Final = re.compile(r"fleetprompt\.(?:store|runtime)(?:\..+)?|fleetprompt\..+\.statements(?:\..+)?")

_SQL: Final = re.compile(
    r"\b(?:select\b.+\bfrom|insert\s+into|delete\s+from|update\s+\S+\s+set|truncate\s+\S+|"
    r"(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:table|role|index|database|schema|function|trigger|view)|"
    r"(?:grant|revoke)\s+.+\s(?:on|to|from))\b",
    re.IGNORECASE | re.DOTALL,
)
_MAKERS: Final = {"text", "literal_column", "SQL", "exec_driver_sql"}


def only_few_send_statements(source: Source) -> Iterator[Finding]:
    """No `.execute(` with a statement outside store, runtime and `statements`."""
    for module in source:
        if SENDERS.fullmatch(module.name):
            continue
        for node in ast.walk(module.tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="execute" | "executemany"), args=[_, *_]):
                    yield module.found(node, "sends a statement; make it a named one in `statements`")


def no_sql_is_built_of_strings(source: Source) -> Iterator[Finding]:
    """No f-string, `%`, `+` or `.format` that makes SQL, and nothing computed given to what makes SQL of a text."""
    for module in source:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.expr) and (_is_built_sql(node) or _makes_sql_of_built_text(module, node)):
                yield module.found(node, "builds SQL of strings; bind the values")


def every_shape_is_declared(source: Source) -> Iterator[Finding]:
    """What composes statements by their shape says which shapes stand for all, so that the contract can show them."""
    for module in source:
        for function in module.functions:
            returned = "" if function.returns is None else ast.unparse(function.returns)
            if returned.startswith("Statement[") and decorator_names(function) & {"cache", "lru_cache"}:
                yield module.found(function, f"{function.name} composes by shape; declare it with per_shape")


def _is_built_sql(node: ast.expr) -> bool:
    match node:
        case ast.JoinedStr(values=parts) if any(isinstance(part, ast.FormattedValue) for part in parts):
            return _reads_as_sql("?".join(_literal(part) for part in parts))
        case ast.BinOp(op=ast.Mod() | ast.Add(), left=left, right=right):
            return any(_reads_as_sql(_literal(side)) for side in (left, right))
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format" | "join")):
            return _reads_as_sql(text)
    return False


def _makes_sql_of_built_text(module: Module, node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[argument, *_]) if name in _MAKERS:
            is_ours = name != "text" or module.imported.get("text", "").startswith("sqlalchemy")
            return is_ours and not isinstance(argument, ast.Constant | ast.Name) and not _is_a_number(argument)
    return False


def _is_a_number(node: ast.expr) -> bool:
    """`str(int(…))`, which can carry no SQL."""
    match node:
        case ast.Call(func=ast.Name(id="str"), args=[ast.Call(func=ast.Name(id="int"))]):
            return True
    return False


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else " "


def _reads_as_sql(text: str) -> bool:
    """Whether there is a statement in it; one that begins with one capital is a sentence."""
    found = _SQL.search(text)
    return found is not None and not found[0][:2].istitle()
