"""The way of a partner's call: method, size, browser headers, signature; then nonce, parsing and the operation (6.6).

Every failure up to the nonce is the one UNAUTHENTICATED; the log and a metric say which. Nothing is written before the
signature is verified, and from then on the nonce is consumed whatever follows.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from fleetprompt.authz import admit
from fleetprompt.constraints import IdOf
from fleetprompt.errors import Code, Refusal, unauthenticated
from fleetprompt.runtime.deadline import in_time
from fleetprompt.runtime.idempotency import Reply
from fleetprompt.runtime.nonces import Nonce
from fleetprompt.runtime.operations import Operation
from fleetprompt.runtime.run import Call, consume_nonce, run
from fleetprompt.runtime.services import Services
from fleetprompt.web import envelope, signatures
from fleetprompt.web.arrival import Arrived, Receive, arrive
from fleetprompt.web.authentication import Authenticator, PartnerKey, partner_actor
from fleetprompt.web.decoding import decode
from fleetprompt.web.exchange import Exchange, exchange_of
from fleetprompt.web.gate import RateGate
from fleetprompt.web.http_response import HttpResponse
from fleetprompt.web.negotiation import require_acceptable
from fleetprompt.web.responses import call_of, incoming, write_response
from fleetprompt.web.routing import Route
from fleetprompt.web.signatures import SignatureReason, SignatureRefused, SignedRequest

_KEY_ID: Final = IdOf("prt")


class SignedCalls:
    """What answers the internal routes; the composition root makes one."""

    def __init__(self, services: Services, authenticator: Authenticator, gate: RateGate) -> None:
        self._services = services
        self._authenticator = authenticator
        self._gate = gate
        self._authorities: Collection[str] = services.settings.authorities

    async def answer(self, route: Route, scope: Any, receive: Receive) -> HttpResponse:
        """The response to one signed request for `route`, its refusals included."""
        exchange = exchange_of(scope)
        exchange.operation = route.operation.name
        try:
            arrived = await arrive(scope, receive, route.body_bytes_max)
            return await in_time(self._answer(route, arrived, exchange))
        except Refusal as refusal:
            return envelope.answer(refusal, exchange, "Signature")

    async def _answer(self, route: Route, arrived: Arrived, exchange: Exchange) -> HttpResponse:
        await self._gate.before_verification(exchange)
        try:
            signed, key = await self._verify(arrived)
        except SignatureRefused as refused:
            raise await self._refusal(refused, route.operation, exchange) from refused
        exchange.actor = partner_actor(key)
        await self._gate.by_caller(route.operation.rate, exchange)
        admit(exchange.actor, route.operation.who, route.operation.scope)
        nonce = Nonce(key_id=key.key_id, value=signed.nonce, created_ms=signed.created_s * 1000)
        try:
            return write_response(self._services, route, await self._run(route, arrived, exchange, nonce))
        except Refusal as refusal:
            if refusal.code is Code.UNAUTHENTICATED:
                reused = SignatureRefused(SignatureReason.NONCE_REUSED)
                raise await self._refusal(reused, route.operation, exchange) from refusal
            raise

    async def _run(self, route: Route, arrived: Arrived, exchange: Exchange, nonce: Nonce) -> Reply:
        try:
            require_acceptable(route, arrived.headers)
            decoded = decode(route.operation.command, incoming(route, arrived))
        except Refusal:
            await consume_nonce(self._services, Call(request_id=exchange.request_id, nonce=nonce))
            raise
        call = call_of(route, arrived, decoded, exchange, nonce=nonce)
        return await run(route.operation, self._services, exchange.actor, decoded.command, call)

    async def _verify(self, arrived: Arrived) -> tuple[SignedRequest, PartnerKey]:
        signed = signatures.parse(
            arrived.method, arrived.raw_path, arrived.query, arrived.raw_headers, self._authorities
        )
        key = await self._authenticator.partner_key(_KEY_ID.read(signed.key_id))
        secrets = () if key is None else (key.secret.reveal(),)
        now_ms = self._services.clock.now_ms()
        signatures.verify(signed, secrets, arrived.body, now_ms // 1000)
        if key is None:
            raise SignatureRefused(SignatureReason.UNKNOWN_KEY)
        if signed.created_s * 1000 < key.not_before_ms:
            raise SignatureRefused(SignatureReason.BEFORE_RESTORE)
        return signed, key

    async def _refusal(self, refused: SignatureRefused, operation: Operation, exchange: Exchange) -> Refusal:
        await self._gate.count_failed_verification(exchange)
        self._services.metrics.signature_refused(refused.reason.value)
        return unauthenticated(refused.reason.value, refused.hint if operation.explains_signature else None)
