"""Asks Redis for the fields of a hash."""

from collections.abc import Callable, Mapping

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from router.adapters.service_texts import MAX_FIELDS, Answer, Trouble, filled
from router.core.services import RedisSource, places

MAX_FIELD_BYTES = 4_000
MAX_KEY = 1_000


class RedisAsker:
    """Speaks to any number of Redis servers over kept connections."""

    def __init__(self, secret: Callable[[str], str], url: str, password: str) -> None:
        self._secret = secret
        self._url = url
        self._password = password
        self._open: dict[tuple[str, str], Redis] = {}

    async def close(self) -> None:
        """Close the connections."""
        for redis in self._open.values():
            await redis.aclose()
        self._open.clear()

    async def ask(self, source: RedisSource, fields: Mapping[str, str]) -> Answer:
        """Ask once. Raises Trouble, or SettingsError for a secret that is not there."""
        if any(not fields.get(name) for name in places(source.key)):
            return Answer("missing")
        key = filled(source.key, fields, self._secret)[:MAX_KEY]
        redis = self._server(source)
        try:
            return await self._read(redis, key, dict(source.values))
        except ResponseError:
            raise Trouble("Redis refuses: is it a hash, and may we read it?") from None
        except (RedisError, OSError) as error:
            raise Trouble(f"Redis: {type(error).__name__}", may_pass=True) from None
        except UnicodeDecodeError:
            raise Trouble("a text in the hash is not UTF-8") from None

    async def _read(self, redis: Redis, key: str, values: Mapping[str, str]) -> Answer:
        # Lengths before texts: a field may hold anything, and must not come here whole to be found too big.
        if not values:
            if await redis.hlen(key) > MAX_FIELDS:
                raise Trouble(f"a hash of more than {MAX_FIELDS} fields: name those wanted under 'values'")
            names = [_decoded(name) for name in await redis.hkeys(key)]
            values = {name: name for name in names}
        if not values:
            return Answer("missing")
        async with redis.pipeline(transaction=False) as pipe:
            pipe.exists(key)
            for field in values.values():
                pipe.hstrlen(key, field)
            there, *lengths = await pipe.execute()
        if not there:
            return Answer("missing")
        if max(lengths) > MAX_FIELD_BYTES:
            raise Trouble(f"a field of more than {MAX_FIELD_BYTES} bytes")
        texts = await redis.hmget(key, list(values.values()))
        return Answer("ok", {name: _decoded(text or b"") for name, text in zip(values, texts, strict=True)})

    def _server(self, source: RedisSource) -> Redis:
        url = source.url or self._url
        password = filled(source.auth, {}, self._secret) if source.url else self._password
        found = self._open.get((url, password))
        if found is None:
            found = self._open[url, password] = Redis.from_url(
                url, password=password or None, socket_connect_timeout=5, max_connections=20
            )
        return found


def _decoded(text: bytes | str) -> str:
    return text if isinstance(text, str) else text.decode()
