"""Finds free ports on the loopback address, for programs that must be told a port before they open it."""

import socket
import sys

HOST = "127.0.0.1"


class PortTaken(Exception):
    """Somebody else listens on the port that was asked for."""


class Ports:
    """The ports that this run has chosen, kept from other runs of the same machine until `release()`.

    A probe alone is not enough: granian shares its port (SO_REUSEPORT), so two starts at the same moment would both see it free and
    answer each other's requests. On Linux each chosen port is therefore also claimed as a name that the kernel gives out once.
    """

    def __init__(self) -> None:
        self._claims: list[socket.socket] = []

    def take(self, port: int) -> int:
        """This very port.

        Raises PortTaken.
        """
        if not self._claim(port):
            raise PortTaken(f"端口 {port} 已被占用；请换一个，或者不指定，自动选用空闲端口。")
        return port

    def take_from(self, port: int) -> int:
        """This port, or the next free one after it."""
        return next(candidate for candidate in range(port, 65536) if self._claim(candidate))

    def take_any(self) -> int:
        """Any free port."""
        while True:
            with socket.create_server((HOST, 0)) as probe:
                port: int = probe.getsockname()[1]
            if self._claim(port):
                return port

    def release(self) -> None:
        """Let others have the ports."""
        for claim in self._claims:
            claim.close()
        self._claims.clear()

    def _claim(self, port: int) -> bool:
        claim = socket.socket(socket.AF_UNIX)
        try:
            if sys.platform == "linux":
                claim.bind(f"\0ejia-port-{port}")
            socket.create_server((HOST, port)).close()
        except OSError:
            claim.close()
            return False
        self._claims.append(claim)
        return True
