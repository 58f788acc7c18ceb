# ruff: noqa: S608 - every text here is our own
"""Every indicator counted again in plain SQL over the fact tables, without the product's queries: what a figure must equal.

Each counts rows of facts that lie in the area `a.path` and belong to the days from `p.first` to `p.last` (a stock: that stand at the end
of `p.last`) and to one value of the dimension, `x.part`, where '' means all of them. In the indicator's smallest unit: hours in tenths.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text

from backend.foundation.database import allow_long_statements, db

WHOLE_YEAR = 0
ALL_MONTHS = range(WHOLE_YEAR, 13)
Key = tuple[str, str, int]
"""Area path, part ('' for all of them), month (WHOLE_YEAR for the year)."""


@dataclass(frozen=True)
class Recount:
    """What to count, over which rows, where they lie, to which part they belong, and when they count."""

    value: str
    rows: str
    path: str
    when: str
    part: str = "''"
    condition: str = "true"


def _current(row: str) -> str:
    return f"{row}.superseded_at IS NULL AND NOT {row}.void"


def _stands(row: str, begins: str, ends: str) -> str:
    return f"{row}.{begins} <= p.last AND ({row}.{ends} IS NULL OR {row}.{ends} > p.last)"


def _within(day: str) -> str:
    return f"{day} BETWEEN p.first AND p.last"


_PLACES = """(
    SELECT h.subject_id, h.from_path AS path, lag(h.day) OVER (PARTITION BY h.subject_id ORDER BY h.at, h.id) AS since, h.day AS until
    FROM area_transfers h
  UNION ALL
    SELECT h.subject_id, NULL, max(h.day), NULL FROM area_transfers h GROUP BY 1) y"""


def _lay(row: str, subject: str = "fact_id") -> tuple[str, str]:
    """What else to join, and the path: a thing that was handed on lay in one area until a day, and lies in another since."""
    return f"LEFT JOIN {_PLACES} ON y.subject_id = {row}.{subject}", f"coalesce(y.path, {row}.area_path)"


def _there(day: str, when: str) -> str:
    return f"({when}) AND coalesce(y.since, '-infinity') <= {day} AND {day} < coalesce(y.until, 'infinity')"


_TEAM_STANDS = f"t.status IN ('active', 'dissolved') AND {_stands('t', 'founded_on', 'dissolved_on')}"


def _members(value: str) -> Recount:
    lay, path = _lay("m")
    return Recount(
        value,
        f"team_memberships m JOIN teams t ON t.id = m.team_id {lay}",
        path=path,
        part="t.category",
        when=_there("p.last", f"{_stands('m', 'joined_on', 'left_on')} AND {_TEAM_STANDS}"),
        condition=_current("m"),
    )


def _services(value: str, part: str = "r.brand", *, by: str = "true", of: str = "") -> Recount:
    return Recount(
        value,
        f"service_records r JOIN service_confirmations c ON c.record_fact_id = r.fact_id AND {_current('c')} {of}",
        path="r.area_path",
        part=part,
        when=_within("r.served_on"),
        condition=f"{_current('r')} AND {by}",
    )


_BY_VOLUNTEER = f"""EXISTS (SELECT FROM volunteers v WHERE v.person_id = r.person_id AND {_current("v")}
    AND v.registered_on <= r.served_on AND (v.left_on IS NULL OR v.left_on > r.served_on))"""


def _demands(instant: str, condition: str = "true") -> Recount:
    # OFFSET 0: the day is looked up once for each demand, and not for each area, part and period that it is held against.
    day = f"(SELECT (({instant}) AT TIME ZONE 'Asia/Shanghai')::date AS day OFFSET 0)"
    return Recount(
        "count(*)",
        f"demands d JOIN LATERAL {day} s ON true",
        path="d.area_path",
        part="d.brand",
        when=_within("s.day"),
        condition=condition,
    )


def _prompted(*steps: str) -> str:
    of_these = ", ".join(f"'{step}'" for step in steps)
    return f"SELECT min(p.at) FROM demand_prompts p WHERE p.demand_id = d.id AND p.step IN ({of_these})"


def _waits(value: str, condition: str, when: str = _within("w.over")) -> Recount:
    ended = "o.claim_id = a.claim_id AND o.from_status = 'asked'"
    return Recount(
        value,
        f"""(SELECT p.area_path, p.brand, o.to_status, o.actor_account_id AS by, extract(epoch FROM o.at - a.at) AS seconds,
             (a.at AT TIME ZONE 'Asia/Shanghai')::date AS asked, (o.at AT TIME ZONE 'Asia/Shanghai')::date AS over
           FROM claim_changes a JOIN claims c ON c.id = a.claim_id JOIN openings p ON p.id = c.opening_id
           LEFT JOIN claim_changes o ON {ended} WHERE a.to_status = 'asked' OFFSET 0) w""",
        path="w.area_path",
        part="w.brand",
        when=when,
        condition=condition,
    )


_ANSWERED = "(w.to_status = 'held' OR w.to_status = 'refused' AND w.by IS NOT NULL)"


def _organisations(origin: str, when: str) -> Recount:
    lay, path = _lay("o", "id")
    return Recount(
        "count(*)",
        f"organisations o {lay}",
        path=path,
        when=when,
        condition=f"o.status IN ('verified', 'ended') AND o.origin = '{origin}'",
    )


def _party_members(when: str) -> Recount:
    lay, path = _lay("m")
    return Recount(
        "count(DISTINCT m.person_id)",
        f"member_registrations m {lay}",
        path=path,
        when=when,
        condition=f"{_current('m')} AND m.status IN ('accepted', 'ended')",
    )


def _volunteers(when: str) -> Recount:
    lay, path = _lay("v")
    return Recount("count(DISTINCT v.person_id)", f"volunteers v {lay}", path=path, when=when, condition=_current("v"))


_LAY_TEAMS, _PATH_OF_TEAM = _lay("t", "id")
_LIVING_HERE = _there("p.last", _stands("v", "registered_on", "left_on").replace("v.registered_on", "coalesce(v.since, v.registered_on)"))
_STANDING_ORGANISATION = _there("p.last", _stands("o", "counted_on", "ended_on"))
_NEW_ORGANISATION = _there("o.counted_on", f"{_within('o.counted_on')} AND o.former_id IS NULL")

_KEPT_FOR_A_YEAR = """c.status = 'released' AND
    date_part('year', c.claimed_at AT TIME ZONE 'Asia/Shanghai') < date_part('year', c.released_at AT TIME ZONE 'Asia/Shanghai')"""

RECOUNTS: Mapping[str, Recount] = {
    "teams": Recount("count(*)", f"teams t {_LAY_TEAMS}", path=_PATH_OF_TEAM, part="t.category", when=_there("p.last", _TEAM_STANDS)),
    "volunteers_in_teams": _members("count(DISTINCT m.person_id)"),
    "team_memberships": _members("count(*)"),
    "registered_volunteers": _volunteers(_LIVING_HERE),
    "new_volunteers": _volunteers(_there("v.registered_on", f"{_within('v.registered_on')} AND v.since IS NULL")),
    "active_volunteers": _services("count(DISTINCT r.person_id)", by=_BY_VOLUNTEER),
    "unregistered_party_members_who_served": _services(
        "count(DISTINCT r.person_id)", part="''", by=f"NOT {_BY_VOLUNTEER} AND r.capacity = 'registration'"
    ),
    "other_unregistered_people_who_served": _services(
        "count(DISTINCT r.person_id)", part="''", by=f"NOT {_BY_VOLUNTEER} AND r.capacity <> 'registration'"
    ),
    "demands_published": _demands("SELECT min(c.at) FROM demand_changes c WHERE c.demand_id = d.id AND c.to_status = 'published'"),
    "demands_claimed": _demands(
        "SELECT min(c.claimed_at) FROM claims c WHERE c.opening_id = d.opening_id"
        f" AND (c.status IN ('held', 'ended') OR {_KEPT_FOR_A_YEAR})"
    ),
    "demands_completed": _demands(
        "SELECT max(c.at) FROM demand_changes c WHERE c.demand_id = d.id AND c.to_status = 'completed'", "d.status = 'completed'"
    ),
    "demands_not_carried_out": _demands(
        "SELECT max(c.at) FROM demand_changes c WHERE c.demand_id = d.id AND c.to_status = 'not_carried_out'",
        "d.status = 'not_carried_out'",
    ),
    "demands_offered": _demands(_prompted("offered")),
    "demands_offered_to_neighbours": _demands(_prompted("neighbours")),
    "demands_unconfirmed": _demands(_prompted("confirm_told")),
    "demands_shown_to_street": _demands(_prompted("street", "confirm_street")),
    "claims_asked_for": _waits("count(*)", "true", _within("w.asked")),
    "claims_answered": _waits("count(*)", _ANSWERED),
    "claims_answered_in_time": _waits("count(*)", f"{_ANSWERED} AND w.seconds <= 3 * 24 * 3600"),
    "claim_waiting_hours": _waits("sum(floor(w.seconds / 360))", _ANSWERED),
    "claims_unanswered": _waits("count(*)", "w.to_status = 'refused' AND w.by IS NULL"),
    "claims_waiting": _waits("count(*)", "true", _stands("w", "asked", "over")),
    "beneficiaries_served": _services("count(DISTINCT d.beneficiary_id)", of="JOIN demands d ON d.opening_id = r.opening_id"),
    "services": _services("count(*)"),
    "service_hours": _services("sum(floor(least(r.minutes, c.most_minutes) / 6.0))"),
    "late_services": _services("count(*)", by="r.late_entry"),
    "points": Recount("sum(l.points)", "ledger_transactions l", path="l.area_path", when=_within("l.counts_on")),
    "organisations_introduced": _organisations("introduced", _STANDING_ORGANISATION),
    "organisations_incubated": _organisations("incubated", _STANDING_ORGANISATION),
    "organisations_newly_introduced": _organisations("introduced", _NEW_ORGANISATION),
    "organisations_newly_incubated": _organisations("incubated", _NEW_ORGANISATION),
    "registered_party_members": _party_members(_there("p.last", _stands("m", "accepted_on", "ended_on"))),
    "newly_registered_party_members": _party_members(_there("m.accepted_on", _within("m.accepted_on"))),
}

_COUNTING = f"""
    SELECT r.fact_id, r.person_id, r.brand, r.opening_id, r.served_on, r.area_path, least(r.minutes, c.most_minutes) AS minutes
    FROM service_records r JOIN service_confirmations c ON c.record_fact_id = r.fact_id AND {_current("c")}
    WHERE {_current("r")}"""

EARNED = Recount(
    "sum(e.points)",
    f"""(
        SELECT r.area_path, r.served_on AS day, r.minutes / 30 AS points FROM ({_COUNTING}) r
      UNION ALL
        SELECT f.area_path, f.served_on, 5 FROM (
          SELECT DISTINCT ON (r.person_id, r.brand) r.area_path, r.served_on FROM ({_COUNTING}) r
          ORDER BY r.person_id, r.brand, r.served_on, r.fact_id) f
      UNION ALL
        SELECT d.area_path, (s.at AT TIME ZONE 'Asia/Shanghai')::date, 10
        FROM demands d
        JOIN (SELECT DISTINCT r.opening_id, r.person_id FROM ({_COUNTING}) r) w ON w.opening_id = d.opening_id
        JOIN (SELECT c.demand_id, max(c.at) AS at FROM demand_changes c WHERE c.to_status = 'completed' GROUP BY 1) s ON s.demand_id = d.id
        WHERE d.brand = 'sunset_wish' AND d.status = 'completed'
    ) e""",
    path="e.area_path",
    when=_within("e.day"),
)
"""The points that the services earned by the rules of config/points.toml, said again by hand: what the ledger must amount to."""


def recount(
    code: str, year: int, *, parts: Iterable[str] = ("",), paths: Iterable[str] | None = None, months: Collection[int] = ALL_MONTHS
) -> dict[Key, int]:
    """One indicator for every area but grids, or those of these paths, for these parts, in the year and each of its months, or some."""
    return counted(RECOUNTS[code], year, parts=parts, paths=paths, months=months)


def counted(
    wanted: Recount, year: int, *, parts: Iterable[str] = ("",), paths: Iterable[str] | None = None, months: Collection[int] = ALL_MONTHS
) -> dict[Key, int]:
    """As `recount`, of anything that can be counted so."""
    parts = list(parts)
    every = [(month, date(year, month, 1), date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)) for month in range(1, 13)]
    periods = [period for period in ((WHOLE_YEAR, date(year, 1, 1), date(year, 12, 31)), *every) if period[0] in months]
    known = db.session.scalars(text("SELECT path FROM areas WHERE level <> 'grid'")).all()
    paths = known if paths is None else sorted(set(paths) & set(known))
    allow_long_statements()
    db.session.execute(text("SET LOCAL join_collapse_limit = 1"))  # in the order as written: rows, areas, parts, periods
    rows = db.session.execute(
        text(
            f"""
            SELECT a.path, x.part, p.month, ({wanted.value})::bigint
            FROM {wanted.rows}
            JOIN unnest(CAST(:paths AS text[])) a(path) ON {wanted.path} LIKE a.path || '%'
            JOIN unnest(CAST(:parts AS text[])) x(part) ON x.part = '' OR x.part = {wanted.part}
            JOIN unnest(CAST(:months AS int[]), CAST(:firsts AS date[]), CAST(:lasts AS date[])) p(month, first, last) ON {wanted.when}
            WHERE {wanted.condition}
            GROUP BY a.path, x.part, p.month
            """
        ),
        {
            "parts": parts,
            "paths": list(paths),
            "months": [month for month, _, _ in periods],
            "firsts": [first for _, first, _ in periods],
            "lasts": [last for _, _, last in periods],
        },
    ).all()
    db.session.execute(text("SET LOCAL join_collapse_limit = DEFAULT"))
    nothing = {(path, part, month): 0 for path in paths for part in parts for month, _, _ in periods}
    return nothing | {(path, part, month): number for path, part, month, number in rows}
