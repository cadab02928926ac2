"""All states, from every area of the site."""

from __future__ import annotations

from tests.pages.scene import Scene
from tests.pages.states import account, console, installs, moderation, reference, storefront
from tests.pages.states.state import State


async def every_state(scene: Scene) -> list[State]:
    """The states of all pages. What they need is arranged here, in their order."""
    return [
        *storefront.states(scene),
        *reference.states(),
        *await installs.states(scene),
        *await account.states(scene),
        *await console.states(scene),
        *await moderation.states(scene),
    ]
