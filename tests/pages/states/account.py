"""The states of signing in and out, and of one's own account."""

from __future__ import annotations

from tests.pages.scene import Scene
from tests.pages.states.state import State
from tests.support.answers import assert_ok

SHORT = {"displayName": "Dan", "email": "dan@example.org", "password": "short"}


async def states(scene: Scene) -> list[State]:
    """What a person looks at who comes, goes, or looks after her account."""
    wrong = {"email": scene.bea.email, "password": "not this one"}
    taken = {"displayName": "Bea", "email": scene.bea.email, "password": "quite long enough"}
    elsewhere = await scene.app.people.signed_in_elsewhere(scene.ada)
    listed = (await elsewhere.get("/v1/sessions")).json()["items"]
    session = next(each["sessionId"] for each in listed if each["current"])
    key = (await scene.ada.api_key(name="Release from CI", scopes=["publish"])).body
    revoked = (await scene.ada.api_key(name="Old laptop")).body
    assert_ok(await scene.ada.post(f"/v1/api-keys/{revoked['apiKeyId']}/revoke"))
    changed = {"current": "not this one", "new": "long enough to be one"}
    return [
        State("register", "empty", "/register?next=%2Fsearch"),
        State("register", "wrong", "/register", status=400, typed=SHORT, press="Create the account"),
        State("register", "taken", "/register", status=409, typed=taken, press="Create the account"),
        State("sign_in", "empty", "/sign-in"),
        State("sign_in", "wrong_fields", "/sign-in", status=400, typed={"email": "nobody"}, press="Sign in"),
        State("sign_in", "wrong_password", "/sign-in", status=401, typed=wrong, press="Sign in"),
        State("sign_out", "asked", "/sign-out", who="buyer"),
        State("account", "buyer", "/account", who="buyer"),
        State("account", "publisher", "/account?notice=password-changed", who="publisher"),
        State("password", "empty", "/account/password", who="buyer"),
        State(
            "password", "wrong", "/account/password", who="buyer", status=400, typed=changed,
            press="Change the password",
        ),
        State("sessions", "several", "/account/sessions", who="publisher"),
        State("end_session", "asked", f"/account/sessions/{session}/end", who="publisher"),
        State("end_session", "not_hers", f"/account/sessions/{session}/end", who="buyer", status=404),
        State("api_keys", "none", "/account/api-keys", who="buyer"),
        State("api_keys", "some", "/account/api-keys?notice=revoked", who="publisher"),
        State("new_api_key", "empty", "/account/api-keys/new", who="admin"),
        State(
            "new_api_key", "wrong", "/account/api-keys/new", who="buyer", status=400, typed={"name": ""},
            press="Create the key",
        ),
        State(
            "new_api_key", "created", "/account/api-keys/new", who="admin", typed={"name": "A program"},
            press="Create the key",
        ),
        State("revoke_api_key", "asked", f"/account/api-keys/{key['apiKeyId']}/revoke", who="publisher"),
    ]  # fmt: skip
