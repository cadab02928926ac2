"""One state of one page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class State:
    """How a page is brought into a state.

    page: its declared name. name: of the state. path: what to open. who: nobody, buyer, publisher or admin. status: of
    the answer. typed: what is put into the fields of the page's form. chosen: the labels of what is ticked in it. It is
    then sent by `press`, the word on its button; its answer is the state. meanwhile: what happens between opening and
    sending. is_document: whether it is no page but a feed or a map.
    """

    page: str
    name: str
    path: str
    who: str = "nobody"
    status: int = 200
    typed: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    press: str = ""
    meanwhile: Callable[[], Awaitable[None]] | None = None
    is_document: bool = False

    @property
    def title(self) -> str:
        """As screenshots and failures name it."""
        return f"{self.page}.{self.name}"
