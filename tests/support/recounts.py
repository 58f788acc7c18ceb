# ruff: noqa: S608 - every text here is our own
"""Every indicator counted again in plain SQL over the fact tables, without the product's queries: what a figure must equal.

Each is a number for the area `a.path`, the days from `p.first` to `p.last` (a stock: at the end of `p.last`) and one value of the
dimension, `x.part`, where '' means all of them. In the indicator's smallest unit: hours in tenths.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import text

from backend.foundation.database import db

_CURRENT = "{0}.superseded_at IS NULL AND NOT {0}.void"
_HERE = "{0}.area_path LIKE a.path || '%'"


def _stands(row: str, begins: str, ends: str) -> str:
    return f"{row}.{begins} <= p.last AND ({row}.{ends} IS NULL OR {row}.{ends} > p.last)"


_TEAMS = f"""
    teams t WHERE t.status IN ('active', 'dissolved') AND {_stands("t", "founded_on", "dissolved_on")}
      AND (x.part = '' OR t.category = x.part)"""

_MEMBERS = f"""
    team_memberships m JOIN teams t ON t.id = m.team_id
    WHERE {_CURRENT.format("m")} AND {_HERE.format("m")} AND {_stands("m", "joined_on", "left_on")}
      AND t.status IN ('active', 'dissolved') AND {_stands("t", "founded_on", "dissolved_on")}
      AND (x.part = '' OR t.category = x.part)"""

_SERVICES = f"""
    service_records r
    WHERE {_CURRENT.format("r")} AND {_HERE.format("r")} AND r.served_on BETWEEN p.first AND p.last AND (x.part = '' OR r.brand = x.part)
      AND EXISTS (SELECT FROM service_confirmations c WHERE c.record_fact_id = r.fact_id AND {_CURRENT.format("c")})"""


def _demands(day: str, condition: str = "true") -> str:
    return f"""
    SELECT count(*) FROM demands d
    WHERE {_HERE.format("d")} AND (x.part = '' OR d.brand = x.part) AND {condition}
      AND (({day}) AT TIME ZONE 'Asia/Shanghai')::date BETWEEN p.first AND p.last"""


def _organisations(origin: str, period: str) -> str:
    return f"""
    SELECT count(*) FROM organisations o
    WHERE {_HERE.format("o")} AND o.status IN ('verified', 'ended') AND o.origin = '{origin}' AND {period}"""


def _party_members(period: str) -> str:
    return f"""
    SELECT count(DISTINCT m.person_id) FROM member_registrations m
    WHERE {_CURRENT.format("m")} AND {_HERE.format("m")} AND m.status IN ('accepted', 'ended') AND {period}"""


def _volunteers(period: str) -> str:
    return f"SELECT count(DISTINCT v.person_id) FROM volunteers v WHERE {_CURRENT.format('v')} AND {_HERE.format('v')} AND {period}"


_NEW_ORGANISATION = "o.counted_on BETWEEN p.first AND p.last"
_STANDING_ORGANISATION = _stands("o", "counted_on", "ended_on")

RECOUNTS: Mapping[str, str] = {
    "teams": f"SELECT count(*) FROM {_TEAMS} AND {_HERE.format('t')}",
    "volunteers_in_teams": f"SELECT count(DISTINCT m.person_id) FROM {_MEMBERS}",
    "team_memberships": f"SELECT count(*) FROM {_MEMBERS}",
    "registered_volunteers": _volunteers(_stands("v", "registered_on", "left_on")),
    "new_volunteers": _volunteers("v.registered_on BETWEEN p.first AND p.last"),
    "active_volunteers": f"SELECT count(DISTINCT r.person_id) FROM {_SERVICES}",
    "demands_published": _demands("SELECT min(c.at) FROM demand_changes c WHERE c.demand_id = d.id AND c.to_status = 'published'"),
    "demands_claimed": _demands("SELECT min(c.claimed_at) FROM claims c WHERE c.opening_id = d.opening_id AND c.status = 'held'"),
    "demands_completed": _demands(
        "SELECT max(c.at) FROM demand_changes c WHERE c.demand_id = d.id AND c.to_status = 'completed'", "d.status = 'completed'"
    ),
    "services": f"SELECT count(*) FROM {_SERVICES}",
    "people_who_served": f"SELECT count(DISTINCT r.person_id) FROM {_SERVICES}",
    "service_hours": f"SELECT sum(floor(r.minutes / 6.0)) FROM {_SERVICES}",
    "points": f"SELECT sum(l.points) FROM ledger_transactions l WHERE {_HERE.format('l')} AND l.counts_on BETWEEN p.first AND p.last",
    "organisations_introduced": _organisations("introduced", _STANDING_ORGANISATION),
    "organisations_incubated": _organisations("incubated", _STANDING_ORGANISATION),
    "organisations_newly_introduced": _organisations("introduced", _NEW_ORGANISATION),
    "organisations_newly_incubated": _organisations("incubated", _NEW_ORGANISATION),
    "registered_party_members": _party_members(_stands("m", "accepted_on", "ended_on")),
    "newly_registered_party_members": _party_members("m.accepted_on BETWEEN p.first AND p.last"),
}

WHOLE_YEAR = 0


def recount(code: str, year: int, *, parts: Iterable[str] = ("",)) -> dict[tuple[str, str, int], int]:
    """Indicator → (area path, part, month; WHOLE_YEAR for the year) → number, for every area but grids."""
    months = [(month, date(year, month, 1), date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)) for month in range(1, 13)]
    periods = [(WHOLE_YEAR, date(year, 1, 1), date(year, 12, 31)), *months]
    rows = db.session.execute(
        text(
            f"""
            SELECT a.path, x.part, p.month, coalesce(({RECOUNTS[code]}), 0)::bigint
            FROM areas a, unnest(CAST(:parts AS text[])) x(part),
                 unnest(CAST(:months AS int[]), CAST(:firsts AS date[]), CAST(:lasts AS date[])) p(month, first, last)
            WHERE a.level <> 'grid'
            """
        ),
        {
            "parts": list(parts),
            "months": [month for month, _, _ in periods],
            "firsts": [first for _, first, _ in periods],
            "lasts": [last for _, _, last in periods],
        },
    )
    return {(path, part, month): number for path, part, month, number in rows}
