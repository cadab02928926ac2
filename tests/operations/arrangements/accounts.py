"""Accounts: signing in, keys, sessions, profiles, and what admins do about users and partner systems."""

from __future__ import annotations

import secrets
from typing import Any

from fleetprompt.enums import EventType
from tests.operations.cases import Case, Request, arranges
from tests.operations.cast import Cast
from tests.support.answers import assert_created, assert_ok
from tests.support.people import Person

API_KEY = {"name": "Deployments", "scopes": ["read", "publish"], "expiresInDays": 30}
PARTNER_KEY = {"targetSystem": "whs", "label": "First key"}


def _profile(name: str = "Ada Lovelace") -> dict[str, Any]:
    return {
        "displayName": name,
        "handle": f"ada-{secrets.token_hex(6)}",
        "bio": {"format": "markdown", "markdown": "Makes *agents*."},
    }


@arranges("POST /v1/auth/register")
async def register(cast: Cast) -> Case:
    body = {
        "email": f"new.{secrets.token_hex(6)}@example.org",
        "password": f"password {secrets.token_hex(8)}",
        "displayName": "Nora",
    }

    async def with_a_taken_email() -> Request:
        return Request(body={**body, "email": (await cast.buyer()).email})

    return Case(
        cast.visitor(),
        Request(body=body),
        refused={"a taken e-mail": with_a_taken_email},
        events=[EventType.USER_REGISTERED, EventType.SESSION_CREATED],
        caused=[EventType.SESSION_CREATED],
    )


@arranges("POST /v1/auth/login")
async def login(cast: Cast) -> Case:
    person = await cast.people.register()
    body = {"email": person.email, "password": person.password}

    async def with_a_wrong_password() -> Request:
        return Request(body={**body, "password": "not hers at all"})

    return Case(
        cast.visitor(),
        Request(body=body),
        refused={"a wrong password": with_a_wrong_password},
        events=[EventType.SESSION_CREATED],
        fixed=frozenset({"email", "password"}),
    )


@arranges("POST /v1/auth/logout")
async def logout(cast: Cast) -> Case:
    return Case(await cast.people.register(), events=[EventType.SESSION_ENDED])


@arranges("GET /v1/me")
async def me(cast: Cast) -> Case:
    return Case(await cast.buyer())


@arranges("POST /v1/me/password")
async def change_password(cast: Cast) -> Case:
    person = await cast.people.register()
    await cast.people.signed_in_elsewhere(person)
    return Case(
        person,
        Request(body={"current": person.password, "new": f"password {secrets.token_hex(8)}"}),
        other={"current": person.password, "new": f"password {secrets.token_hex(8)}"},
        unfit={"a wrong password": Request(body={"current": "not hers at all", "new": "and twelve more"})},
        events=[EventType.USER_PASSWORD_CHANGED, EventType.SESSION_ENDED],
        caused=[EventType.SESSION_ENDED],
        fixed=frozenset({"current"}),
    )


@arranges("GET /v1/api-keys")
async def list_api_keys(cast: Cast) -> Case:
    person = await cast.buyer()
    await person.api_key()
    return Case(person, Request(query={"limit": 5}))


@arranges("POST /v1/api-keys")
async def create_api_key(cast: Cast) -> Case:
    return Case(
        await cast.buyer(),
        Request(body=API_KEY),
        other={**API_KEY, "expiresInDays": 31},
        unfit={"a scope that is an admin's": Request(body={**API_KEY, "scopes": ["admin"]})},
        events=[EventType.API_KEY_CREATED],
    )


@arranges("POST /v1/api-keys/{apiKeyId}/revoke")
async def revoke_api_key(cast: Cast) -> Case:
    person = await cast.buyer()
    key = await person.api_key()
    return Case(person, Request(path={"apiKeyId": key.body["apiKeyId"]}), events=[EventType.API_KEY_REVOKED])


@arranges("GET /v1/sessions")
async def list_sessions(cast: Cast) -> Case:
    return Case(await cast.buyer(), Request(query={"limit": 5}))


@arranges("POST /v1/sessions/{sessionId}/revoke")
async def revoke_session(cast: Cast) -> Case:
    person = await cast.people.register()
    await cast.people.signed_in_elsewhere(person)
    listed = assert_ok(await person.get("/v1/sessions"))["items"]
    (other,) = [session["sessionId"] for session in listed if not session["current"]]
    return Case(person, Request(path={"sessionId": other}), events=[EventType.SESSION_ENDED])


@arranges("GET /v1/publisher/profile")
async def profile(cast: Cast) -> Case:
    return Case(await cast.publisher())


@arranges("PUT /v1/publisher/profile")
async def write_first_profile(cast: Cast) -> Case:
    person = await cast.people.register()
    await cast.people.signed_in_elsewhere(person)
    body = _profile()

    async def with_a_taken_handle() -> Request:
        taken = assert_ok(await (await cast.publisher()).get("/v1/publisher/profile"), "publisher")["handle"]
        return Request(body={**body, "handle": taken})

    return Case(
        person,
        Request(body=body),
        refused={"a taken handle": with_a_taken_handle},
        other={**body, "displayName": "Ada King"},
        events=[EventType.PUBLISHER_PROFILE_UPDATED, EventType.CAPABILITY_GRANTED, EventType.SESSION_ENDED],
        caused=[EventType.CAPABILITY_GRANTED, EventType.SESSION_ENDED],
        move_on=lambda: _rename(person, "Ada Byron"),
    )


@arranges("PUT /v1/publisher/profile", "a verified publisher takes another name")
async def rename_verified_publisher(cast: Cast) -> Case:
    person = await cast.people.publisher("Vera")
    admin = await cast.admin()
    body = {"status": "verified", "reason": "Seen in person."}
    assert_ok(await admin.post(f"/v1/admin/publishers/{person.publisher_id}/verification", body))
    return Case(
        person,
        Request(body={"displayName": "Vera Rubin"}),
        events=[EventType.PUBLISHER_PROFILE_UPDATED, EventType.PUBLISHER_VERIFICATION_SET],
        caused=[EventType.PUBLISHER_VERIFICATION_SET],
    )


async def _rename(person: Person, name: str) -> None:
    assert_ok(await person.put("/v1/publisher/profile", {"displayName": name}))


@arranges("GET /v1/admin/users")
async def list_users(cast: Cast) -> Case:
    buyer = await cast.buyer()
    return Case(await cast.admin(), Request(query={"email": buyer.email, "limit": 5}))


@arranges("POST /v1/admin/users/{userId}/capabilities")
async def set_capabilities(cast: Cast) -> Case:
    person = await cast.people.publisher("Cora")
    admin = await cast.admin()

    async def from_herself() -> Request:
        return Request(path={"userId": admin.user_id}, body={"grant": [], "revoke": ["admin"]})

    return Case(
        admin,
        Request(path={"userId": person.user_id}, body={"grant": ["admin"], "revoke": ["publisher"]}),
        refused={"an admin's own capability": from_herself},
        other={"grant": ["admin"], "revoke": []},
        events=[EventType.CAPABILITY_GRANTED, EventType.CAPABILITY_REVOKED, EventType.SESSION_ENDED],
        caused=[EventType.SESSION_ENDED],
    )


@arranges("GET /v1/admin/partner-keys")
async def list_partner_keys(cast: Cast) -> Case:
    await cast.partner()
    return Case(await cast.admin(), Request(query={"limit": 5}))


@arranges("POST /v1/admin/partner-keys")
async def create_partner_key(cast: Cast) -> Case:
    return Case(
        await cast.admin(),
        Request(body=PARTNER_KEY),
        other={**PARTNER_KEY, "label": "Second key"},
        events=[EventType.PARTNER_KEY_CREATED],
    )


@arranges("POST /v1/admin/partner-keys/{partnerKeyId}/revoke")
async def revoke_partner_key(cast: Cast) -> Case:
    admin = await cast.admin()
    made = assert_created(await admin.post("/v1/admin/partner-keys", PARTNER_KEY), "partnerKey", "secret")
    return Case(admin, Request(path={"partnerKeyId": made["partnerKeyId"]}), events=[EventType.PARTNER_KEY_REVOKED])
