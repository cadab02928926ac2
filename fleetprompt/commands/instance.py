"""What a command works on: this machine's settings, key ring and database."""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Final

import click

from fleetprompt.commands.stopping import Stopping, told_by_signals
from fleetprompt.errors import Code, Refusal
from fleetprompt.secrets import KeyRing, KeyRingError, load_or_create
from fleetprompt.settings import PREFIX, Origin, Settings, SettingsError, load
from fleetprompt.store.embedded import EmbeddedDatabase, EmbeddedError, acquire
from fleetprompt.store.embedded_server import Pause
from fleetprompt.telemetry import Traces, TracesError, traces_of

HTTP_PORT: Final = 80


class Failure(click.ClickException):
    """A command that cannot go on; the message says why and how to mend it. Exit code 1."""


def explained(refusal: Refusal) -> str:
    """What a refusal says at the command line: with the cause of an outage, which an operator may know."""
    if refusal.code is not Code.UNAVAILABLE or refusal.log_reason is None:
        return refusal.message
    return f"{refusal.message} The cause is {refusal.log_reason}; RUNBOOK.md says what to do about it."


@dataclass(frozen=True)
class Instance:
    """An open instance. embedded: None where FLEETPROMPT_DATABASE_URL names a server."""

    settings: Settings
    ring: KeyRing
    serving_url: str
    owner_url: str
    embedded: EmbeddedDatabase | None


def read_settings() -> Settings:
    """The settings of this environment. Raises Failure naming each variable that is wrong."""
    try:
        return load(os.environ)
    except SettingsError as error:
        raise Failure(str(error)) from None


def start_traces() -> Traces:
    """The traces that this environment switches on. Raises Failure where they cannot be had."""
    try:
        return traces_of(os.environ)
    except TracesError as error:
        raise Failure(str(error)) from None


def reached_at(settings: Settings, listener: socket.socket) -> Settings:
    """The settings with PUBLIC_URL as the address that is listened on, unless the operator said where we are.

    Where that is an address for other machines too, nobody can know by which name they come: PUBLIC_URL stays this
    machine's, and `is_open_to_others` says so.
    """
    if f"{PREFIX}PUBLIC_URL" in os.environ:
        return settings
    host, port = listener.getsockname()[:2]
    is_loopback = ipaddress.ip_address(host).is_loopback
    shown = host if is_loopback else settings.public_url.host
    public_url = Origin("http", shown, None if port == HTTP_PORT else port)
    return dataclasses.replace(settings, public_url=public_url, is_open_to_others=not is_loopback)


@contextmanager
def open_instance(settings: Settings, stopping: Stopping | None = None) -> Iterator[Instance]:
    """Open the instance that the settings describe, starting or joining the embedded database where there is no other.

    SIGTERM and SIGINT leave the block, and with it the database, unless `stopping` says otherwise. Raises Failure.
    """
    embedded = None
    with nullcontext(stopping) if stopping else told_by_signals() as told:
        try:
            try:
                with told.keeping():
                    embedded = _acquired(settings, told.pause)
                yield _instance(settings, embedded)
            finally:
                told.ignore()
        finally:
            if embedded is not None:
                embedded.release()


def _acquired(settings: Settings, pause: Pause) -> EmbeddedDatabase | None:
    try:
        return None if settings.database_url is not None else acquire(settings.data_dir, pause)
    except EmbeddedError as error:
        raise Failure(str(error)) from error


def _instance(settings: Settings, embedded: EmbeddedDatabase | None) -> Instance:
    try:
        ring = settings.master_keys or load_or_create(settings.key_ring_path)
    except KeyRingError as error:
        raise Failure(str(error)) from error
    if embedded is not None:
        return Instance(settings, ring, embedded.serving_url, embedded.owner_url, embedded)
    serving = settings.database_url
    if serving is None:
        raise Failure("FLEETPROMPT_DATABASE_URL names no database.")
    owner = settings.migrate_database_url or serving
    return Instance(settings, ring, serving.reveal(), owner.reveal(), None)
