"""Texts are judged one at a time for each caller (spec 3 Markdown)."""

from __future__ import annotations

import asyncio

from tests.support.answers import assert_ok
from tests.support.people import People

COSTLY = "- a\n- b\n\n" * 2_200


async def test_somebodys_costly_texts_keep_nobody_else_waiting(people: People) -> None:
    mallory, ada = await people.publisher(), await people.publisher()
    preview = "/v1/publisher/markdown/preview"
    costly = [
        asyncio.create_task(mallory.post(preview, {"format": "markdown", "markdown": COSTLY}, key=None))
        for _ in range(6)
    ]
    await asyncio.sleep(0.2)
    assert_ok(await ada.post(preview, {"format": "markdown", "markdown": "A *short* text."}, key=None))
    assert not all(task.done() for task in costly)
    await asyncio.gather(*costly)
