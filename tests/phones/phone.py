"""A small real SIP phone for tests: registers with digest, rings and is rung, and hears what it is sent.

One phone is one UDP address. It needs no server: unregistered it is a caller on a trunk.
"""

import asyncio
import contextlib
import re
from collections.abc import Coroutine

from phones import sip
from phones.behaviour import Answer, Behaviour, Refuse, Silent
from phones.call import Call

_T1_S = 0.5
_TRIES = 7
_REASONS = {302: "Moved Temporarily", 480: "Temporarily Unavailable", 486: "Busy Here", 603: "Decline"}


class Phone(asyncio.DatagramProtocol):
    """A phone at ``port`` (0: any free one) of ``host``, talking to the SIP server ``host:sip_port``.

    ``behaviour`` is what it does when rung, and may be changed at any time; ``speaks`` the tone it says in every call
    (None: silence). ``calls`` are all its calls, ``invites`` how many INVITEs reached it, retransmissions left out.
    """

    def __init__(self, name: str, *, sip_port: int, password: str = "", host: str = "127.0.0.1", port: int = 0) -> None:
        self.name = name
        self.host = host
        self.sip_port = sip_port
        self.port = port
        self.behaviour: Behaviour = Answer()
        self.speaks: int | None = None
        self.calls: list[Call] = []
        self.invites = 0
        self.plugged_in = True
        self.registered = False
        self._password = password
        self._transport: asyncio.DatagramTransport | None = None
        self._by_call_id: dict[str, Call] = {}
        self._expected: dict[tuple[str, str], asyncio.Queue[sip.Message]] = {}
        self._replies: dict[tuple[str, str], bytes] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._rung: asyncio.Queue[Call] = asyncio.Queue()
        self._register_sequence = 0
        self._register_id = sip.random_token()

    # --- plugging in --------------------------------------------------------------------------------------

    async def start(self) -> "Phone":
        """Bind to its port."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, self.port))
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]
        return self

    async def stop_calls(self) -> None:
        """Hang up whatever is up or rings."""
        for call in self.calls:
            if not call.over:
                with contextlib.suppress(TimeoutError):
                    await call.hang_up()

    async def stop(self) -> None:
        """Hang up what is up, and be gone (without unregistering)."""
        if self.plugged_in:
            await self.stop_calls()
        for call in self.calls:
            call.mark_ended("stop")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()

    def unplug(self) -> None:
        """Say nothing more to anybody, as if the cable were out: no reply, no audio."""
        self.plugged_in = False
        for call in self.calls:
            call.audio.close()

    async def register(self, expires_s: int = 120) -> None:
        """Register (or, with 0, unregister). Raises AssertionError where it is refused."""
        registrar = f"sip:{self.host}:{self.sip_port}"
        own = f"<sip:{self.name}@{self.host}:{self.sip_port}>"
        extra = (("contact", f"{self._contact()};expires={expires_s}"), ("expires", str(expires_s)))
        authorization: tuple[tuple[str, str], ...] = ()
        response = None
        for _ in range(2):
            self._register_sequence += 1
            request = self._new_request(
                *("REGISTER", registrar, own, own, "", "r1", self._register_id, self._register_sequence),
                extra + authorization,
            )
            response = await self._ask(request)
            if response.status != 401:
                break
            authorization = (self._authorization(response, "REGISTER", registrar),)
        assert response is not None and response.status == 200, f"{self.name} could not register: {response}"
        self.registered = expires_s > 0

    async def unregister(self) -> None:
        """Take the registration back."""
        await self.register(0)

    # --- calling ------------------------------------------------------------------------------------------

    async def call(self, number: str, *, caller_id: str = "", extra: tuple[tuple[str, str], ...] = ()) -> Call:
        """Ring a number; returns at once. ``caller_id`` is the user part of From, else the phone's name."""
        call = Call(self, sip.random_token(), incoming=False)
        await call.audio.open(self.host)
        call.audio.speak(self.speaks)
        call.invite_uri = f"sip:{number}@{self.host}:{self.sip_port}"
        call.local_uri = f"<sip:{caller_id or self.name}@{self.host}:{self.port}>"
        call.remote_uri = f"<{call.invite_uri}>"
        self.calls.append(call)
        self._by_call_id[call.call_id] = call
        self._spawn(self._invite(call, extra))
        return call

    async def rung(self, within_s: float = 5.0) -> Call:
        """Wait until the phone is rung; gives the calls in the order they came."""
        try:
            return await asyncio.wait_for(self._rung.get(), within_s)
        except TimeoutError:
            raise AssertionError(f"{self.name} was not rung within {within_s} s") from None

    def forget_rings(self) -> None:
        """Begin anew: calls that came so far count and are given by :meth:`rung` no more."""
        self.invites = 0
        self._rung = asyncio.Queue()

    async def answer(self, call: Call) -> None:
        """Answer a call that rings here."""
        if call.over or call.answered_at is not None or call.invite is None:
            return
        call.mark_answered()
        body = sip.offer(self.host, call.audio.port, call.sdp_version)
        reply = call.invite.reply(
            200, "OK", call.local_tag, (("contact", self._contact()), ("content-type", "application/sdp"))
        )
        reply.body = body
        self._spawn(self._repeat_until_acknowledged(call, reply))
        self._hear(call, call.invite.body)

    async def hang_up(self, call: Call) -> None:
        """End a call: BYE, CANCEL or a refusal, whichever its state wants."""
        if call.over:
            return
        if call.answered_at is not None:
            call.mark_ended("here")
            await self._ask(self._in_dialog(call, "BYE"))
        elif call.incoming and call.invite is not None:
            call.mark_ended("here")
            self._reply(call.invite, call.invite.reply(603, "Decline", call.local_tag))
        else:
            await self._cancel(call)

    async def hold(self, call: Call, held: bool) -> None:
        """Send a re-INVITE that only sends, or sends and receives again."""
        call.sdp_version += 1
        request = self._in_dialog(call, "INVITE", (("contact", self._contact()), ("content-type", "application/sdp")))
        request.body = sip.offer(self.host, call.audio.port, call.sdp_version, "sendonly" if held else "sendrecv")
        response = await self._ask(request)
        self._send(self._acknowledgement(call, request.sequence, call.target))
        assert response.status == 200, f"hold was refused: {response.start}"

    # --- the caller's side --------------------------------------------------------------------------------

    async def _invite(self, call: Call, extra: tuple[tuple[str, str], ...]) -> None:
        authorization: tuple[tuple[str, str], ...] = ()
        for _ in range(2):
            call.sequence += 1
            headers = (("contact", self._contact()), ("content-type", "application/sdp"), *extra, *authorization)
            request = self._new_request(
                *("INVITE", call.invite_uri, call.local_uri, call.remote_uri, "", call.local_tag),
                *(call.call_id, call.sequence),
                headers,
            )
            request.body = sip.offer(self.host, call.audio.port, call.sdp_version)
            call.invite_branch = request.branch
            final = await self._ask(request, call)
            call.remote_tag = sip.parameter(final.header("to"), "tag")
            if final.status < 300:
                call.target = sip.address(final.header("contact"))
                self._send(self._acknowledgement(call, call.sequence, call.target))
                self._hear(call, final.body)
                call.status = final.status
                call.mark_answered()
                return
            acknowledgement = self._acknowledgement(call, call.sequence, call.invite_uri)
            acknowledgement.headers[0] = ("via", request.header("via"))
            self._send(acknowledgement)
            if final.status not in (401, 407) or not self._password:
                break
            authorization = (self._authorization(final, "INVITE", call.invite_uri),)
        call.status = final.status
        call.mark_ended("far end", final.header("reason"))

    async def _cancel(self, call: Call) -> None:
        """CANCEL; should the answer cross it, BYE."""
        cancel = self._new_request(
            *("CANCEL", call.invite_uri, call.local_uri, call.remote_uri, "", call.local_tag),
            *(call.call_id, call.sequence),
            (),
        )
        cancel.headers[0] = ("via", self._via(call.invite_branch))
        await self._ask(cancel)
        with contextlib.suppress(AssertionError, TimeoutError):
            await call.ended(within_s=1.0)
        if call.up:
            await self.hang_up(call)

    # --- the called side ----------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's call; nothing to do."""

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take one SIP message."""
        if not self.plugged_in or not data.strip():
            return
        message = sip.Message.parse(data)
        if not message.request:
            expected = self._expected.get((message.branch, message.method))
            if expected is not None:
                expected.put_nowait(message)
            elif message.method == "INVITE" and message.status >= 200:
                self._acknowledge_again(message)
            return
        sent_before = self._replies.get((message.branch, message.method))
        if sent_before is not None:
            self._write(sent_before)
            return
        call = self._by_call_id.get(message.header("call-id"))
        match message.method:
            case "ACK":
                if call is not None:
                    call.acknowledged.set()
            case "OPTIONS":
                self._reply(message, message.reply(200, "OK", sip.random_token()))
            case "INVITE" if call is None:
                self._be_rung(message)
            case "CANCEL" if call is not None:
                self._be_cancelled(call, message)
            case _ if call is None:
                self._reply(message, message.reply(481, "Call Does Not Exist", sip.random_token()))
            case "BYE":
                self._reply(message, message.reply(200, "OK", call.local_tag))
                call.mark_ended("far end", message.header("reason") or call.cancel_reason)
            case "INVITE" | "UPDATE":
                reply = message.reply(200, "OK", call.local_tag, (("contact", self._contact()),))
                if message.body or message.method == "INVITE":
                    call.sdp_version += 1
                    reply.headers.append(("content-type", "application/sdp"))
                    reply.body = sip.offer(self.host, call.audio.port, call.sdp_version)
                if message.body:
                    self._hear(call, message.body)
                self._reply(message, reply)
            case _:
                self._reply(message, message.reply(200, "OK", call.local_tag))

    def _be_rung(self, invite: sip.Message) -> None:
        self.invites += 1
        behaviour = self.behaviour
        if isinstance(behaviour, Silent):
            return
        call = Call(self, invite.header("call-id"), incoming=True)
        call.invite = invite
        call.local_uri, call.remote_uri = invite.header("to"), invite.header("from")
        call.remote_tag = sip.parameter(call.remote_uri, "tag")
        call.target = sip.address(invite.header("contact"))
        self.calls.append(call)
        self._by_call_id[call.call_id] = call
        if isinstance(behaviour, Refuse):
            extra = (("contact", f"<{behaviour.to}>"),) if behaviour.to else ()
            reason = _REASONS.get(behaviour.status, "Refused")
            self._reply(invite, invite.reply(behaviour.status, reason, call.local_tag, extra))
            call.mark_ended("here")
            self._rung.put_nowait(call)
            return
        self._spawn(self._ring(call, behaviour))

    async def _ring(self, call: Call, behaviour: Answer) -> None:
        if call.invite is None:
            return
        await call.audio.open(self.host)
        call.audio.speak(self.speaks)
        self._reply(call.invite, call.invite.reply(180, "Ringing", call.local_tag, (("contact", self._contact()),)))
        call.mark_ringing()
        self._rung.put_nowait(call)
        if behaviour.after_ms is not None:
            await asyncio.sleep(behaviour.after_ms / 1_000)
            await self.answer(call)

    def _be_cancelled(self, call: Call, cancel: sip.Message) -> None:
        self._reply(cancel, cancel.reply(200, "OK", call.local_tag))
        call.cancel_reason = cancel.header("reason")
        if call.answered_at is None and call.invite is not None:
            self._reply(call.invite, call.invite.reply(487, "Request Terminated", call.local_tag))
            call.mark_ended("far end", cancel.header("reason"))

    async def _repeat_until_acknowledged(self, call: Call, reply: sip.Message) -> None:
        if call.invite is None:
            return
        self._reply(call.invite, reply)
        for number in range(_TRIES):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(call.acknowledged.wait(), _T1_S * 2**number)
                return
            self._send(reply)

    def _hear(self, call: Call, sdp: str) -> None:
        if sdp:
            line = sip.AudioLine.parse(sdp)
            call.audio.send_to(line.host, line.port, line.event_type)

    # --- messages -----------------------------------------------------------------------------------------

    def _new_request(
        self,
        method: str,
        uri: str,
        own: str,
        other: str,
        other_tag: str,
        own_tag: str,
        call_id: str,
        sequence: int,
        extra: tuple[tuple[str, str], ...],
    ) -> sip.Message:
        return sip.Message(
            f"{method} {uri} SIP/2.0",
            [
                ("via", self._via(f"z9hG4bK{sip.random_token()}")),
                ("max-forwards", "70"),
                ("from", own if sip.parameter(own, "tag") else f"{own};tag={own_tag}"),
                ("to", f"{other};tag={other_tag}" if other_tag and not sip.parameter(other, "tag") else other),
                ("call-id", call_id),
                ("cseq", f"{sequence} {method}"),
                ("allow", "INVITE, ACK, BYE, CANCEL, OPTIONS"),
                *extra,
            ],
        )

    def _in_dialog(self, call: Call, method: str, extra: tuple[tuple[str, str], ...] = ()) -> sip.Message:
        call.sequence += 1
        return self._new_request(
            *(method, call.target, call.local_uri, call.remote_uri, call.remote_tag, call.local_tag),
            *(call.call_id, call.sequence),
            extra,
        )

    def _acknowledgement(self, call: Call, sequence: int, uri: str) -> sip.Message:
        return self._new_request(
            *("ACK", uri, call.local_uri, call.remote_uri, call.remote_tag, call.local_tag),
            *(call.call_id, sequence),
            (),
        )

    def _acknowledge_again(self, final: sip.Message) -> None:
        """Our ACK was lost or crossed a retransmission."""
        call = self._by_call_id.get(final.header("call-id"))
        if call is not None and final.status < 300:
            self._send(self._acknowledgement(call, final.sequence, call.target))

    def _authorization(self, challenged: sip.Message, method: str, uri: str) -> tuple[str, str]:
        proxy = challenged.status == 407
        challenges = challenged.all("proxy-authenticate" if proxy else "www-authenticate")
        challenge = next(c for c in challenges if not re.search(r"algorithm=(?!\"?MD5\b)", c))
        answer = sip.digest(challenge, method=method, uri=uri, name=self.name, password=self._password)
        return ("proxy-authorization" if proxy else "authorization", answer)

    async def _ask(self, request: sip.Message, call: Call | None = None) -> sip.Message:
        """Send a request until it is heard; return the final response. Provisional ones are marked at ``call``."""
        key = (request.branch, request.method)
        expected = self._expected[key] = asyncio.Queue()
        try:
            tries, heard = 0, False
            while True:
                if not heard:
                    if tries == _TRIES:
                        raise TimeoutError(f"{self.name}: no response to {request.start}")
                    self._send(request)
                    tries += 1
                try:
                    pause_s = None if heard else _T1_S * 2 ** (tries - 1)
                    response = await asyncio.wait_for(expected.get(), pause_s)
                except TimeoutError:
                    continue
                if call is not None:
                    call.statuses.append(response.status)
                if response.status >= 200:
                    return response
                heard = True
                if call is not None and response.status in (180, 183):
                    call.mark_ringing()
        finally:
            del self._expected[key]

    def _reply(self, request: sip.Message, reply: sip.Message) -> None:
        """Send a response and keep it for retransmissions of the request."""
        encoded = reply.encode()
        self._replies[request.branch, request.method] = encoded
        self._write(encoded)

    def _send(self, message: sip.Message) -> None:
        self._write(message.encode())

    def _write(self, encoded: bytes) -> None:
        if self._transport is not None and self.plugged_in and not self._transport.is_closing():
            self._transport.sendto(encoded, (self.host, self.sip_port))

    def _via(self, branch: str) -> str:
        return f"SIP/2.0/UDP {self.host}:{self.port};branch={branch};rport"

    def _contact(self) -> str:
        return f"<sip:{self.name}@{self.host}:{self.port}>"

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
