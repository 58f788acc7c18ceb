"""Nobody gives somebody else's history away alone: a second officer agrees, or the holder, who is told for days and may refuse."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.database import db, transaction
from tasks import housekeeping
from tests.support.demands import give_role
from tests.support.humans import check_papers
from tests.support.messages import kinds
from tests.support.people import identity_number, registered_volunteer
from tests.support.phone import refused
from tests.support.recoveries import seen


@pytest.fixture
def old(phone_of, street):
    return registered_volunteer(phone_of, street, "old", name="张三", id_number=identity_number())


@pytest.fixture
def waiting(old, officer, phone_of) -> str:
    """One officer saw who asks by a new WeChat for the account: what waits now."""
    recovery_id: str = phone_of("new").made("/account-recoveries", old.card)["id"]
    answer = officer.made(f"/account-recoveries/{recovery_id}/confirmation", seen(recovery_id))
    assert (answer["status"], answer["takes_effect_at"] is not None) == ("seen", True)
    return f"/account-recoveries/{recovery_id}"


@pytest.fixture
def officer(street):
    return street.home.officer


def opens(phone_of, user: str, old) -> bool:
    opened: bool = phone_of(user).seen("/me")["account_id"] == old.account_id
    return opened


def test_one_officer_alone_opens_nothing(waiting, old, officer, phone_of):
    assert refused(officer.post(f"{waiting}/approval")) == (403, "second_needed")
    assert refused(phone_of("new").post(f"{waiting}/approval")) == (403, "forbidden")
    assert (opens(phone_of, "old", old), opens(phone_of, "new", old)) == (True, False)


def test_a_second_officer_agrees(waiting, old, street, phone_of):
    assert street.officer.made(f"{waiting}/approval")["status"] == "confirmed"
    assert (opens(phone_of, "old", old), opens(phone_of, "new", old)) == (False, True)


def test_whom_the_first_appointed_is_no_second(waiting, old, street, officer, phone_of):
    other = street.home.volunteer(name="钱志愿")
    form = {"role": "community_officer", "area_id": street["和平社区"], "volunteer_number": other.volunteer_number, "name": "钱志愿"}
    grant_id = officer.made("/role-grants", form)["id"]
    street.officer.made(f"/role-grants/{grant_id}/approval")
    other.made(f"/me/role-grants/{grant_id}/acceptance")
    with transaction():
        check_papers(UUID(other.account_id), "639999001001")

    assert refused(other.post(f"{waiting}/approval")) == (403, "second_needed")


def test_the_holder_agrees_from_where_they_are_in(waiting, old, phone_of):
    """They have the old phone still, and go over to another one."""
    assert old.made(f"{waiting}/approval")["status"] == "confirmed"
    assert (opens(phone_of, "old", old), opens(phone_of, "new", old)) == (False, True)


def test_the_holder_is_told_at_once_and_refuses(waiting, old, pass_time, phone_of):
    assert kinds(old, waiting="true") == ["recovery_of_mine_seen"]
    old.made(f"{waiting}/return", {"reason": "不是我"})

    pass_time(hours=73)
    housekeeping.let_in_waited_log_ins()

    assert kinds(phone_of("old"), waiting="true") == []
    assert (opens(phone_of, "old", old), opens(phone_of, "new", old)) == (True, False)


def test_who_lost_everything_waits_and_is_in(waiting, old, pass_time, phone_of):
    pass_time(hours=71)
    housekeeping.let_in_waited_log_ins()
    assert not opens(phone_of, "new", old)

    pass_time(hours=2)
    housekeeping.let_in_waited_log_ins()

    assert (opens(phone_of, "old", old), opens(phone_of, "new", old)) == (False, True)


def test_the_clock_gives_no_office_away_that_came_meanwhile(waiting, old, street, pass_time, phone_of):
    give_role(old, Grant(Role.STREET_OFFICER, area_path="639999001"))
    pass_time(hours=73)
    housekeeping.let_in_waited_log_ins()

    assert phone_of("new").seen(waiting)["status"] == "returned"
    assert opens(phone_of, "old", old)


def test_a_colleague_is_told_that_a_second_word_is_wanted(waiting, street, officer):
    colleague = street.administrator(Role.COMMUNITY_OFFICER, "639999001001")
    assert "recovery_seen" not in kinds(officer)
    assert colleague.made(f"{waiting}/approval")["status"] == "confirmed"


@pytest.fixture
def joining(old, street) -> str:
    """The street's officer lets the log-in of a new colleague join the volunteer's account: what waits now."""
    colleague = street.home.grid_worker
    name = db.session.scalar(db.text("SELECT name FROM logins WHERE account_id = :id"), {"id": colleague.account_id})
    with transaction():
        db.session.execute(db.text("UPDATE accounts SET checked_at = NULL, person_id = NULL WHERE id = :id"), {"id": colleague.account_id})
    form = {"login_name": name, "volunteer_number": old.volunteer_number, "name": "张三", "reason": "同一人"}
    return f"/account-recoveries/{street.officer.made('/account-merges', form)['recovery_id']}"


def roles(phone) -> set[str]:
    return {role["role"] for role in phone.seen("/me")["roles"]}


def test_a_log_in_joins_by_the_yes_of_the_holder_who_stays_in(joining, old, street):
    assert refused(street.officer.post(f"{joining}/approval")) == (403, "second_needed")
    assert (roles(old), kinds(old, waiting="true")) == ({"volunteer"}, ["recovery_of_mine_seen"])

    assert old.made(f"{joining}/approval")["status"] == "confirmed"

    assert roles(old) == {"volunteer", "grid_worker"}


def test_a_log_in_that_its_holder_refused_never_joins(joining, old, pass_time, phone_of):
    old.made(f"{joining}/return", {"reason": "不是我的"})
    pass_time(hours=73)
    housekeeping.let_in_waited_log_ins()
    assert roles(phone_of("old")) == {"volunteer"}


def test_a_log_in_joins_when_nobody_refused(joining, old, pass_time, phone_of):
    pass_time(hours=73)
    housekeeping.let_in_waited_log_ins()
    assert roles(phone_of("old")) == {"volunteer", "grid_worker"}
    assert clock.lead() > timedelta(hours=72)
