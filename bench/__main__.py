"""`python -m bench [names] [--rounds N]`: run the benchmarks, print the table, keep `bench/results.json`."""

import argparse
import sys

from bench import claims, results
from bench.machine import machine

BENCHMARKS = {"claims": claims.measure}


def main() -> int:
    """Run what was asked for; the exit code is 1 when an aim was missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which ones; all when none is named")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each contestant, at least 5 for a figure to be quoted")
    asked = parser.parse_args()
    found: list[results.Result] = []
    for name in asked.names or BENCHMARKS:
        with machine() as running:
            found += BENCHMARKS[name](running, rounds=asked.rounds, say=_say)
    results.write(found)
    print(results.table(found))
    return 0 if all(one.met for one in found) else 1


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
