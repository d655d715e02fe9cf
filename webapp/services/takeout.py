"""Taking all that an account holds along, and leaving nothing of it behind."""

import json
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from webapp.models import Comment, Reader, Subscription, Suppression, Upvote
from webapp.queries import takeout
from webapp.services.social.upvotes import recount

IN_MEMORY = 4_000_000  # bytes of an archive; a larger one is written to the disk meanwhile


class LastOperator(ValueError):  # noqa: N818 - it names who is asked to stay
    """Without this account nobody could let others into the admin."""


def archive(reader: Reader, now: datetime) -> IO[Any]:
    """A zip file of JSON lines, one file a part; at its beginning, to be read."""
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - who sends it closes it
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        for part in takeout.PARTS:
            info = ZipInfo(f"{part}.jsonl", now.timetuple()[:6])
            info.compress_type = ZIP_DEFLATED
            with zipped.open(info, "w") as lines:
                for row in takeout.rows(part, reader.pk):
                    line = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
                    lines.write(line.encode() + b"\n")
    file.seek(0)
    return file


def erase(reader: Reader) -> None:
    """Delete an account with every row about it, and count anew what it had voted and said.

    What others see of submitted papers stays, without a name. Models forget with their next
    training. Raises LastOperator.
    """
    with transaction.atomic():
        if takeout.is_last_operator(reader):
            raise LastOperator
        spoken = {
            paper
            for model in (Upvote, Comment)
            for paper in model.objects.filter(reader=reader).values_list("paper_id", flat=True)
        }
        address, number = reader.email.lower(), str(reader.pk)
        Subscription.objects.filter(address=address).delete()
        Suppression.objects.filter(address=address).delete()
        for session in Session.objects.iterator():  # its reader stands inside
            if session.get_decoded().get(SESSION_KEY) == number:
                session.delete()
        reader.delete()
        recount(sorted(spoken))
