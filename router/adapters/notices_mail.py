"""Sends a notice by mail, in a thread of its own: the mail library waits."""

import smtplib
import ssl
from collections.abc import Callable, Mapping
from email.message import EmailMessage

from router.adapters.service_texts import Trouble, filled
from router.core.services import Mail


def mail_of(service: Mail, fields: Mapping[str, str], request: str) -> EmailMessage:
    """Return the mail a notice becomes. Secrets have no place in it."""

    def nothing(name: str) -> str:
        raise Trouble(f"secret '{name}' has no place in a mail")

    mail = EmailMessage()
    mail["From"] = service.sender
    mail["To"] = ", ".join(service.to)
    mail["Subject"] = filled(service.subject, fields, nothing).replace("\n", " ")
    mail["Message-ID"] = f"<{request}@{service.sender.partition('@')[2]}>"
    mail.set_content(filled(service.text, fields, nothing))
    return mail


def send_mail(service: Mail, fields: Mapping[str, str], request: str, secret: Callable[[str], str]) -> None:
    """Send it. Raises Trouble where the server does not take it, SettingsError for a secret that is not there."""
    mail = mail_of(service, fields, request)
    wait_s = service.timeout_ms / 1000
    try:
        if service.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                service.host, service.port, timeout=wait_s, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(service.host, service.port, timeout=wait_s)
        with server:
            if service.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if service.username:
                server.login(service.username, filled(service.auth, {}, secret))
            server.send_message(mail)
    except (smtplib.SMTPException, OSError) as error:
        raise Trouble(f"mail: {type(error).__name__}") from None
