"""Where the parts of a line are, by its settings: for who connects to them. Needs none of the parts to be loaded."""

from router.settings import Settings


def reachable(host: str) -> str:
    """Return the address to reach a part at that binds ``host``."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def in_url(host: str) -> str:
    """Return the address to reach a part at that binds ``host``, as URLs and SIP write it: IPv6 in brackets."""
    host = reachable(host)
    return f"[{host}]" if ":" in host else host


def board_address(settings: Settings) -> str:
    """Return the wallboard's page, ``http://host:port/``."""
    return f"http://{in_url(settings.host)}:{settings.board_port}/"


def ari_address(settings: Settings) -> str:
    """Return ARI's address, ``http://host:port/ari``."""
    return settings.ari_url.rstrip("/") or f"http://{in_url(settings.host)}:{settings.ari_port}/ari"


def metrics_address(settings: Settings) -> str:
    """Return where the metrics are, ``http://host:port/metrics``; "" where there are none."""
    if not settings.metrics_port:
        return ""
    return f"http://{in_url(settings.metrics_host)}:{settings.metrics_port}/metrics"


def redis_address(settings: Settings) -> str:
    """Return Redis's address, ``redis://host:port/db``, without a password unless the setting has one."""
    return settings.redis_url or f"redis://{in_url(settings.host)}:{settings.redis_port}/0"
