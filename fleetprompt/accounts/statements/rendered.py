"""Which columns of accounts hold rendered markdown."""

from __future__ import annotations

from typing import Final

from fleetprompt.runtime.rerendering import Rendered
from fleetprompt.store.tables import publishers

BIOS: Final = Rendered(publishers.c.bio_markdown, publishers.c.bio_html, publishers.c.bio_policy)
