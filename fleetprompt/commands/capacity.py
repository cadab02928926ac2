"""Whether a server's workers fit: into the database's connections, and into the rate limits that they share."""

from __future__ import annotations

from fleetprompt.commands.instance import Failure, Instance
from fleetprompt.settings import Settings
from fleetprompt.store import inspection
from fleetprompt.store.pools import CONNECTIONS_MAX, SEARCH_CONNECTIONS_MAX
from fleetprompt.web.limits import UnshareableLimitError, require_shareable


def require_room(settings: Settings, instance: Instance, workers: int) -> None:
    """Raise Failure where so many workers cannot work, naming what can be set."""
    if settings.redis_url is None:
        try:
            require_shareable(settings.rate_limits, workers)
        except UnshareableLimitError as error:
            raise Failure(f"{error}.") from None
    each = CONNECTIONS_MAX + SEARCH_CONNECTIONS_MAX
    with inspection.looking(instance.serving_url) as connection:
        places = inspection.connections_max(connection)
    if workers * each > places:
        raise Failure(
            f"{workers} workers open up to {workers * each} connections, and the database leaves {places} to this "
            f"role: run at most {places // each} with --workers, or raise max_connections "
            "(or the role's or the database's CONNECTION LIMIT) in PostgreSQL."
        )
