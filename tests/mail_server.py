"""A mail server on loopback that accepts everything, and counts connections and mails."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """The mails received: one entry per connection, the number of its mails."""

    port: int = 0
    mails_each_max: int = 1000
    connections: list[int] = field(default_factory=list)


@contextlib.contextmanager
def run_mail_server(*, mails_each_max: int = 1000) -> Iterator[MailServer]:
    """Serve until the context ends; cut a connection that has had its share of mails."""
    seen = MailServer(mails_each_max=mails_each_max)

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            place = len(seen.connections)
            seen.connections.append(0)
            self.wfile.write(b"220 test\r\n")
            for line in self.rfile:
                verb = line[:4].upper()
                if verb == b"MAIL" and seen.connections[place] >= seen.mails_each_max:
                    return
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    while self.rfile.readline() != b".\r\n":
                        pass
                    seen.connections[place] += 1
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 yes\r\n")
                if verb == b"QUIT":
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Conversation) as server:
        seen.port = server.server_address[1]
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        yield seen
        server.shutdown()
