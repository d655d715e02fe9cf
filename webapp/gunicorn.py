"""The web server's settings that its command line cannot say; loaded before it forks.

A question of 10,000 characters gets a page of ours, and in an address a letter that is not Latin
takes six signs. The server's own limit ends at 8,190, or lets a line be endless: it would be held
in memory whole, since nothing has looked at it yet. So its bound is moved instead.
"""

import gc
from typing import Any

from gunicorn.http import message

LONGEST_LINE = 65_536  # bytes: an address, and what stands beside it

message.MAX_REQUEST_LINE = LONGEST_LINE
limit_request_line = LONGEST_LINE


def pre_fork(server: Any, worker: Any) -> None:
    """What was loaded stays: looking through it again and again takes a tenth of every page."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
