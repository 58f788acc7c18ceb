"""`python -m bench [names] [--rounds N] [sizes]`: run the benchmarks, print the table, keep `bench/results.json`."""

import argparse
import sys
from collections.abc import Callable, Iterable

from bench import claims, console, consuming, figures, importing, lists, memory, rebuilding, results, searching, signing, waiting
from bench.machine import Machine, machine
from bench.results import Result

Benchmark = Callable[[Machine, argparse.Namespace], Iterable[Result]]

BENCHMARKS: dict[str, Benchmark] = {
    "claims": lambda running, asked: claims.measure(running, rounds=asked.rounds, say=_say),
    "signing": lambda running, asked: signing.measure(running, people=asked.people, rounds=asked.rounds, say=_say),
    "lists": lambda running, asked: lists.measure(running, demands=asked.demands, reads=asked.reads, rounds=asked.rounds, say=_say),
    "searches": lambda running, asked: searching.measure(running, rows=asked.demands, reads=asked.reads, rounds=asked.rounds, say=_say),
    "waiting": lambda running, asked: waiting.measure(running, scale=asked.scale, reads=asked.reads, rounds=asked.rounds, say=_say),
    "console": lambda running, asked: console.measure(running, scale=asked.scale, reads=asked.reads, rounds=asked.rounds, say=_say),
    "rebuild": lambda running, asked: rebuilding.measure(running, facts=asked.facts, rounds=asked.rounds, say=_say),
    "consumer": lambda running, asked: consuming.measure(running, facts=asked.facts, rounds=asked.rounds, say=_say),
    "import": lambda running, asked: importing.measure(running, scale=asked.scale, say=_say),
    "memory": lambda running, asked: memory.measure(running, requests=asked.requests, rounds=1, say=_say),
    "statistics": lambda running, asked: figures.measure(running, records=asked.records, reads=asked.reads, rounds=asked.rounds, say=_say),
}

PHONES_WRITE = {"claims", "signing"}


def main() -> int:
    """Run what was asked for; the exit code is 1 when an aim was missed."""
    asked = parser().parse_args()
    found: list[Result] = []
    for name in asked.names or BENCHMARKS:
        with machine(durable=name in PHONES_WRITE) as running:
            found += BENCHMARKS[name](running, asked)
        results.write(found)
    print(results.table(found))
    return 0 if all(one.met for one in found) else 1


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    options = argparse.ArgumentParser(prog="make bench", description="What is measured, and how: docs/performance.md.")
    options.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which ones; all when none is named")
    sizes = {
        "--rounds": (5, "rounds of each contestant, at least 5 for a figure to be quoted"),
        "--people": (500, "signing: who signs in at one shift"),
        "--demands": (100_000, "lists, searches: rows in the list"),
        "--reads": (100, "lists, searches and console (a quarter), waiting, statistics: reads of each contestant in a round"),
        "--facts": (60_000, "rebuild, consumer: service records"),
        "--requests": (20_000, "memory: requests of the load"),
    }
    for option, (default, told) in sizes.items():
        options.add_argument(option, type=_number, default=default, metavar="N", help=f"{told} (default: {default:,})")
    options.add_argument("--scale", type=float, default=1.0, metavar="N", help="import, waiting, console: of that year (default: 1)")
    options.add_argument(
        "--records",
        type=lambda text: [_number(part) for part in text.split(",")],
        default=[60_000, 1_000_000, 10_000_000],
        metavar="N,N",
        help="statistics: service records, the fewest first (default: 60000,1000000,10000000; the last takes some minutes to make)",
    )
    return options


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
