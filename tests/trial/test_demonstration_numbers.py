"""The numbers that people read in the demonstration year, and since, are the product's own, and the product goes on after them."""

from sqlalchemy import text

from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from tests.support.demands import demand_form
from tests.support.people import registered_person, registered_volunteer, registration_form, work_unit

NUMBERED = {
    "volunteers": (
        "V{year}{running:06d}",
        "SELECT number, extract(year FROM registered_on)::int FROM volunteers WHERE id = fact_id AND since IS NULL ORDER BY id",
    ),
    "registrations": (
        "R{year}{running:06d}",
        """SELECT receipt_number, 2023 FROM member_registrations WHERE receipt_number IS NOT NULL
        GROUP BY fact_id, receipt_number ORDER BY min(recorded_at), min(id::text)""",
    ),
    "demands": (
        "需{year}-{running:06d}",
        "SELECT number, extract(year FROM submitted_at AT TIME ZONE 'Asia/Shanghai')::int FROM demands ORDER BY submitted_at, id",
    ),
}


def test_numbers_run_through_the_year_and_the_next_ones_follow(app, ejia, phone_of, administrator):
    loaded = ejia("demo", "load", "--scale", "0.01")
    assert loaded.exit_code == 0, loaded.output
    last = {}
    with transaction():
        for kind, (form, query) in NUMBERED.items():
            rows = db.session.execute(text(query)).all()
            assert [number for number, _ in rows] == [
                form.format(year=year, running=place) for place, (_, year) in enumerate(rows, start=1)
            ]
            last[kind] = len(rows)
        areas = {"和平社区": str(db.session.scalar(text("SELECT id FROM areas WHERE code = '639999001001'")))}
    officer = administrator(Role.STREET_OFFICER, "639999001")

    volunteer = registered_volunteer(phone_of, areas)
    member = registered_person(phone_of, areas)
    registration = member.made("/registrations", registration_form(areas, work_unit(officer)))
    accepted = officer.made(f"/registrations/{registration['id']}/acceptance")
    demand = officer.made("/demands", demand_form(areas))

    given = {"volunteers": volunteer.volunteer_number, "registrations": accepted["receipt_number"], "demands": demand["number"]}
    year = clock.shanghai_day(clock.now()).year
    assert given == {kind: form.format(year=year, running=last[kind] + 1) for kind, (form, _) in NUMBERED.items()}
