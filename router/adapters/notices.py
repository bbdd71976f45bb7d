"""Delivers the core's notices: one try each, by HTTP or mail; the core decides whether to try again.

Nothing of what a notice says is in a log.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from router.adapters.notices_mail import send_mail
from router.adapters.service_texts import Trouble, filled, filled_address, told
from router.core.commands import SendNotice
from router.core.events import Event, ReplyArrived
from router.core.services import Mail, Service, Webhook

log = logging.getLogger(__name__)

AT_ONCE = 100
MAILS_AT_ONCE = 4


class Notices:
    """Delivers notices; use as ``async with``.

    ``find`` gives the service of a site's version by its name, or None; ``secret`` the secret of a name and raises
    ``SettingsError`` where there is none.
    """

    def __init__(
        self,
        *,
        find: Callable[[str, str], Service | None],
        secret: Callable[[str], str],
        submit: Callable[[Event], None],
    ) -> None:
        self._find = find
        self._secret = secret
        self._submit = submit
        self._session: aiohttp.ClientSession | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._mails = asyncio.Semaphore(MAILS_AT_ONCE)

    async def __aenter__(self) -> Self:
        """Prepare to send; nothing is connected yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def deliver(self, command: SendNotice) -> None:
        """Try to deliver one notice and say by an event how it went, whatever happens."""
        status = "failed"
        async with told(partial(self._trouble, command), command.timeout_ms, "not delivered"), self._turns:
            await self._send(command)
            status = "ok"
        self._submit(ReplyArrived(call=command.call, request=command.request, status=status))

    async def _send(self, command: SendNotice) -> None:
        match self._find(command.config, command.service):
            case Webhook() as service:
                await self._post(service, command)
            case Mail() as service:
                async with self._mails:
                    await asyncio.to_thread(send_mail, service, command.fields, command.request, self._secret)
            case None:
                raise Trouble("there is no such service any more; the site was changed")

    async def _post(self, service: Webhook, command: SendNotice) -> None:
        fields = command.fields
        url = URL(filled_address(service.url, fields, self._secret), encoded=True)
        body = {name: filled(text, fields, self._secret) for name, text in service.body} or dict(fields)
        headers = {name: filled(text, fields, self._secret) for name, text in service.headers}
        content: dict[str, dict[str, str]] = {}
        if service.method != "GET":
            content = {"data": body} if service.form else {"json": body}
        try:
            async with self._open().request(
                service.method,
                url,
                # A service that gets a notice twice (we never heard its answer) can tell by this.
                headers={"Idempotency-Key": command.request, **headers},
                allow_redirects=False,
                **content,  # type: ignore[arg-type]
            ) as response:
                if not 200 <= response.status < 300:
                    raise Trouble(f"HTTP status {response.status}")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Trouble(type(error).__name__) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=AT_ONCE, limit_per_host=20),
            )
        return self._session

    def _trouble(self, command: SendNotice, why: str) -> None:
        log.warning("notice by '%s' not delivered: %s", command.service, why, extra={"call_id": command.call})
