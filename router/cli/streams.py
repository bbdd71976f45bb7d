"""How commands come to the line's Redis, and what they say where it gives nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from router.adapters.redis_stream import cure_of
from router.addresses import redis_address
from router.errors import HotlineError
from router.line.secrets import Secrets
from router.settings import Settings


@contextmanager
def line_redis(settings: Settings, key: str, answer_within_s: float = 10) -> Iterator[Any]:
    """Connect to the line's Redis, to read the stream ``key``. Raises HotlineError as :func:`readable` does."""
    redis = connect(settings, answer_within_s)
    try:
        with readable(key):
            yield redis
    finally:
        redis.close()


def connect(settings: Settings, answer_within_s: float) -> Any:
    """Return a connection to the line's Redis, to be closed by who asked; nothing is sent yet."""
    return Redis.from_url(
        redis_address(settings),
        password=Secrets.load_or_create(settings.home).redis_password or None,
        socket_connect_timeout=2,
        socket_timeout=answer_within_s,
        decode_responses=True,
    )


@contextmanager
def readable(key: str) -> Iterator[None]:
    """Turn what Redis raises into a sentence with its cure: raises HotlineError where ``key`` cannot be read."""
    try:
        yield
    except BrokenPipeError:  # whoever read what we print has gone: not Redis
        raise
    except (RedisError, OSError) as error:
        words = " ".join(str(error).split())
        raise HotlineError(f"the stream {key} cannot be read: {words}", cure_of(error)) from error
