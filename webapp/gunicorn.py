"""The web server's settings that its command line cannot say; loaded before it forks.

A question of 10,000 characters gets a page of ours, and in an address a letter that is not Latin
takes six signs. The server's own limit ends at 8,190, or lets a line be endless: it would be held
in memory whole, since nothing has looked at it yet. So its bound is moved instead.
"""

from gunicorn.http import message

LONGEST_LINE = 65_536  # bytes: an address, and what stands beside it

message.MAX_REQUEST_LINE = LONGEST_LINE
limit_request_line = LONGEST_LINE
