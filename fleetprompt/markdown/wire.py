"""What a server and its markdown workers say to each other over a pipe.

A request is a header (length of the source in bytes, whether to suggest) and the source. A reply is its length and an
encoded `Reply`; one of length 0 says that the worker is ready. Where a suggestion is asked for there are two replies:
the verdict as it is, then the verdict with what was found.
"""

from __future__ import annotations

import struct
from typing import Final

import msgspec

from fleetprompt.markdown.verdict import SafeHtml, Verdict

REQUEST_HEADER: Final = struct.Struct(">I?")
REPLY_HEADER: Final = struct.Struct(">I")
READY: Final = REPLY_HEADER.pack(0)


class Reply(msgspec.Struct, frozen=True):
    """A verdict, and the messages that the policy logged about it, which the server's own log takes over."""

    verdict: Verdict
    logged: tuple[str, ...] = ()


def encoded_request(source: str, suggest: bool) -> bytes:
    """The bytes that ask a worker for a verdict on `source`, unpaired surrogates included."""
    text = source.encode("utf-8", "surrogatepass")
    return REQUEST_HEADER.pack(len(text), suggest) + text


def encoded_reply(reply: Reply) -> bytes:
    """The bytes that answer a request."""
    data = msgspec.msgpack.encode(reply, enc_hook=str)
    return REPLY_HEADER.pack(len(data)) + data


def decoded_reply(data: bytes) -> Reply:
    """The reply in `data`, without its header. Raises msgspec.MsgspecError where it is malformed."""
    return msgspec.msgpack.decode(data, type=Reply, dec_hook=_revived)


def _revived(kind: type, value: str) -> object:
    return SafeHtml(value) if kind is SafeHtml else value
