"""Simulated phones: so many connections, each sending its next request when the last one was answered.

Raw asyncio, because the phones share the machine with what they measure: a client library would cost more than the server under test.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a load: answers by status, how long all of it took and each answer let wait, in seconds, and the last answer's body."""

    statuses: Counter[int]
    seconds: float
    waits: tuple[float, ...]
    last: bytes

    @property
    def rate(self) -> float:
        """Answers per second."""
        return sum(self.statuses.values()) / self.seconds

    def percentile(self, share: float) -> float:
        """How many milliseconds this share of the answers took at most."""
        return percentile(self.waits, share)


def percentile(waits: Sequence[float], share: float) -> float:
    """Of times in seconds, what this share of them took at most, in milliseconds."""
    return next(islice(sorted(waits), min(int(len(waits) * share), len(waits) - 1), None)) * 1000


def request(method: str, path: str, *, token: str = "", cookie: str = "", body: bytes = b"", key: str | None = None) -> bytes:
    """One HTTP/1.1 request, ready to be sent: of a phone by its token, or of a browser by its cookie."""
    caller = f"Cookie: {cookie}" if cookie else f"Authorization: Bearer {token}"
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", caller, f"Content-Length: {len(body)}"]
    lines += ["Content-Type: application/json"] if body else []
    lines += [f"Idempotency-Key: {key}"] if key else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def fire(port: int, requests: Sequence[bytes], *, connections: int = CONNECTIONS) -> Outcome:
    """Send all of them over the connections, and time from the first to the last answer."""
    return asyncio.run(_fire(port, list(reversed(requests)), connections))


async def _fire(port: int, waiting: list[bytes], connections: int) -> Outcome:
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    statuses: Counter[int] = Counter()
    waits: list[float] = []
    began = time.perf_counter()
    bodies = await asyncio.gather(*(_phone(reader, writer, waiting, statuses, waits) for reader, writer in streams))
    seconds = time.perf_counter() - began
    for _, writer in streams:
        writer.close()
    return Outcome(statuses, seconds, tuple(waits), bodies[0])


async def _phone(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waiting: list[bytes], statuses: Counter[int], waits: list[float]
) -> bytes:
    body = b""
    while waiting:
        began = time.perf_counter()
        writer.write(waiting.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        waits.append(time.perf_counter() - began)
        statuses[int(head[9:12])] += 1
    return body
