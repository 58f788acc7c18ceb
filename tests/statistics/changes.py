"""What happens to a demonstration year after it was loaded."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from backend.consumers import CONSUMERS
from backend.foundation import clock, outbox
from backend.foundation.database import db, transaction
from tests.support.phone import Phone


def hear_everything() -> None:
    while sum(outbox.deliver_batch(consumer, now=clock.now()) for consumer in CONSUMERS):
        pass
    with transaction():
        assert db.session.scalar(text("SELECT count(*) FROM outbox_deliveries")) == 0


def change_the_past(officer: Phone) -> int:
    """A record of 2023 is made shorter, one is taken back, and the confirmation of one that fulfilled a wish. Gives how many tenths of
    an hour are gone; who served did so at other times too."""
    shorter, withdrawn, unconfirmed = (a_counting_record(brand) for brand in ("door_knock", "red_ribbon", "sunset_wish"))
    corrected = officer.made(
        f"/services/{shorter.fact_id}/corrections",
        {
            "revision_id": str(shorter.id),
            "started_at": shorter.started_at.isoformat(),
            "ended_at": (shorter.started_at + timedelta(minutes=13)).isoformat(),
            "reason": "核对签到表",
        },
    )
    assert corrected["minutes"] == 13
    officer.made(f"/services/{withdrawn.fact_id}/withdrawal", {"revision_id": str(withdrawn.id), "reason": "本人未到场"})
    officer.made(f"/services/{unconfirmed.fact_id}/confirmation/withdrawal", {"reason": "误确认"})
    return 13 // 6 - sum(record.minutes // 6 for record in (shorter, withdrawn, unconfirmed))


def a_counting_record(brand: str) -> Any:
    """A counting record of more than an hour, by somebody who also served at other times; at a home the only one of its demand, and of a
    wish the only demand of whose it was."""
    with transaction():
        return db.session.execute(
            text(
                """
                SELECT r.id, r.fact_id, r.started_at, r.minutes
                FROM (
                    SELECT r.*, count(*) OVER (PARTITION BY r.opening_id) AS here, count(*) OVER (PARTITION BY r.person_id) AS in_all
                    FROM service_records r JOIN service_confirmations c ON c.record_fact_id = r.fact_id
                    WHERE r.superseded_at IS NULL AND NOT r.void AND c.superseded_at IS NULL AND NOT c.void
                ) r
                JOIN demands d ON d.opening_id = r.opening_id
                WHERE r.brand = :brand AND d.status = 'completed' AND r.minutes > 60 AND r.in_all > 2
                  AND (r.brand = 'red_ribbon' OR r.here = 1)
                  AND (r.brand <> 'sunset_wish' OR 1 = (SELECT count(*) FROM demands o WHERE o.beneficiary_id = d.beneficiary_id))
                ORDER BY r.fact_id LIMIT 1
                """
            ),
            {"brand": brand},
        ).one()


def change_who_belongs(phone_in: Callable[[str], Phone]) -> None:
    """A volunteer leaves a team and then altogether, a team is dissolved, an organisation and a registration end."""
    street, volunteer, leader = (phone_in(name) for name in ("jiedao", "volunteer", "leader"))
    its_own = {team["id"] for phone in (volunteer, leader) for team in phone.seen("/me/teams")["items"]}
    for team in volunteer.seen("/me/teams")["items"]:
        if team["status"] == "active":
            volunteer.made(f"/teams/{team['id']}/departure")
    volunteer.made("/me/volunteer/leaving")
    of_the_year = [team for team in street.seen("/teams", limit=10)["items"] if team["founded_on"] < "2024"]
    other = next(team for team in of_the_year if team["id"] not in its_own)
    street.made(f"/teams/{other['id']}/dissolution", {"reason": "队员不足"})
    verified = street.seen("/organisations", status="verified", limit=10)["items"]
    organisation = next(organisation for organisation in verified if organisation["counted_on"] < "2024")
    street.made(f"/organisations/{organisation['id']}/ending", {"reason": "项目结束"})
    registration = street.seen("/registrations", status="accepted", limit=1)["items"][0]
    street.made(f"/registrations/{registration['id']}/ending", {"reason": "迁出"})
