"""What stands around every page: search, who is signed in, where to go."""

from __future__ import annotations

from dataclasses import dataclass

from fleetprompt import secrets
from fleetprompt.authz import Actor, Credential
from fleetprompt.enums import Capability
from fleetprompt.pages import forms
from fleetprompt.runtime.services import Services


@dataclass(frozen=True)
class Frame:
    """path: of the page. q: what was searched for. csrf, key: of the form that signs out; empty without a session."""

    path: str
    q: str
    base_url: str
    now_ms: int
    request_id: str
    abuse_contact: str | None
    is_signed_in: bool
    is_publisher: bool
    is_admin: bool
    csrf: str
    key: str

    def is_at(self, *paths: str) -> bool:
        """Whether the page is one of these, or below one."""
        return any(self.path == path or self.path.startswith(f"{path}/") for path in paths)

    @property
    def abuse_link(self) -> str:
        """Where to write to about abuse: an address that links can hold."""
        contact = self.abuse_contact or ""
        return contact if contact.startswith("https://") else f"mailto:{contact}"


def frame_of(services: Services, actor: Actor, *, path: str, request_id: str, q: str = "") -> Frame:
    """The frame of a page that `actor` looks at."""
    is_signed_in = actor.credential is Credential.SESSION
    has_session = is_signed_in and actor.cookie_hash is not None
    return Frame(
        path=path,
        q=q,
        base_url=str(services.settings.public_url),
        now_ms=services.clock.now_ms(),
        request_id=request_id,
        abuse_contact=services.settings.abuse_contact,
        is_signed_in=is_signed_in,
        is_publisher=Capability.PUBLISHER in actor.capabilities,
        is_admin=Capability.ADMIN in actor.capabilities,
        csrf=secrets.csrf_token(services.ring, actor.cookie_hash or b"").reveal() if has_session else "",
        key=forms.fresh_key() if has_session else "",
    )
