"""Who is told what: those whom policy names and those whose it is; each event once to each, and nobody what they did themselves."""

from uuid import UUID

from sqlalchemy import func, select, text

from backend.accounts import service as accounts
from backend.accounts.limits import Written
from backend.attendance import service as attendance
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.outbox import oldest_waiting
from backend.messages.models import Message
from backend.messages.occasions.occasion import MOST_IN_OFFICE
from tests.faults.deliveries import insert_once_more
from tests.support.attendance import Visit, counted_statements
from tests.support.demands import claimed, demand_form, give_role, published_demand
from tests.support.guardians import born, guardianship_form
from tests.support.humans import check_papers
from tests.support.messages import inbox, kinds, tell_all
from tests.support.people import identity_number


def test_a_demand_that_is_submitted_waits_for_the_community_and_for_nobody_above_it(street):
    officer, neighbour, above = street.home.officer, street.next.officer, street.officer
    demand = street.home.resident.made("/demands", demand_form(street))

    (message,) = inbox(officer, waiting="true")

    assert message["kind"] == "demand_submitted"
    assert message["about"] == {"kind": "demand", "id": demand["id"]}
    assert message["text"] == f"和平社区收到一件“爱心敲门”需求，编号{demand['number']}。请审核，发布或者退回。"
    assert message["waits"]
    assert kinds(neighbour) == kinds(above) == ["role_granted"]
    assert kinds(street.home.resident) == []


def test_the_street_is_told_where_the_community_has_nobody_in_office(street):
    above, beside = street.officer, street.far_officer
    street.home.resident.made("/demands", demand_form(street))

    assert kinds(above, waiting="true") == ["demand_submitted"]
    assert kinds(beside, waiting="true") == []


def test_no_more_people_in_office_are_told_than_can_act_and_nobody_of_the_district(street):
    with transaction():
        for number in range(MOST_IN_OFFICE + 5):
            for role, path in ((Role.STREET_OFFICER, "639999001"), (Role.DISTRICT_OFFICER, "639999")):
                account_id = _account(f"{role}-{number}")
                accounts.grant_role(Actor.system(), account_id, Grant(role, area_path=path), now=clock.now())
                check_papers(account_id, path)
    street.home.resident.made("/demands", demand_form(street))
    tell_all()

    told = "SELECT g.role, count(*) FROM messages m JOIN accounts a ON a.person_id = m.recipient_id"
    told = text(f"{told} JOIN role_grants g ON g.account_id = a.id WHERE m.kind = 'demand_submitted' GROUP BY 1")
    assert [tuple(line) for line in db.session.execute(told)] == [("street_officer", MOST_IN_OFFICE)]


def _account(openid: str) -> UUID:
    return accounts.log_in_by_wechat("wx", openid, unionid=None, session_key="-", now=clock.now()).account_id


def test_who_asked_is_told_what_became_of_it(street):
    officer, resident = street.home.officer, street.home.resident
    returned, cancelled = (resident.made("/demands", demand_form(street)) for _ in range(2))
    officer.made(f"/demands/{returned['id']}/return", {"reason": "请写明时间"})
    published = published_demand(officer, street, by=resident)
    officer.made(f"/demands/{published['id']}/cancellation", {"reason": "老人住院"})

    assert kinds(resident) == ["demand_cancelled", "demand_published", "demand_returned"]
    assert "住院" not in str(inbox(resident)), "a reason stands with the step alone"
    assert cancelled["number"] not in str(inbox(resident)), "of what still waits there is nothing to tell"


def test_nobody_is_told_what_they_did_themselves(street):
    resident, proxy = street.home.resident, street.home.proxy
    give_role(proxy, Grant(Role.PROXY, person_id=UUID(resident.person_id)))
    demand = resident.made("/demands", demand_form(street))
    resident.made(f"/demands/{demand['id']}/withdrawal")

    assert "demand_withdrawn" not in kinds(resident)
    assert kinds(proxy) == ["demand_withdrawn"], "who acts for them hears it"


def test_the_proxy_of_who_asked_is_told_and_nobody_elses(street):
    resident, officer = street.home.resident, street.home.officer
    give_role(street.home.proxy, Grant(Role.PROXY, person_id=UUID(resident.person_id)))
    published_demand(officer, street, by=resident)

    assert "demand_published" in kinds(street.home.proxy)
    assert kinds(street.far.proxy) == []


def test_a_claim_is_told_to_who_asked_and_its_end_to_the_claimants_people_too(street):
    resident, leader, officer = street.home.resident, street.home.leader, street.home.officer
    demand = published_demand(officer, street, by=resident)
    claim = claimed(leader, demand, street.home.team_id)
    assert kinds(resident)[0] == "place_claimed"

    officer.made(f"/claims/{claim['id']}/release", {"reason": "老人住院"})

    assert kinds(resident)[0] == "place_given_back"
    assert kinds(leader)[0] == "place_released"
    assert "place_released" not in kinds(street.home.member)


def test_a_service_that_is_over_waits_for_the_word_of_who_asked(street, pass_time):
    visit = Visit(street, requester=street.home.resident)
    fact_id = visit.served(pass_time)
    pass_time(hours=3)
    _close()
    (message,) = [each for each in inbox(street.home.resident) if each["kind"] == "service_to_confirm"]
    assert message["waits"]

    street.home.resident.made(f"/services/{fact_id}/confirmation")

    assert [each["waits"] for each in inbox(street.home.resident) if each["kind"] == "service_to_confirm"] == [False]
    assert "services_to_confirm" not in kinds(street.home.officer)


def test_where_nobody_asked_the_community_confirms(street, pass_time):
    visit = Visit(street)
    visit.served(pass_time)
    pass_time(hours=3)
    _close()

    assert "services_to_confirm" in kinds(street.home.officer)


def test_who_forgot_to_sign_out_is_told_and_the_community_adds_the_record(street, pass_time):
    visit = Visit(street)
    signed_in = visit.sign_in()
    started_at = clock.now().isoformat()
    ended_at = pass_time(hours=1).isoformat()
    pass_time(hours=2)
    _close()
    assert kinds(visit.member)[0] == "signed_out_by_nobody"
    assert "attendance_without_record" in kinds(visit.officer, waiting="true")

    times = {"started_at": started_at, "ended_at": ended_at, "reason": "查看签到表"}
    visit.officer.made(f"/attendances/{signed_in['attendance_id']}/record", times)

    assert "attendance_without_record" not in kinds(visit.officer, waiting="true")


def test_who_served_is_told_of_a_correction_and_a_minors_guardian_too(street, pass_time):
    visit = Visit(street)
    fact_id = visit.served(pass_time)
    record = visit.officer.seen(f"/services/{fact_id}")
    visit.officer.made(f"/services/{fact_id}/withdrawal", {"revision_id": record["revision_id"], "reason": "未到场"})

    assert kinds(visit.member)[0] == "service_withdrawn"
    assert "service_withdrawn" not in kinds(visit.leader)


def test_a_guardian_is_told_of_the_minor_and_no_longer_once_that_is_grown_up(street, mother, phone_of, pass_time):
    card = {"name": "张小小", "id_number": identity_number(born(17, 350))}
    mother.made("/guardianships", guardianship_form(street, card))
    phone_of().made("/account-recoveries", card)
    assert kinds(mother) == ["recovery_of_my_ward"]

    pass_time(days=30)
    phone_of().made("/account-recoveries", card)

    assert kinds(mother) == ["recovery_of_my_ward"]


def test_each_event_is_told_once_whatever_is_repeated(street, pass_time):
    visit = Visit(street, requester=street.home.resident)
    visit.served(pass_time)
    pass_time(hours=3)
    _close()
    assert tell_all() > 5
    before = _messages()
    with transaction():
        assert insert_once_more(clock.now()) > 5
    pass_time(hours=3)

    assert tell_all() > 5

    assert _messages() == before
    assert oldest_waiting("messages") is None, "what comes again is heard, and tells nobody anything"
    twice = select(Message.event_id).group_by(Message.event_id, Message.recipient_id).having(func.count() > 1)
    assert db.session.scalars(twice).all() == []


def test_of_an_event_that_concerns_somebody_twice_they_are_told_once(street):
    """The requester leads the team that claimed: of its end they hear as claimant, which stands first."""
    leader, officer = street.home.leader, street.home.officer
    demand = published_demand(officer, street, by=leader)
    claim = claimed(leader, demand, street.home.team_id)
    officer.made(f"/claims/{claim['id']}/release", {"reason": "老人住院"})

    assert next(kind for kind in kinds(leader) if kind != "place_claimed") == "place_released"
    assert "place_given_back" not in kinds(leader)


def test_a_batch_takes_one_statement_for_each_kind(street, bounds):
    bounds(Written.DEMAND, a_day=100, open=100)

    def told_by(number: int) -> int:
        for _ in range(number):
            street.home.resident.made("/demands", demand_form(street))
        with counted_statements() as sent:
            tell_all()
        return sum("INSERT INTO messages" in statement for statement in sent)

    assert street.home.officer
    assert street.home.resident
    tell_all()
    assert told_by(3) == told_by(30) == 1


def _messages() -> set[tuple[object, ...]]:
    with transaction():
        return {tuple(row) for row in db.session.execute(select(Message.recipient_id, Message.event_id, Message.kind, Message.told_at))}


def _close() -> None:
    with transaction():
        attendance.close_overdue(now=clock.now())
