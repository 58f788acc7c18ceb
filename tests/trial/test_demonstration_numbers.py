"""The people of the demonstration year find in their inboxes what befell them in it; the numbers that they read, of the year and since, are
the product's own, and the product goes on after them."""

from sqlalchemy import text

from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from tests.support.demands import demand_form
from tests.support.demonstration import logged_in
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


def test_who_can_log_in_was_told_of_the_year_and_numbers_run_through_it_and_the_next_ones_follow(app, ejia, phone_of, administrator):
    loaded = ejia("demo", "load", "--scale", "0.02")
    assert loaded.exit_code == 0, loaded.output

    with transaction():
        told = db.session.execute(text("SELECT kind, extract(year FROM happened_at)::int FROM messages")).all()
        reached = db.session.scalars(
            text("SELECT count(DISTINCT recipient_id) FROM messages JOIN accounts ON person_id = recipient_id")
        ).one()
    assert {"community_divided", "community_extended", "team_transferred"} <= {kind for kind, _ in told}
    assert {"team_accepted", "registration_accepted", "demand_published", "claim_accepted"} <= {kind for kind, _ in told}
    assert {year for _, year in told} <= set(range(2019, 2025)), "a team or organisation may be older than the year"
    assert reached >= 4
    of_community = logged_in(app, "shequ-1")
    waiting = of_community.seen("/me/messages/count")["waiting"]
    assert {line["kind"] for line in waiting} >= {"attendance_without_record"}
    newest_first = [message["happened_at"] for message in of_community.seen("/me/messages", limit=100)["items"]]
    assert newest_first == sorted(newest_first, reverse=True)

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
