"""Each benchmark at tiny sizes, so that none rots between two quiet machines. What it measures here says nothing, so it is not judged."""

import json
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from bench import results
from bench.__main__ import BENCHMARKS, parser
from bench.machine import Machine
from bench.results import Result, compared, watched

TINY = "--rounds 1 --reads 5 --people 3 --demands 60 --facts 240 --requests 20 --records 240 --scale 0.005".split()
OF_ITS_OWN_SIZE = {"claims"}
"""Its claimants and openings are not asked for, and take longer than all others together."""


@pytest.fixture
def machine(app, settings, servers, migrated, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(settings, tmp_path_factory.mktemp("bench"), app, servers, template=migrated)


@pytest.mark.parametrize("name", sorted(set(BENCHMARKS) - OF_ITS_OWN_SIZE))
def test_a_benchmark_finds_figures_and_checks_what_the_product_answered(machine, name):
    with machine.beside(f"bench_{name}") as running:
        found = list(BENCHMARKS[name](running, parser().parse_args([name, *TINY])))

    assert found
    assert len({one.name for one in found}) == len(found)
    assert all(one.value > 0 for one in found if "growth" not in one.name)


def test_results_keep_their_keys_and_are_written_as_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(results, "FILE", tmp_path / "results.json")
    found = [compared("a", [3.0, 1.0, 2.0], [1.0, 1.0, 1.0], unit="answers/s", aim=1.5), watched("b", [5.0], unit="MB")]

    results.write(found)

    assert json.loads(results.FILE.read_text()) == [asdict(one) | {"spread": list(one.spread)} for one in found]
    assert [field.name for field in fields(Result)] == ["name", "value", "unit", "floor", "ratio", "aim", "met", "rounds", "spread"]
    assert "a" in results.table(found)


@pytest.mark.parametrize(
    ("unit", "values", "aim", "met"),
    [
        ("answers/s", [80.0], 0.8, True),  # of a rate, the aim is the least
        ("answers/s", [79.0], 0.8, False),
        ("ms", [150.0], 1.5, True),  # of anything else, the most
        ("ms", [151.0], 1.5, False),
        ("ms", [999.0], None, True),
    ],
)
def test_an_aim_is_the_least_of_a_rate_and_the_most_of_anything_else(unit, values, aim, met):
    assert compared("any", values, [100.0], unit=unit, aim=aim).met is met


def test_an_aim_without_a_floor_is_of_the_value_itself():
    assert watched("consumer", [5_000.0], unit="records/s", aim=5_000).met
    assert not watched("consumer", [4_999.0], unit="records/s", aim=5_000).met
