"""Mail over a provider's interface: django-anymail's backend, with the errors that SMTP has.

So that whoever sends need know one kind of errors only.
"""

import smtplib
from collections.abc import Sequence
from typing import Any

import requests
from anymail import exceptions
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string
from urllib3.exceptions import NewConnectionError

from webapp.mail.smtp import Unanswered

LATER, NEVER, NO_SUCH_ADDRESS = 451, 554, 550


class EmailBackend(BaseEmailBackend):
    """The backend of settings.EMAIL_PROVIDER; one session serves all the letters of a run."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = import_string(f"anymail.backends.{settings.EMAIL_PROVIDER}.EmailBackend")
        self.inner = made(*args, **kwargs)

    def open(self) -> bool | None:
        return bool(self.inner.open())

    def close(self) -> None:
        self.inner.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send. An smtplib error where it was refused, Unanswered where nobody can say."""
        try:
            return int(self.inner.send_messages(email_messages))
        except exceptions.AnymailRecipientsRefused as error:
            said = (NO_SUCH_ADDRESS, str(error).encode())
            raise smtplib.SMTPRecipientsRefused(
                {to: said for message in email_messages for to in message.to}
            ) from error
        except exceptions.AnymailAPIError as error:
            raise _as_smtp(error) from error
        except exceptions.AnymailError as error:  # a message that can't be put into its words
            raise smtplib.SMTPResponseException(NEVER, str(error)) from error


def _as_smtp(error: exceptions.AnymailAPIError) -> Exception:
    """An answer: try later, it may be a key or a limit. None: had the request left the house?"""
    if error.status_code is not None:
        if error.status_code < 300:  # taken, and answered with nonsense
            return Unanswered(str(error))
        return smtplib.SMTPResponseException(LATER, str(error))
    never_left = isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError)
    if never_left or _cause(error, NewConnectionError):
        return smtplib.SMTPServerDisconnected(str(error))
    return Unanswered(str(error))


def _cause(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether an error of a kind lies somewhere below; urllib3 wraps them as `reason` too."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, kind):
            return True
        inner = [getattr(error, "reason", None), *error.args[:1]]
        wrapped = next((one for one in inner if isinstance(one, BaseException)), None)
        error, seen = wrapped or error.__cause__ or error.__context__, seen + 1
    return False
