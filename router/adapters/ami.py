"""What AMI tells of phones: which can be reached, and which are busy with calls that are not ours.

ARI decides, AMI informs. What Asterisk must allow its user in ``manager.conf``, and no more: ``read =
system,call,reporting``, ``write = reporting`` (never ``originate`` or ``system``: either is a shell), and the events
of :data:`EVENTS`. The full truth after each connect is asked over ARI (``GET /endpoints/PJSIP``), because AMI's own
listing of endpoints needs the right ``system``.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from panoramisk import Manager

from router.adapters.ari_codec import Endpoint
from router.core.events import Event, PhoneReachabilityChanged, PhoneSeen, PhonesSeen, PhoneUseChanged
from router.core.ids import PhoneName, is_ours
from router.errors import SwitchError

log = logging.getLogger(__name__)
_WIRE_LOG = logging.getLogger(f"{__name__}.panoramisk")
_WIRE_LOG.setLevel(logging.WARNING)

EVENTS = ("FullyBooted", "Shutdown", "ContactStatus", "Newchannel", "Hangup", "Registry")
"""The events read here; let Asterisk filter all others by name."""

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_ACTION_S = 5.0
_PING_EACH_S = 3.0
_TRUTH_PAUSE_S = 0.2
_SETTLE_S = 0.5
"""ARI may show a contact's change a little later than AMI tells it."""


class AmiWatch:
    """Watches phones. ``endpoints`` asks for all endpoints (:meth:`router.adapters.ari.AriSwitch.endpoints`).

    ``submit`` takes the core's events and never blocks. Endpoints named ``trunk-...`` are no phones. ``trunks`` keeps
    the registration of each trunk by its client URI (``Registered``, ``Rejected``...), for the status page.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        user: str,
        password: str,
        site: str,
        submit: Callable[[Event], None],
        endpoints: Callable[[], Awaitable[tuple[Endpoint, ...]]],
    ) -> None:
        self.trunks: dict[str, str] = {}
        self.trunks_reached: dict[str, bool] = {}
        """Whether each trunk answers our OPTIONS, by its name, as far as that is known."""
        self.connected = False
        self._host = host
        self._port = port
        self._user = user
        self._password = password
        self._submit = submit
        self._endpoints = endpoints
        self.phones = PhoneBook(site)
        self._stale = asyncio.Event()
        self._lost: asyncio.Future[str] | None = None

    async def run(self) -> None:
        """Connect, watch, and reconnect for ever."""
        pause_s = _FIRST_PAUSE_S
        said = ""
        while True:
            manager: Any = None
            try:
                manager = await self._connect()
                log.info("AMI at %s:%d: watching phones", self._host, self._port)
                self.connected = True
                pause_s, said = _FIRST_PAUSE_S, ""
                words = await self._watch(manager)
            except SwitchError as error:
                words = f"{error}; {error.cure}" if error.cure else str(error)
            finally:
                self.connected = False
                if manager is not None:
                    _shut(manager)
            if words != said:
                log.warning("%s (trying again until it works)", words)
                said = words
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    # --- inside -------------------------------------------------------------------------------------------

    async def _connect(self) -> Any:
        place = f"AMI at {self._host}:{self._port}"
        loop = asyncio.get_running_loop()
        self._lost = loop.create_future()
        manager = Manager(loop=loop, host=self._host, port=self._port, events="on", encoding="utf8", log=_WIRE_LOG)
        for name in EVENTS:
            manager.register_event(name, self._heard)

        def ended(why: Any) -> None:
            shut_down = getattr(why, "event", "") == "Shutdown"
            self._lose(f"Asterisk at {self._host} is shutting down" if shut_down else f"{place} closed the connection")

        # Our own reconnection, with its own words; panoramisk's would go on by itself behind our back.
        manager.connection_lost = ended
        try:
            async with asyncio.timeout(_ACTION_S):
                transport, protocol = await loop.create_connection(
                    manager.config["protocol_factory"], self._host, self._port
                )
        except TimeoutError:
            raise SwitchError(f"{place} does not answer", cure="check HOTLINE_AMI_HOST and HOTLINE_AMI_PORT") from None
        except OSError:
            raise SwitchError(
                f"nothing listens at {self._host}:{self._port} (AMI)",
                cure="is Asterisk running? check HOTLINE_AMI_HOST and HOTLINE_AMI_PORT",
            ) from None
        protocol.factory, protocol.encoding, protocol.log = manager, "utf8", _WIRE_LOG
        manager.protocol = protocol
        try:
            reply = await self._act(
                manager, {"Action": "Login", "Username": self._user, "Secret": self._password, "Events": "on"}
            )
            if not reply.success:
                raise SwitchError(
                    f"{place} refuses the user {self._user} or the password",
                    cure="check HOTLINE_AMI_PASSWORD and HOTLINE_AMI_USER against Asterisk's manager.conf",
                )
        except BaseException:
            transport.abort()
            raise
        return manager

    async def _watch(self, manager: Any) -> str:
        """Ask for the truth, then again whenever a phone's last known contact is in doubt; ping. Returns what ended."""
        assert self._lost is not None
        async with asyncio.TaskGroup() as group:
            keeping = (group.create_task(self._ping(manager)), group.create_task(self._keep_true()))
            words = await self._lost
            for task in keeping:
                task.cancel()
        return words

    async def _ping(self, manager: Any) -> None:
        while True:
            await asyncio.sleep(_PING_EACH_S)
            try:
                await self._act(manager, {"Action": "Ping"})
            except SwitchError as error:
                self._lose(str(error))

    async def _keep_true(self) -> None:
        while True:
            self._stale.clear()
            self.phones.begin_truth()
            try:
                endpoints = await self._endpoints()
            except SwitchError:
                # ARI comes up by itself; until then nothing is known of the phones.
                await asyncio.sleep(_TRUTH_PAUSE_S)
                continue
            for endpoint in endpoints:
                if _is_trunk(endpoint.resource):
                    self.trunks_reached[endpoint.resource.removeprefix(_TRUNK)] = endpoint.reachable
            self._submit(self.phones.truth(endpoints))
            await self._stale.wait()
            await asyncio.sleep(_SETTLE_S)

    async def _act(self, manager: Any, action: dict[str, str]) -> Any:
        try:
            async with asyncio.timeout(_ACTION_S):
                return await manager.send_action(action)
        except TimeoutError:
            raise SwitchError(
                f"AMI at {self._host}:{self._port} does not answer {action['Action']}",
                cure="is Asterisk busy or stopped? see its log",
            ) from None

    def _heard(self, _manager: Any, message: Any) -> None:
        match message.event:
            case "ContactStatus" if _is_trunk(message.endpointname):
                reached = {"reachable": True, "nonqualified": True, "unreachable": False, "removed": False}
                status = message.contactstatus.lower().replace("-", "")
                if status in reached:
                    self.trunks_reached[message.endpointname.removeprefix(_TRUNK)] = reached[status]
            case "ContactStatus":
                self._tell(self.phones.contact(message.endpointname, message.uri, message.contactstatus))
                if self.phones.in_doubt:
                    self._stale.set()
            case "Newchannel":
                self._tell(self.phones.channel_began(message.channel, message.uniqueid))
            case "Hangup":
                self._tell(self.phones.channel_ended(message.channel, message.uniqueid))
            case "Registry":
                self.trunks[message.username or message.domain] = message.status
            case "FullyBooted" if self.connected:
                self._stale.set()
            case _:
                pass

    def _tell(self, event: Event | None) -> None:
        if event is not None:
            self._submit(event)

    def _lose(self, words: str) -> None:
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(words)


_UNKNOWN_URI = "?"
_TRUNK = "trunk-"


class PhoneBook:
    """What is known of each phone: contacts that answer and channels that are not ours. Pure bookkeeping."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._contacts: dict[str, set[str]] = {}
        self._channels: dict[str, set[str]] = {}
        self._since: list[tuple[str, str, bool]] | None = None
        self.in_doubt = False
        """A phone lost a contact while it may have another we never heard of: ask for the truth."""

    def begin_truth(self) -> None:
        """The truth is being asked: remember what changes until it is here."""
        self._since = []
        self.in_doubt = False

    def truth(self, endpoints: tuple[Endpoint, ...]) -> PhonesSeen:
        """Start from what Asterisk has, and what changed since it was asked."""
        self._contacts = {
            endpoint.resource: ({_UNKNOWN_URI} if endpoint.reachable else set())
            for endpoint in endpoints
            if not _is_trunk(endpoint.resource)
        }
        self._channels = {
            endpoint.resource: {channel for channel in endpoint.channel_ids if not is_ours(self._site, channel)}
            for endpoint in endpoints
            if not _is_trunk(endpoint.resource)
        }
        since, self._since = self._since or [], None
        for phone, channel, began in since:
            if began:
                self._channels.setdefault(phone, set()).add(channel)
            else:
                self._channels.get(phone, set()).discard(channel)
        return PhonesSeen(
            phones=tuple(
                PhoneSeen(phone=PhoneName(phone), reachable=bool(contacts), channels=len(self._channels[phone]))
                for phone, contacts in self._contacts.items()
            )
        )

    def contact(self, phone: str, uri: str, status: str) -> PhoneReachabilityChanged | None:
        """A contact's state changed: ``Reachable``, ``NonQualified``, ``Unreachable``, ``Removed``..."""
        if not phone or _is_trunk(phone):
            return None
        contacts = self._contacts.setdefault(phone, set())
        before = bool(contacts)
        match status.lower().replace("-", ""):
            case "reachable" | "nonqualified":
                contacts.discard(_UNKNOWN_URI)
                contacts.add(uri)
            case "unreachable" | "removed":
                contacts.discard(uri)
                if contacts == {_UNKNOWN_URI}:
                    contacts.clear()
                    self.in_doubt = True
            case _:
                return None
        if bool(contacts) == before:
            return None
        return PhoneReachabilityChanged(phone=PhoneName(phone), reachable=bool(contacts))

    def channel_began(self, channel: str, unique_id: str) -> PhoneUseChanged | None:
        """A channel appeared anywhere in Asterisk."""
        phone = _phone_of(channel)
        if phone is None or is_ours(self._site, unique_id):
            return None
        if self._since is not None:
            self._since.append((phone, unique_id, True))
        channels = self._channels.setdefault(phone, set())
        if unique_id in channels:
            return None
        channels.add(unique_id)
        return PhoneUseChanged(phone=PhoneName(phone), channels=len(channels))

    def channel_ended(self, channel: str, unique_id: str) -> PhoneUseChanged | None:
        """A channel is gone."""
        phone = _phone_of(channel)
        if phone is None:
            return None
        if self._since is not None:
            self._since.append((phone, unique_id, False))
        channels = self._channels.get(phone, set())
        if unique_id not in channels:
            return None
        channels.discard(unique_id)
        return PhoneUseChanged(phone=PhoneName(phone), channels=len(channels))


def _is_trunk(endpoint: str) -> bool:
    return endpoint.startswith(_TRUNK)


def _phone_of(channel: str) -> str | None:
    """Return the phone of a channel named ``PJSIP/<phone>-0000002a``, None for any other channel."""
    technology, _, rest = channel.partition("/")
    phone = rest.rpartition("-")[0]
    return phone if technology == "PJSIP" and phone and not _is_trunk(phone) else None


def _shut(manager: Any) -> None:
    if manager.pinger is not None:
        manager.pinger.cancel()
    if manager.protocol is not None:
        manager.protocol.close()
