# ruff: noqa: S608 - every text here is our own
"""What was acknowledged must be there once, and nothing else: the memory of the phones against the tables."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import psycopg

from tests.faults.household import Household
from tests.faults.soundness import CURRENT, Derived, rows

_DEMANDS = "SELECT id::text FROM demands WHERE requester_person_id = ANY (%s::uuid[])"
_CLAIMS = """
    SELECT d.id::text FROM demands d JOIN claims c ON c.opening_id = d.opening_id AND c.status IN ('held', 'ended')
    WHERE d.requester_person_id = ANY (%s::uuid[])"""
_RECORDS = f"""
    SELECT r.fact_id::text, r.minutes, NOT r.void AND EXISTS (
        SELECT FROM service_confirmations c WHERE c.record_fact_id = r.fact_id AND {CURRENT.format("c")})
    FROM service_records r WHERE r.superseded_at IS NULL AND r.person_id = ANY (%s::uuid[])"""


_OF_PERSONS = "SELECT fact_id FROM service_records WHERE person_id = ANY (%(persons)s::uuid[])"
_ROWS: Mapping[str, tuple[str, str]] = {
    r"/demands": ("id", "SELECT id::text FROM demands WHERE requester_person_id = ANY (%(persons)s::uuid[])"),
    r"/claims": (
        "id",
        "SELECT c.id::text FROM claims c JOIN demands d USING (opening_id) WHERE d.requester_person_id = ANY (%(persons)s::uuid[])",
    ),
    r"/shifts/[^/]+/sign-in": ("attendance_id", "SELECT id::text FROM attendances WHERE person_id = ANY (%(persons)s::uuid[])"),
    r"/shifts/[^/]+/sign-out": (
        "fact_id",
        "SELECT id::text FROM service_records WHERE id = fact_id AND person_id = ANY (%(persons)s::uuid[])",
    ),
    r"/services/[^/]+/corrections": (
        "revision_id",
        "SELECT id::text FROM service_records WHERE id <> fact_id AND NOT void AND person_id = ANY (%(persons)s::uuid[])",
    ),
    r"/services/[^/]+/confirmation": (
        "id",
        f"SELECT id::text FROM service_confirmations WHERE NOT void AND record_fact_id IN ({_OF_PERSONS})",
    ),
}
"""Path of a POST → what names the row in its 201, and the query of all such rows of these people."""


def answers_without_their_row(database_url: str, homes: Sequence[Household]) -> Derived:
    """Every 201 has exactly one row, and every row had its 201: what differs, by path. Also a path of which this knows no rows."""
    submissions = [submission for home in homes for submission in home.submissions]
    persons = {"persons": [person_id for home in homes for person_id in home.person_ids]}
    wrong: Derived = {}
    known = 0
    for path, (name, query) in _ROWS.items():
        answered = Counter(json.loads(each.answer)[name] for each in submissions if re.fullmatch(path, each.path))
        known += answered.total()
        with psycopg.connect(database_url.replace("postgresql+psycopg:", "postgresql:", 1)) as connection:
            there = Counter(found for (found,) in connection.execute(query, persons))
        if answered != there:
            wrong[f"{path}: 201 answered, rows"] = [(sorted((answered - there).elements()), sorted((there - answered).elements()))]
    if known != len(submissions):
        wrong["201 answers of which no rows are known"] = [(known, len(submissions))]
    return wrong


def differences_to_what_was_told(database_url: str, homes: Sequence[Household]) -> Derived:
    """Demands, claims and records of these people that are not just those which their phones were told of."""
    persons = [person_id for home in homes for person_id in home.person_ids]
    demands = [(demand_id,) for home in homes for demand_id in home.demands]
    records = [(fact_id, told.minutes, told.counts) for home in homes for fact_id, told in home.records.items()]
    kinds = {"demands": (_DEMANDS, demands), "claims": (_CLAIMS, demands), "service records": (_RECORDS, records)}
    wrong: Derived = {}
    for kind, (query, told) in kinds.items():
        there = rows(database_url, query, persons)
        wrong |= {f"{kind} told of are not there": lost for lost in [sorted(set(told) - set(there))] if lost}
        wrong |= {f"{kind} are there of which nobody was told": more for more in [sorted(set(there) - set(told))] if more}
        wrong |= {f"{kind} are there twice": [(len(there), len(set(there)))] for _ in [0] if len(there) != len(set(there))}
    return wrong
