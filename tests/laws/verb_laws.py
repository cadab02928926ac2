"""Laws 4, 6 and 10: what a verb leaves to `run`, to scopes, and to the time before its transaction."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.laws.source import Finding, Function, Module, Source, decorator_names, dotted_name

SLICES: Final = ("catalog", "moderation", "installs", "releases", "listings", "accounts")
INSIDE: Final = re.compile(rf"fleetprompt\.(?:{'|'.join(SLICES)}|runtime|authz)(?:\..+)?")
TRANSACTION_OWNERS: Final = re.compile(r"fleetprompt\.(?:store(?:\..+)?|runtime\.run)")
OTHER_SYSTEMS: Final = {"http", "httpx", "redis", "requests", "smtplib", "socket", "ssl", "subprocess", "urllib"}
SCOPES: Final = {"OwnerScope", "PublisherScope", "PublicScope", "AdminScope"}
ENTRANCES: Final = ("routes", "authenticator")
"""The modules of a slice through which it is entered: they are no verbs and have none above them."""

DECLARERS: Final = {"mutation", "query", "admin_query"}
"""The decorators that make a function an operation."""

FETCH: Final = "fetch"


def a_verb_calls_no_verb(source: Source) -> Iterator[Finding]:
    """Inside, nothing but an entrance names an operation or runs one."""
    for module in _inside(source):
        if module.name.rpartition(".")[2] in ENTRANCES or module.name == "fleetprompt.runtime.run":
            continue
        for function in module.functions:
            for node in (each for statement in function.body for each in ast.walk(statement)):
                if isinstance(node, ast.expr) and _names_a_verb(source, module, node):
                    yield module.found(node, "uses another verb; what they share goes into rules or statements")


def _names_a_verb(source: Source, module: Module, node: ast.expr) -> bool:
    if dotted_name(node, module) in {"fleetprompt.runtime.run.run", "fleetprompt.runtime.run.ask"}:
        return True
    named = source.function(node, module)
    return named is not None and bool(decorator_names(named[1]) & DECLARERS)


def only_run_owns_the_transaction(source: Source) -> Iterator[Finding]:
    """No `.commit(`, `.rollback(` or `.exchange(` outside store and `run`."""
    for module in source:
        if TRANSACTION_OWNERS.fullmatch(module.name):
            continue
        for node in ast.walk(module.tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="commit" | "rollback" | "exchange")):
                    yield module.found(node, "ends or carries on a transaction, which is for `run`")


def nothing_inside_talks_to_another_system(source: Source) -> Iterator[Finding]:
    """Slices, runtime and authz import nothing that can reach one, so that no transaction waits for one."""
    for module in _inside(source):
        for node in ast.walk(module.tree):
            match node:
                case ast.Import(names=names):
                    reached = {alias.name for alias in names}
                case ast.ImportFrom(module=str(name)):
                    reached = {name}
                case _:
                    continue
            if any(name.partition(".")[0] in OTHER_SYSTEMS and name != "urllib.parse" for name in reached):
                yield module.found(node, f"can reach another system: {', '.join(sorted(reached))}")


def every_list_takes_a_scope(source: Source) -> Iterator[Finding]:
    """What a query reads many of, and every statement of a page, says first whose rows: a scope of authz's."""
    for module in _inside(source):
        for function in module.functions:
            if _is_statement(module) and FETCH in _parameters(function) and not function.name.startswith("_"):
                yield from _without_scope(module, function, function)
            for call in _reads_of_many(function):
                statement = _statement_of(source, module, function, call.args[0]) if call.args else None
                if statement is None:
                    yield module.found(call, "reads many rows of what is no call of a statement's function")
                else:
                    yield from _without_scope(module, call, statement)


def _without_scope(module: Module, place: ast.stmt | ast.expr, statement: Function) -> Iterator[Finding]:
    arguments = [*statement.args.posonlyargs, *statement.args.args]
    declared = None if not arguments else arguments[0].annotation
    named = set() if declared is None else {ast.unparse(each) for each in _members(declared)}
    if not named or not named <= SCOPES:
        yield module.found(place, f"lists rows without a scope: {statement.name} must take one first")


def _members(annotation: ast.expr) -> list[ast.expr]:
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return [*_members(annotation.left), *_members(annotation.right)]
    return [annotation]


def _reads_of_many(function: Function) -> Iterator[ast.Call]:
    looks = {name for name, annotation in _parameters(function).items() if annotation == "Look"}
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="many")) if name in looks:
                yield node


def _statement_of(source: Source, module: Module, function: Function, argument: ast.expr) -> Function | None:
    if isinstance(argument, ast.Name):
        assigned = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == argument.id for target in node.targets)
        ]
        if len(assigned) != 1:
            return None
        (argument,) = assigned
    if not isinstance(argument, ast.Call):
        return None
    found = source.function(argument.func, module)
    return None if found is None or not _is_statement(found[0]) else found[1]


def _parameters(function: Function) -> dict[str, str]:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return {each.arg: "" if each.annotation is None else ast.unparse(each.annotation) for each in arguments}


def _is_statement(module: Module) -> bool:
    return "statements" in module.name.split(".")


def _inside(source: Source) -> Iterator[Module]:
    return (module for module in source if INSIDE.fullmatch(module.name))
