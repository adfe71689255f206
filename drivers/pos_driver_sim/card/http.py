"""The server of a machine that is spoken to in HTTP: takes requests, and answers on their lines."""

from abc import abstractmethod
from collections.abc import Callable

from pos_driver_sim.card.machine import Machine


class Line:
    """One connection, as long as it stands; what is answered on one that is lost goes nowhere."""

    def __init__(self, send: Callable[[bytes], None], hang_up: Callable[[], None]) -> None:
        self._send = send
        self._hang_up = hang_up
        self.stands = True
        self.come = b""

    def say(self, body: bytes, *, chunked: bool = False) -> None:
        """An answer: 200, JSON."""
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        if chunked:
            half = len(body) // 2
            parts = [*filter(None, (body[:half], body[half:])), b""]
            text = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
            self._give(head + b"Transfer-Encoding: chunked\r\n\r\n" + text)
        else:
            self._give(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def cut(self) -> None:
        """Hang up."""
        self.stands = False
        self._hang_up()

    def _give(self, data: bytes) -> None:
        if self.stands:
            self._send(data)


class HttpEnd(Machine):
    """`asked` is called with each whole request. Several callers may be there at once."""

    def __init__(self) -> None:
        super().__init__()
        self.line = Line(lambda _: None, lambda: None)

    def called(self, send: Callable[[bytes], None], hang_up: Callable[[], None]) -> None:
        """See `Machine.called`."""
        self.line = Line(send, hang_up)
        super().called(send, hang_up)

    def lost(self) -> None:
        """See `Machine.lost`: that one alone."""
        self.line.stands = False
        super().lost()

    def begin_line(self) -> None:
        """See `Machine.begin_line`."""

    def forget(self) -> None:
        """See `Machine.forget`."""
        self.line.stands = False

    def received(self, data: bytes) -> None:
        """See `Machine.received`."""
        line = self.line
        line.come += data
        while b"\r\n\r\n" in line.come:
            head, _, rest = line.come.partition(b"\r\n\r\n")
            first, *fields = head.decode("ascii").split("\r\n")
            sizes = [each[16:] for each in fields if each.lower().startswith("content-length: ")]
            size = int(*sizes)
            if len(rest) < size:
                return
            line.come = rest[size:]
            self.asked(line, first.split(" ")[1], rest[:size])

    @abstractmethod
    def asked(self, line: Line, target: str, body: bytes) -> None:
        """A request, whole."""
