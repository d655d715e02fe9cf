"""Handing a message over, and what is then known of it: sent, refused, later, or nobody knows."""

import smtplib
from typing import Any, NamedTuple

from django.core.mail import EmailMessage
from django.utils.translation import gettext

from webapp.mail.smtp import Unanswered

REFUSED, NO_SUCH_ADDRESS = 500, {550, 551, 553}


class Outcome(NamedTuple):
    """How it went, and in whose words."""

    state: str  # sent, later, unreachable, refused, nobody (there is no such address), unknown
    said: str = ""


def hand_over(backend: Any, message: EmailMessage) -> Outcome:
    """Send one message; a connection that failed is closed, the next message opens it anew."""
    try:
        backend.open()
        backend.send_messages([message])
    except Unanswered as error:
        close(backend)
        told = gettext("The server took it and never answered: %(error)s")
        return Outcome("unknown", told % {"error": error})
    except smtplib.SMTPRecipientsRefused as error:
        (code, said), *_ = error.recipients.values()
        return _refused(code, said, "nobody" if code in NO_SUCH_ADDRESS else "refused")
    except smtplib.SMTPResponseException as error:
        close(backend)
        return _refused(error.smtp_code, error.smtp_error, "refused")
    except ValueError as error:  # headers or an address that are none; nothing has left
        told = gettext("It can't be written as mail: %(error)s")
        return Outcome("refused", told % {"error": error})
    except (smtplib.SMTPException, OSError) as error:
        close(backend)
        told = gettext("The mail server: %(error)r")
        return Outcome("unreachable", told % {"error": error})
    return Outcome("sent")


def _refused(code: int, said: bytes | str, state: str) -> Outcome:
    """4xx: not now. 5xx: never; and where the address is what is wrong, no other letter either."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    words = words.replace("\0", " ")  # a server says what it likes, and no row holds that
    return Outcome("later" if code < REFUSED else state, f"{code} {words}")


def close(backend: Any) -> None:
    """The next letter opens it anew. A connection that is broken can't be closed politely."""
    try:
        backend.close()
    except (smtplib.SMTPException, OSError):
        backend.connection = None
