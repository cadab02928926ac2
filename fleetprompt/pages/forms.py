"""What stands in a form: what was typed, or what it starts with, what is wrong with it, and its hidden tokens."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from fleetprompt.errors import Code, FieldProblem, Reason, Refusal
from fleetprompt.pages.form_bodies import ITEMS_MAX, Typed, rows_of

CSRF_FIELD: Final = "_csrf"
KEY_FIELD: Final = "_idempotency_key"
ACT_FIELD: Final = "_act"
ETAG_FIELD: Final = "_if_match"

KEY_PARAMETER: Final = "form"
"""In the address of a page whose form makes something new each time: the key of this one filling-in."""

NOTHING_TYPED: Final[Typed] = {}
_KEY: Final = re.compile(r"[\w-]{24}", re.ASCII)


@dataclass(frozen=True)
class Form:
    """One form as its page shows it.

    typed: the values by field name; empty before anything was sent. message: what became of it, where it was refused.
    problems: what is wrong with single fields. key: the idempotency key of the next attempt. csrf: the token that it
    must carry. etag: of what is edited, as it was when editing began. initial: what it starts with.
    """

    csrf: str
    key: str
    etag: str = ""
    typed: Typed = field(default_factory=dict)
    initial: Mapping[str, str | list[str]] = field(default_factory=dict)
    message: str = ""
    code: Code | None = None
    reason: Reason | None = None
    problems: tuple[FieldProblem, ...] = ()

    def editing(self, etag: str) -> Form:
        """The same form, to be refused where what it edits is not `etag` any more when it is sent."""
        return self if self.was_sent else replace(self, etag=etag)

    def over(self, etag: str) -> Form:
        """The same form, to be sent over `etag` knowingly: how that differs from what was typed is on the page."""
        return replace(self, etag=etag)

    def with_typed(self, typed: Typed) -> Form:
        """The same form with these fields in it, as if they had been typed, and no others."""
        return replace(self, typed=typed)

    def starting_with(self, initial: Mapping[str, str | list[str]]) -> Form:
        """The same form with what its fields hold before anything is typed, by field name."""
        return replace(self, initial=initial)

    @property
    def was_sent(self) -> bool:
        """Whether this is what came of an attempt."""
        return bool(self.typed)

    def value(self, name: str) -> str:
        """The one value of a field."""
        values = self.values(name)
        return values[-1] if values else ""

    def values(self, name: str) -> list[str]:
        """All values of a field that may have several."""
        if self.was_sent:
            return self.typed.get(name, [])
        initial = self.initial.get(name, [])
        return [initial] if isinstance(initial, str) else initial

    def text(self, name: str) -> str:
        """A list of plain values as one text."""
        return ", ".join(each for each in self.values(name) if each)

    def has(self, name: str, value: str) -> bool:
        """Whether a choice is made."""
        return value in self.values(name)

    def rows(self, name: str) -> range:
        """The numbers of the rows of a list of structs, with one blank row more."""
        taken = rows_of(self.typed if self.was_sent else self.initial, name)
        return range(min(len(taken), ITEMS_MAX) + 1)

    def problems_of(self, name: str, label: str) -> list[str]:
        """What is wrong with a field that is called `label`, or with a part of it, a sentence each."""
        is_blank = name in self.typed and not any(value.strip() for value in self.typed[name])
        return [_sentence(each, name, label, is_blank) for each in self.problems if _is_of(each, name)]

    def problems_elsewhere(self, shown: list[str]) -> list[FieldProblem]:
        """The problems of fields that the form does not have."""
        return [each for each in self.problems if not any(_is_of(each, name) for name in shown)]


def _is_of(problem: FieldProblem, name: str) -> bool:
    return problem.field_name == name or problem.field_name.startswith((f"{name}[", f"{name}."))


def _sentence(problem: FieldProblem, name: str, label: str, is_blank: bool) -> str:
    """The API's message follows the name of what it is about; what was left blank is missing, whatever it may hold."""
    number = problem.field_name[len(name) :].removeprefix("[").partition("]")[0]
    called = label if " " not in label or label.endswith(",") else f"“{label}”"
    about = f"{called}, number {int(number) + 1}," if number.isdigit() else called
    is_missing = (is_blank and problem.field_name == name) or problem.message == "is required"
    return f"{about} is missing." if is_missing else f"{about} {problem.message}".rstrip(".") + "."


def fresh_key() -> str:
    """An idempotency key for one filling-in of a form."""
    return secrets.token_urlsafe(18)


def is_key(text: str) -> bool:
    """Whether a text can be a key that `fresh_key` made."""
    return _KEY.fullmatch(text) is not None


def empty(csrf: str, key: str = "") -> Form:
    """A form in which nothing was typed yet. key: of this filling-in, by default a fresh one."""
    return Form(csrf=csrf, key=key or fresh_key())


def typed_in(fields: Typed, secret: frozenset[str]) -> dict[str, list[str]]:
    """What is shown again of what was sent: no hidden tokens, no secrets. What was left empty holds no secret."""
    shown = {name: values for name, values in fields.items() if not name.startswith("_")}
    return {name: values for name, values in shown.items() if name not in secret or not any(values)}


def kept(fields: Typed, secret: frozenset[str]) -> dict[str, list[str]]:
    """What a form must have to be shown again later: what was typed, its key, and the etag of what it edits."""
    hidden = {name: fields[name] for name in (KEY_FIELD, ETAG_FIELD) if name in fields}
    return {**typed_in(fields, secret), **hidden}


def resumed(fields: Typed, csrf: str, secret: frozenset[str]) -> Form:
    """The form as it was sent when the session had ended."""
    message = "You are signed in again. Nothing was stored yet: look at it and send it."
    return replace(sent(fields, csrf, secret), message=message)


def sent(fields: Typed, csrf: str, secret: frozenset[str]) -> Form:
    """The form as it was sent, before anything came of it. It keeps its key."""
    key = fields.get(KEY_FIELD, [""])[-1] or fresh_key()
    etag = fields.get(ETAG_FIELD, [""])[-1]
    return Form(csrf=csrf, key=key, etag=etag, typed=typed_in(fields, secret) or {"": []})


def refused(fields: Typed, csrf: str, refusal: Refusal, secret: frozenset[str]) -> Form:
    """The form as it was sent, with why it was refused.

    It keeps its key, so that a retry of what got through after all is a replay; one that was used up gets a new one.
    """
    form = sent(fields, csrf, secret)
    return replace(
        form,
        key=fresh_key() if refusal.reason is Reason.IDEMPOTENCY_KEY_REUSED else form.key,
        message=_message(refusal),
        code=refusal.code,
        reason=refusal.reason,
        problems=refusal.fields,
    )


def _message(refusal: Refusal) -> str:
    if refusal.code is Code.VALIDATION_FAILED:
        return "Some of this has to be mended first."
    if refusal.reason is Reason.IDEMPOTENCY_KEY_REUSED:
        return (
            "This form was sent before with something else in it, and that was stored. Look at what is there;"
            " to store this as well, send it again."
        )
    if refusal.reason is Reason.STALE_EDIT:
        return "This was edited while you did, so it was not saved. What you typed is here: compare, and save again."
    return refusal.message
