"""Reads the year's figures over very many services. It must cost the same at sixty thousand and at ten million."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

from backend.foundation.database import transaction
from backend.statistics import service as statistics
from bench import phones, reading, year
from bench.load import percentile
from bench.machine import Machine
from bench.reading import Waits
from bench.results import Result, compared, interleaved, watched

FLAT = 1.5
"""A read among many records may take so much of what it takes among the fewest."""


def measure(machine: Machine, *, records: Sequence[int], reads: int, rounds: int, say: Callable[[str], None]) -> Iterator[Result]:
    """p50 of the year's table over HTTP at each number of service records, each number in a database of its own."""
    sizes = sorted(set(records))
    with ExitStack() as up:
        contestants = {size: _reader(up, machine, size, reads, say) for size in sizes}
        found = interleaved({f"{size:,}": read for size, read in contestants.items()}, rounds=rounds, say=say)
    p50 = {size: [percentile(one, 0.5) for one in found[f"{size:,}"]] for size in sizes}
    fewest = sizes[0]
    yield watched(f"figures of a year, {fewest:,} records, p50", p50[fewest], unit="ms")
    for size in sizes[1:]:
        yield compared(f"figures, {size:,} records, of {fewest:,}", p50[size], p50[fewest], unit="ms", aim=FLAT)


def _reader(up: ExitStack, machine: Machine, records: int, reads: int, say: Callable[[str], None]) -> Callable[[], Waits]:
    """A database with so many records counted, and who reads its figures."""
    say(f"figures: {records:,} records")
    of_size = up.enter_context(machine.beside(f"year_{records}"))
    communities = year.make_street()
    caller = phones.officer(communities[0].path[:9])
    began = time.monotonic()
    year.make_services(records, communities, say=say)
    say(f"made in {time.monotonic() - began:.0f} s; counting")
    began = time.monotonic()
    with transaction():
        statistics.rebuild()
    with year.connection() as server:
        server.execute("VACUUM ANALYZE statistics_cells")
    say(f"counted in {time.monotonic() - began:.0f} s")
    port = up.enter_context(of_size.web(f"web-{records}"))
    path = f"/api/v1/figures/{year.YEAR}"
    shown = {figure["code"]: figure["value"] for figure in json.loads(reading.answer_to(port, path, caller.token))["figures"]}
    if shown["services"] != records:
        raise RuntimeError(f"{records} services were made, {shown['services']} are shown")
    return reading.over_http(port, path, caller.token, reads=reads)
