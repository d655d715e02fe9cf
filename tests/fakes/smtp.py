"""A mail server on the loopback that can be rude: it refuses, hangs or hangs up.

`python -m tests.fakes.smtp LOG [RUDENESS]` serves by itself, prints its port, and appends a line
of JSON to LOG for every letter that it took, before it says so.
"""

import json
import random
import socket
import socketserver
import sys
import threading
import time
from email import message_from_bytes, policy
from pathlib import Path

NORMAL = "normal"
REFUSALS = {"4xx": "451 4.3.0 try again later", "5xx": "554 5.7.1 not this one"}


class Session(socketserver.StreamRequestHandler):
    """One connection; every letter is asked of the server how to be treated."""

    server: "SmtpServer"

    def say(self, *lines):
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def handle(self):
        try:
            self.talk()
        except (OSError, ValueError):
            return

    def talk(self):
        self.say("220 loopback")
        recipient = ""
        while line := self.rfile.readline().decode(errors="replace").strip():
            verb = line.split(":")[0].split(" ")[0].upper()
            if verb in {"EHLO", "HELO"}:
                self.say("250-loopback", "250 8BITMIME") if verb == "EHLO" else self.say("250 ok")
            elif verb == "RCPT":
                recipient = line.split("<")[1].split(">")[0]
                self.say(*self.server.answer_to(recipient))
            elif verb == "DATA":
                if not self.letter(recipient):
                    return
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def letter(self, recipient):
        """Take a letter, in the way that it is to be taken. False: the line is cut."""
        how = self.server.manner()
        if how == "drop before":
            return False
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        if how in REFUSALS:
            self.say(REFUSALS[how])
            return True
        if line:
            self.server.keep(recipient, b"".join(lines), how)
        if how == "hang":
            self.server.stopped.wait(self.server.hang_seconds)
        elif line and how != "drop after":
            self.say("250 taken")
            return True
        return False


class SmtpServer(socketserver.ThreadingTCPServer):
    """`manners` are taken one after another, then all is normal; `rude` is a share of rude ones."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, log=None, rude=0.0, hang_seconds=30.0, seed=0):
        super().__init__(("127.0.0.1", 0), Session)
        self.log, self.rude, self.hang_seconds = log, rude, hang_seconds
        self.random, self.lock, self.stopped = (
            random.Random(seed),
            threading.Lock(),
            threading.Event(),
        )
        self.manners, self.refused, self.letters = [], {}, []
        self.port = self.server_address[1]

    def get_request(self):
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address

    def answer_to(self, recipient):
        return [self.refused.get(recipient, "250 ok")]

    def manner(self):
        with self.lock:
            if self.manners:
                return self.manners.pop(0)
            if self.random.random() < self.rude:
                return self.random.choice(["4xx", "4xx", "drop before", "drop after", "hang"])
        return NORMAL

    def keep(self, recipient, raw, how):
        message = message_from_bytes(raw, policy=policy.default)
        with self.lock:
            if self.log is None:
                self.letters.append(message)
                return
            found = {"to": recipient, "id": message["Message-ID"], "how": how, "at": time.time()}
            with Path(self.log).open("a") as log:
                log.write(json.dumps(found) + "\n")

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.shutdown()
        self.server_close()


if __name__ == "__main__":
    with SmtpServer(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0.0) as running:
        sys.stdout.write(f"{running.port}\n")
        sys.stdout.flush()
        threading.Event().wait()
