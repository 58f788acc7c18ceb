# ruff: noqa: S608 - every text here is our own
"""A community's rosters, read back from its workbook and taken again in plain SQL: what one must equal."""

from typing import Any

from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import text

from backend.foundation.database import db

FIRST_ROW = 6


def _current(row: str) -> str:
    return f"{row}.superseded_at IS NULL AND NOT {row}.void"


def _served(begins: str, ends: str) -> str:
    return f"""LATERAL (
        SELECT count(*) AS services, coalesce(sum(floor(least(r.minutes, c.most_minutes) / 6.0)), 0)::float / 10 AS hours
        FROM service_records r JOIN service_confirmations c ON c.record_fact_id = r.fact_id AND {_current("c")}
        WHERE {_current("r")} AND r.person_id = x.person_id AND r.area_path = :path AND r.served_on BETWEEN :first AND :last
          AND r.served_on >= x.{begins} AND (x.{ends} IS NULL OR r.served_on < x.{ends})
    ) served ON true"""


def _stood(begins: str, ends: str) -> str:
    return f"{_current('x')} AND x.area_path = :path AND x.{begins} <= :last AND (x.{ends} IS NULL OR x.{ends} > :first)"


ROSTERS = {
    "志愿者名册": f"""
        SELECT x.number, left(p.name, 1) || repeat('*', length(p.name) - 1), x.registered_on::text,
          CASE WHEN x.left_on <= :last THEN x.left_on::text END,
          (SELECT string_agg(DISTINCT t.name, '、' ORDER BY t.name) FROM team_memberships m JOIN teams t ON t.id = m.team_id
           CROSS JOIN LATERAL (SELECT greatest(m.joined_on, t.founded_on) AS enters, least(m.left_on, t.dissolved_on) AS leaves) d
           WHERE m.person_id = x.person_id AND {_current("m")} AND m.area_path = :path AND t.status IN ('active', 'dissolved')
             AND d.enters <= :last AND coalesce(d.leaves, 'infinity') > greatest(d.enters, :first)),
          served.services, served.hours
        FROM volunteers x JOIN people p ON p.id = x.person_id JOIN {_served("registered_on", "left_on")}
        WHERE {_stood("registered_on", "left_on")}""",
    "报到党员名册": f"""
        SELECT x.receipt_number, left(p.name, 1) || repeat('*', length(p.name) - 1), u.name, m.party_organisation_name,
          x.accepted_on::text, CASE WHEN x.ended_on <= :last THEN x.ended_on::text END, served.services, served.hours
        FROM member_registrations x JOIN people p ON p.id = x.person_id JOIN party_members m ON m.id = x.party_member_id
        JOIN work_units u ON u.id = m.work_unit_id JOIN {_served("accepted_on", "ended_on")}
        WHERE {_stood("accepted_on", "ended_on")} AND x.accepted_on IS NOT NULL""",
}
"""Sheet → its lines, of people who never changed their unit and whose community was never merged."""


def roster_in(sheet: Worksheet) -> list[tuple[Any, ...]]:
    """The lines of a roster, without their numbers; what stands under them is their sum."""
    width, rows = sheet.max_column, range(FIRST_ROW, sheet.max_row + 1)
    total = next(row for row in rows if sheet.cell(row, 2).value == "合计")
    lines = [
        (
            *(sheet.cell(row, column).value or None for column in range(2, width - 1)),
            sheet.cell(row, width - 1).value,
            float(sheet.cell(row, width).value),
        )
        for row in range(FIRST_ROW, total)
    ]
    for column in (width - 1, width):
        assert round(sheet.cell(total, column).value, 6) == round(sum(line[column - 2] for line in lines), 6), sheet.title
    return lines


def roster_of(name: str, path: str, year: int) -> list[tuple[Any, ...]]:
    """The same from the facts, in no order."""
    days = {"first": f"{year}-01-01", "last": f"{year}-12-31"}
    return [tuple(row) for row in db.session.execute(text(ROSTERS[name]), {"path": path, **days})]
