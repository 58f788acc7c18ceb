# ruff: noqa: S608 - every text here is our own
"""What was acknowledged must be there once, and nothing else: the memory of the phones against the tables."""

from collections.abc import Sequence

from tests.faults.household import Household
from tests.faults.soundness import CURRENT, Derived, rows

_DEMANDS = "SELECT id::text FROM demands WHERE requester_person_id = ANY (%s::uuid[])"
_CLAIMS = """
    SELECT d.id::text FROM demands d JOIN claims c ON c.opening_id = d.opening_id AND c.released_at IS NULL
    WHERE d.requester_person_id = ANY (%s::uuid[])"""
_RECORDS = f"""
    SELECT r.fact_id::text, r.minutes, NOT r.void AND EXISTS (
        SELECT FROM service_confirmations c WHERE c.record_fact_id = r.fact_id AND {CURRENT.format("c")})
    FROM service_records r WHERE r.superseded_at IS NULL AND r.person_id = ANY (%s::uuid[])"""


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
