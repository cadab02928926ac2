"""People and systems with everything they need to call, made through the API itself."""

from __future__ import annotations

import secrets
from typing import Any

from fleetprompt import ids
from fleetprompt.clock import Clock
from tests.support.answers import assert_created, assert_ok
from tests.support.callers import Browser, Caller, KeyHolder, Line, Partner
from tests.support.databases import Database


class Person(Browser):
    """A registered user at her browser, signed in."""

    def __init__(self, line: Line, email: str, password: str) -> None:
        super().__init__(line)
        self.email = email
        self.password = password
        self.user_id = ""
        self.display_name = ""
        self.publisher_id: str | None = None

    def is_user(self, user: dict[str, Any]) -> None:
        """Take note of who the API says she is."""
        self.user_id, self.display_name = user["userId"], user["displayName"]

    async def sign_in(self) -> None:
        """Begin a new session in this browser."""
        answer = await self.post("/v1/auth/login", {"email": self.email, "password": self.password}, key=None)
        self.is_user(assert_ok(answer, "user"))

    async def become_publisher(self, **profile: Any) -> dict[str, Any]:
        """PUT her profile, which the first time grants `publisher`; returns it."""
        answer = await self.put("/v1/publisher/profile", {"displayName": self.display_name, **profile})
        publisher: dict[str, Any] = assert_ok(answer, "publisher")
        self.publisher_id = publisher["publisherId"]
        return publisher

    async def api_key(self, **request: Any) -> KeyHolder:
        """A program that holds a new key of hers; `scopes` and `expiresInDays` as the API takes them."""
        answer = await self.post("/v1/api-keys", {"name": "A key", **request})
        body = assert_created(answer, "apiKey", "secret")
        return KeyHolder(self.line, answer.json()["secret"], body)


class People:
    """Makes callers for one server. Names need not be unique: every e-mail is."""

    def __init__(self, line: Line, database: Database, clock: Clock) -> None:
        self._line = line
        self._database = database
        self._clock = clock

    def visitor(self) -> Caller:
        """Somebody without any credential."""
        return Caller(self._line)

    def browser(self) -> Browser:
        """A browser in which nobody is signed in."""
        return Browser(self._line)

    async def register(self, name: str = "Bea") -> Person:
        """A new user, signed in, without any capability: a buyer."""
        local_part = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
        email = f"{local_part or 'user'}.{secrets.token_hex(6)}@example.org"
        person = Person(self._line, email, f"password {secrets.token_hex(12)}")
        request = {"email": email, "password": person.password, "displayName": name}
        person.is_user(assert_created(await person.post("/v1/auth/register", request, key=None), "user"))
        return person

    async def signed_in_elsewhere(self, person: Person) -> Person:
        """The same user with another session in another browser."""
        other = Person(self._line, person.email, person.password)
        await other.sign_in()
        other.publisher_id = person.publisher_id
        return other

    async def publisher(self, name: str = "Ada", **profile: Any) -> Person:
        """A new user with a publisher profile; `handle` and `bio` as the API takes them."""
        person = await self.register(name)
        await person.become_publisher(**profile)
        return person

    async def admin(self, name: str = "Ines") -> Person:
        """A new user with the capability `admin`, which the database's owner gave her."""
        person = await self.register(name)
        changed = self._database.change(
            "update users set capabilities = array_append(capabilities, 'admin') where id = %s",
            ids.decode("usr", person.user_id),
        )
        assert changed == 1
        return person

    async def partner(self, target_system: str = "whs", *, admin: Person | None = None, **request: Any) -> Partner:
        """The server of a partner system with a new key, created by `admin` or by a new one."""
        creator = admin or await self.admin()
        answer = await creator.post("/v1/admin/partner-keys", {"targetSystem": target_system, **request})
        body = assert_created(answer, "partnerKey", "secret")
        return Partner(self._line, self._clock, answer.json()["secret"], body)
