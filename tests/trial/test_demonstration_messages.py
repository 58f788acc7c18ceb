"""The people of the demonstration year find in their inboxes what befell them in it."""

from sqlalchemy import text

from backend.foundation.database import db, transaction
from ejia.trial.demo.told import PASSWORD
from tests.support.phone import Phone


def test_who_can_log_in_was_told_what_happened_in_the_year(app, ejia):
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

    answer = app.test_client().post("/api/v1/auth/password", json={"name": "shequ-1", "password": PASSWORD})
    officer = Phone(app.test_client(), answer.get_json()["access_token"], "")
    waiting = officer.seen("/me/messages/count")["waiting"]
    assert {line["kind"] for line in waiting} >= {"attendance_without_record"}
    newest_first = [message["happened_at"] for message in officer.seen("/me/messages", limit=100)["items"]]
    assert newest_first == sorted(newest_first, reverse=True)
