"""Sends a report by mail, through the SMTP server of the settings."""

import smtplib
import ssl
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Literal

import msgspec

from router.errors import HotlineError

TIMEOUT_S = 60


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """How mail leaves: ``security`` is ``tls`` from the start, ``starttls``, or ``none`` (a server of this machine)."""

    host: str
    port: int = 0
    security: Literal["tls", "starttls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    sender: str = ""


def message(subject: str, text: str, sender: str, to: Sequence[str], name: str, data: bytes, mime: str) -> EmailMessage:
    """Return a mail with one attachment. Raises HotlineError for an address that is none."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(subject.split())
    mail["From"] = _address(sender)
    mail["To"] = ", ".join(_address(one) for one in to)
    mail.set_content(text)
    kind, _, of_kind = mime.partition("/")
    mail.add_attachment(data, maintype=kind, subtype=of_kind, filename=name)
    return mail


def send(server: Server, mail: EmailMessage) -> None:
    """Send a mail. Raises HotlineError where the server cannot be reached or refuses."""
    port = server.port or {"tls": 465, "starttls": 587, "none": 25}[server.security]
    context = ssl.create_default_context()
    try:
        if server.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, port, timeout=TIMEOUT_S, context=context)
        else:
            smtp = smtplib.SMTP(server.host, port, timeout=TIMEOUT_S)
        with smtp:
            if server.security == "starttls":
                smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
            refused = smtp.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise HotlineError(
            f"the mail could not be sent by {server.host}:{port}: {words}", "see smtp_host and the settings beside it"
        ) from error
    if refused:
        raise HotlineError(f"the mail server refused {', '.join(refused)}", "correct these addresses")


def _address(text: str) -> str:
    name, _, domain = text.strip().rpartition("@")
    try:
        if not name or not domain:
            raise ValueError
        return str(Address(username=name, domain=domain))
    except (ValueError, IndexError):
        raise HotlineError(f"'{text}' is no mail address", "write name@example.org") from None
