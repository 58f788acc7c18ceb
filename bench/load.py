"""Simulated phones: so many connections, each sending its next request when the last one was answered.

Raw asyncio, because the phones share the machine with what they measure: a client library would cost more than the server under test.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a load: answers by status, and how long all of it took in seconds."""

    statuses: Counter[int]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return sum(self.statuses.values()) / self.seconds


def request(method: str, path: str, *, token: str, body: bytes = b"", key: str | None = None) -> bytes:
    """One HTTP/1.1 request, ready to be sent."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Authorization: Bearer {token}", f"Content-Length: {len(body)}"]
    lines += ["Content-Type: application/json"] if body else []
    lines += [f"Idempotency-Key: {key}"] if key else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def fire(port: int, requests: Sequence[bytes], *, connections: int = CONNECTIONS) -> Outcome:
    """Send all of them over the connections, and time from the first to the last answer."""
    return asyncio.run(_fire(port, list(reversed(requests)), connections))


async def _fire(port: int, waiting: list[bytes], connections: int) -> Outcome:
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    statuses: Counter[int] = Counter()
    began = time.perf_counter()
    await asyncio.gather(*(_phone(reader, writer, waiting, statuses) for reader, writer in streams))
    seconds = time.perf_counter() - began
    for _, writer in streams:
        writer.close()
    return Outcome(statuses, seconds)


async def _phone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waiting: list[bytes], statuses: Counter[int]) -> None:
    while waiting:
        writer.write(waiting.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        statuses[int(head[9:12])] += 1
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
