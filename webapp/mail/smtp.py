"""SMTP that knows whether a server may have taken a letter although it never said so."""

import smtplib
from typing import Any

from django.core.mail.backends import smtp


class Unanswered(Exception):  # noqa: N818 - it names what happened
    """A letter was handed over whole, and the server's answer never came (RFC 5321, 6.1)."""


class Client(smtplib.SMTP):
    """A line that breaks before the letter's last line is an error like any other."""

    is_handed_over = False

    def send(self, s: Any) -> None:
        """Send; the letter's last line, a single point, hands it over."""
        super().send(s)
        self.is_handed_over = self.is_handed_over or s[-5:] in (b"\r\n.\r\n", "\r\n.\r\n")

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send a letter. Unanswered where nobody can say whether it was taken."""
        self.is_handed_over = False
        try:
            return super().data(msg)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            if self.is_handed_over:
                raise Unanswered(str(error)) from error
            raise


class SslClient(Client, smtplib.SMTP_SSL):
    """The same from the first byte encrypted."""


class EmailBackend(smtp.EmailBackend):
    """Django's, with that client; one connection serves all the letters of a run."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return SslClient if self.use_ssl else Client
