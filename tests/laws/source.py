"""Python source as the laws read it: modules by name, parsed, with what their names stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Finding:
    """One place where a law is broken."""

    module: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Module:
    """One module. name: dotted, a package's own module under the package's name."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed module."""
        return ast.parse(self.text)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function and method, nested ones included."""
        return tuple(node for node in ast.walk(self.tree) if isinstance(node, Function))

    @cached_property
    def definitions(self) -> Mapping[str, Function]:
        """The functions of the module itself."""
        return {node.name: node for node in self.tree.body if isinstance(node, Function)}

    @cached_property
    def imported(self) -> Mapping[str, str]:
        """What each imported name stands for: the dotted name of a module, or of something in one."""
        names: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names.update({(alias.asname or alias.name): alias.name for alias in node.names})
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                names.update({(alias.asname or alias.name): f"{node.module}.{alias.name}" for alias in node.names})
        return names

    def found(self, node: ast.stmt | ast.expr, what: str) -> Finding:
        """A finding at `node`."""
        return Finding(self.name, node.lineno, what)


class Source:
    """Some modules that belong together."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.modules = {name: Module(name, text) for name, text in texts.items()}

    @classmethod
    def under(cls, *folders: str) -> Source:
        """All modules in these folders of the repository."""
        paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
        return cls({_dotted(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths})

    def __iter__(self) -> Iterator[Module]:
        return iter(self.modules.values())

    def function(self, expression: ast.expr, seen_from: Module) -> tuple[Module, Function] | None:
        """The function that an expression names, wherever it is defined; None where that cannot be told."""
        target = dotted_name(expression, seen_from)
        if target is None:
            return None
        if "." not in target and target in seen_from.definitions:
            return seen_from, seen_from.definitions[target]
        home, _, name = target.rpartition(".")
        module = self.modules.get(home)
        return None if module is None or name not in module.definitions else (module, module.definitions[name])


def dotted_name(expression: ast.expr, module: Module) -> str | None:
    """`name` or `alias.name` with what the module imported put in; None for anything else."""
    match expression:
        case ast.Name(id=name):
            return module.imported.get(name, name)
        case ast.Attribute(value=ast.Name(id=alias), attr=name):
            return f"{module.imported.get(alias, alias)}.{name}"
    return None


def decorator_names(function: Function) -> frozenset[str]:
    """The last names of a function's decorators."""
    called = [each.func if isinstance(each, ast.Call) else each for each in function.decorator_list]
    return frozenset(ast.unparse(each).rpartition(".")[2] for each in called)


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
