"""The laws hold in the whole source, and each one catches who breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

import pytest

from tests.laws import form_laws, sql_laws, verb_laws
from tests.laws.source import Finding, Source

Law = Callable[[Source], Iterable[Finding]]

PACKAGE: Final = ("fleetprompt",)
EVERYTHING: Final = ("fleetprompt", "migrations", "tests")

LAWS: Final[dict[Law, tuple[str, ...]]] = {
    sql_laws.only_few_send_statements: PACKAGE,
    sql_laws.no_sql_is_built_of_strings: PACKAGE,
    sql_laws.every_shape_is_declared: PACKAGE,
    verb_laws.a_verb_calls_no_verb: PACKAGE,
    verb_laws.only_run_owns_the_transaction: PACKAGE,
    verb_laws.nothing_inside_talks_to_another_system: PACKAGE,
    verb_laws.every_list_takes_a_scope: PACKAGE,
    form_laws.functions_are_short: EVERYTHING,
    form_laws.modules_are_short: PACKAGE,
    form_laws.no_module_is_a_drawer: EVERYTHING,
    form_laws.what_is_public_is_described: PACKAGE,
    form_laws.silence_has_a_reason: EVERYTHING,
    form_laws.there_is_one_way_to_log: PACKAGE,
    form_laws.every_test_asserts: ("tests",),
}

source_of = cache(Source.under)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_law_holds(law: Law) -> None:
    findings = [str(finding) for finding in law(source_of(*LAWS[law]))]
    assert not findings, "\n".join(findings)


A_VERB: Final = """
@mutation("listings.create", who=1)
async def create(tx: MutationTx, actor: Actor, command: Create) -> Outcome[Reply]:
    ...
"""
A_PAGE: Final = """
def page(scope: PublisherScope | AdminScope, *, fetch: int) -> Bound[Row]:
    ...
def unscoped(*, listing_id: UUID) -> Bound[Row]:
    ...
"""

BROKEN: Final[list[tuple[Law, str, str]]] = [
    (sql_laws.only_few_send_statements, "fleetprompt.listings.create", "connection.execute('select 1', [2])"),
    (sql_laws.only_few_send_statements, "fleetprompt.commands.x", "cursor.executemany(statement, rows)"),
    (sql_laws.no_sql_is_built_of_strings, "fleetprompt.store.x", "f'select * from {table}'"),
    (sql_laws.no_sql_is_built_of_strings, "fleetprompt.store.x", "'delete from ' + table"),
    (sql_laws.no_sql_is_built_of_strings, "fleetprompt.store.x", "'update users set name = %s' % name"),
    (sql_laws.no_sql_is_built_of_strings, "fleetprompt.store.x", "'INSERT INTO {} VALUES (1)'.format(table)"),
    (sql_laws.no_sql_is_built_of_strings, "fleetprompt.store.x", "from sqlalchemy import text\ntext(f'{a} = 1')"),
    (sql_laws.no_sql_is_built_of_strings, "fleetprompt.store.x", "sql.SQL(' and '.join(parts))"),
    (
        sql_laws.every_shape_is_declared,
        "fleetprompt.listings.statements",
        "@functools.cache\ndef _page(by_status: bool) -> Statement[Row]:\n    ...",
    ),
    (verb_laws.a_verb_calls_no_verb, "fleetprompt.listings.create", A_VERB + "def again():\n    return create"),
    (
        verb_laws.a_verb_calls_no_verb,
        "fleetprompt.releases.publish",
        "from fleetprompt.runtime.run import run\nasync def f():\n    await run(operation, services, actor, command)",
    ),
    (
        verb_laws.only_run_owns_the_transaction,
        "fleetprompt.listings.create",
        "async def f(tx):\n    await tx.commit([])",
    ),
    (verb_laws.only_run_owns_the_transaction, "fleetprompt.web.pipeline", "connection.rollback()"),
    (verb_laws.nothing_inside_talks_to_another_system, "fleetprompt.installs.redeem_token", "import httpx"),
    (verb_laws.nothing_inside_talks_to_another_system, "fleetprompt.runtime.run", "from urllib.request import urlopen"),
    (
        verb_laws.every_list_takes_a_scope,
        "fleetprompt.listings.statements.x",
        "def page(*, publisher_id: UUID, fetch: int) -> Bound[Row]:\n    ...",
    ),
    (
        verb_laws.every_list_takes_a_scope,
        "fleetprompt.listings.statements",
        "def page(publisher_id: UUID, fetch: int) -> Bound[Row]:\n    ...",
    ),
    (
        verb_laws.every_list_takes_a_scope,
        "fleetprompt.listings.reads",
        "async def f(look: Look):\n    await look.many(Bound(STATEMENT))",
    ),
    (form_laws.functions_are_short, "fleetprompt.x", "def f():\n" + "    a = 1\n" * 70),
    (form_laws.modules_are_short, "fleetprompt.x", "a = 1\n" * 401),
    (form_laws.no_module_is_a_drawer, "fleetprompt.listings.utils", ""),
    (form_laws.what_is_public_is_described, "fleetprompt.x", "a = 1"),
    (form_laws.what_is_public_is_described, "fleetprompt.x", '"""X."""\nclass A:\n    pass'),
    (form_laws.what_is_public_is_described, "fleetprompt.x", '"""X."""\nclass A:\n    """A."""\n    def b(self): ...'),
    (form_laws.silence_has_a_reason, "fleetprompt.x", "import a  # " + "noqa: F401"),
    (form_laws.silence_has_a_reason, "fleetprompt.x", "a = b  # " + "type: ignore  # the stub is wrong"),
    (form_laws.there_is_one_way_to_log, "fleetprompt.x", "import logging"),
    (form_laws.every_test_asserts, "tests.test_x", "def test_a():\n    f()"),
    (form_laws.every_test_asserts, "tests.test_x", "def test_a():\n    assert True"),
    (form_laws.every_test_asserts, "tests.test_x", "def test_a():\n    expect(1).to_be(2)"),
    (form_laws.every_test_asserts, "tests.test_x", "def call():\n    f()\ndef test_a():\n    call()"),
]


def test_every_law_is_shown_to_catch_something() -> None:
    assert {law for law, _, _ in BROKEN} == set(LAWS)


@pytest.mark.parametrize(("law", "name", "text"), BROKEN, ids=lambda part: getattr(part, "__name__", None))
def test_a_law_catches_who_breaks_it(law: Law, name: str, text: str) -> None:
    (finding,) = law(Source({name: text}))
    assert finding.module == name


LAWFUL: Final[list[tuple[Law, str, str]]] = [
    (sql_laws.only_few_send_statements, "fleetprompt.store.x", "connection.execute('select 1')"),
    (sql_laws.only_few_send_statements, "fleetprompt.web.redis_windows", "pipeline.execute()"),
    (sql_laws.no_sql_is_built_of_strings, "fleetprompt.x", "f'Select a listing from {place}'"),
    (sql_laws.no_sql_is_built_of_strings, "fleetprompt.x", "sql.SQL('select * from {}').format(sql.Identifier(a))"),
    (sql_laws.no_sql_is_built_of_strings, "fleetprompt.x", "literal_column(str(int(rows)), Integer)"),
    (sql_laws.no_sql_is_built_of_strings, "fleetprompt.x", "f'{count} listings were revoked'"),
    (
        sql_laws.every_shape_is_declared,
        "fleetprompt.x",
        "@per_shape([])\ndef _page(a: bool) -> Statement[Row]:\n    ...",
    ),
    (verb_laws.a_verb_calls_no_verb, "fleetprompt.listings.routes", "from x import create\nROUTES = (create,)"),
    (verb_laws.nothing_inside_talks_to_another_system, "fleetprompt.accounts.x", "from urllib.parse import urlsplit"),
    (verb_laws.every_list_takes_a_scope, "fleetprompt.listings.statements", A_PAGE),
    (form_laws.functions_are_short, "fleetprompt.x", "def f():\n" + "    a = 1\n" * 69),
    (form_laws.modules_are_short, "fleetprompt.x", "a = 1\n" * 400),
    (form_laws.what_is_public_is_described, "fleetprompt.x", '"""X."""\ndef _a():\n    def b(): ...'),
    (form_laws.silence_has_a_reason, "fleetprompt.x", "a = b  # " + "type: ignore[misc]  # the stub lacks it"),
    (form_laws.there_is_one_way_to_log, "fleetprompt.x", "from fleetprompt.telemetry import get_logger"),
    (form_laws.every_test_asserts, "tests.test_x", "def shown(a):\n    assert a\ndef test_a():\n    shown(1)"),
    (form_laws.every_test_asserts, "tests.test_x", "def test_a():\n    with pytest.raises(E):\n        f()"),
    (
        form_laws.every_test_asserts,
        "tests.test_x",
        "from playwright.async_api import expect\nasync def test_a(page):\n    await expect(page).to_have_url('/')",
    ),
]


@pytest.mark.parametrize(("law", "name", "text"), LAWFUL, ids=lambda part: getattr(part, "__name__", None))
def test_a_law_lets_pass_what_keeps_it(law: Law, name: str, text: str) -> None:
    assert not list(law(Source({name: text})))


def test_a_verb_of_another_slice_is_recognized_however_it_is_imported() -> None:
    verb = {"fleetprompt.listings.create": A_VERB}
    by_name = "from fleetprompt.listings.create import create\nasync def f(tx):\n    await create.function(tx)"
    by_module = "from fleetprompt.listings import create as c\nasync def f(tx):\n    await c.create.function(tx)"
    for text in (by_name, by_module):
        (finding,) = verb_laws.a_verb_calls_no_verb(Source({**verb, "fleetprompt.releases.publish": text}))
        assert finding == Finding("fleetprompt.releases.publish", 3, finding.what)


def test_a_read_of_many_rows_is_followed_to_its_statement() -> None:
    reads = (
        "from fleetprompt.listings import statements\n"
        "async def f(look: Look, scope):\n"
        "    bound = statements.page(scope, fetch=2)\n"
        "    await look.many(bound)\n"
        "    await look.many(statements.unscoped(listing_id=1))\n"
    )
    source = Source({"fleetprompt.listings.statements": A_PAGE, "fleetprompt.listings.reads": reads})
    (finding,) = verb_laws.every_list_takes_a_scope(source)
    assert (finding.module, finding.line) == ("fleetprompt.listings.reads", 5)
