"""What waits for somebody is what their lists show: as many, since when, until when, and nothing that they may not decide."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import event, text

from backend.attendance.models import FlagKind
from backend.attendance.service import close_overdue, flag_service
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.catalogues import CatalogueInvalid
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.foundation.jobs import Job, State
from backend.messages import kinds as messages
from backend.waiting import catalogue
from backend.waiting.kinds import KINDS
from backend.waiting.queries import own_waiting
from miniprogram_api.waiting import LISTS
from tasks.housekeeping import report_overdue
from tests.support.attendance import Visit, claim_for, open_shift
from tests.support.beginning import actor_of, officer_of
from tests.support.demands import asked_for, demand_form, give_role, published_demand
from tests.support.guardians import child, guardianship_form
from tests.support.humans import appointed
from tests.support.late_entries import past_form
from tests.support.organisations import applied_organisation, verified_organisation
from tests.support.people import identity_number, registered_person, registration_form, volunteer_form
from tests.support.phone import Phone
from tests.support.proxies import recorded_proxy
from tests.support.recoveries import seen
from tests.support.teams import active_team, applied_team

HERE = "639999001001"
OF_ONESELF = {
    "demand_to_amend",
    "team_to_amend",
    "organisation_to_amend",
    "registration_to_amend",
    "join_request_to_answer",
    "invitation_to_take_up",
    "role_to_accept",
    "role_ending",
}
OF_MACHINES = {"delivery_failed"}
"""tests/console/test_administration.py"""
OF_NOTICES = {"notice_to_agree_to", "word_for_minor_to_renew"}


def waiting(phone: Phone) -> dict[str, dict]:
    return {line["kind"]: line for line in phone.seen("/me/waiting")["items"]}


def listed(phone: Phone, path: str) -> int:
    address, _, query = path.partition("?")
    wanted = dict(part.split("=") for part in query.split("&")) if query else {}
    answer = phone.get(address, **wanted, count="true")
    return answer.get_json()["total"]["number"] if answer.status_code == 200 else 0


def written(statement: str, **values: object) -> None:
    with transaction():
        db.session.execute(text(statement), values)


def served(street, shift_id: str, opening_id: UUID, pass_time, who: Phone) -> str:
    """Somebody signs in and out: the record's fact id."""
    claim_for(opening_id, person_id=UUID(who.person_id))
    signed = {}
    for step in ("sign-in", "sign-out"):
        signed = who.made(f"/shifts/{shift_id}/{step}", {"code": street.home.officer.seen(f"/shifts/{shift_id}/code")["code"]})
        pass_time(minutes=4)
    return signed["fact_id"]


@pytest.fixture
def town(street, pass_time, phone_of):
    """和平社区 with at least one of each kind."""
    home, officer = street.home, street.home.officer
    colleague = officer_of(street.app, Role.COMMUNITY_OFFICER, HERE)
    elder = recorded_proxy(officer, street, home.proxy.card, ends_on=clock.shanghai_day(clock.now()).isoformat())
    over = published_demand(officer, street, brand="red_ribbon")
    forgetful = Visit(street)
    forgetful.member.made(f"/shifts/{forgetful.shift_id}/sign-in", {"code": officer.seen(f"/shifts/{forgetful.shift_id}/code")["code"]})
    pass_time(hours=30)
    while close_overdue(now=clock.now()):
        pass
    db.session.commit()

    resident = home.person()
    resident.made(
        "/demands",
        demand_form(
            street,
            beneficiary={"name": "赵秀兰", "called": "赵奶奶", "address": "和平路9号", "born_in": 1940}
            | {"basis": {"kind": "own_consent", "notice_version": "2026-11-01"}},
        ),
    )
    leader = home.leader
    asked_for(leader, published_demand(officer, street), home.team_id)
    opening_id, shift_id = open_shift(street["和平社区"])
    helpers = [home.volunteer() for _ in range(3)]
    records = [served(street, shift_id, opening_id, pass_time, helper) for helper in helpers]
    officer.made(f"/services/{records[1]}/confirmation")
    line = officer.seen(f"/services/{records[1]}")
    officer.made(
        f"/services/{records[1]}/corrections",
        {
            "revision_id": line["revision_id"],
            "started_at": line["started_at"],
            "ended_at": (datetime.fromisoformat(line["ended_at"]) + timedelta(minutes=10)).isoformat(),
            "reason": "签退时间有误",
        },
    )
    with transaction():
        flag_service(UUID(records[2]), FlagKind.FAR_AWAY, now=clock.now())
    officer.made("/late-entries", past_form(street["和平社区"], helpers[0].volunteer_number, helpers[0].card["name"]))
    applicant = home.volunteer()
    applied_team(applicant, street)
    orphan = active_team(home.volunteer(), officer, street)["id"]
    written("UPDATE teams SET leader_person_id = :whom WHERE id = :id", whom=resident.person_id, id=orphan)
    applied_organisation(home.volunteer(), street)
    headless = verified_organisation(home.volunteer(), officer, street)["id"]
    written("UPDATE organisations SET officer_person_id = NULL WHERE id = :id", id=headless)
    member = home.person(name="赵党员")
    member.made("/registrations", registration_form(street, home.unit_id))
    mover = street.next.person()
    mover.made("/me/relocations", {"community_id": street["和平社区"]})
    wrong = home.person()
    officer.made(f"/people/{wrong.person_id}/corrections", {"name": "钱四", "id_number": identity_number(), "proof": "id_card"})
    officer.made(f"/people/{home.person().person_id}/deaths", {"died_on": "2026-03-01", "proof": "cremation_certificate"})
    lost = [home.volunteer(f"lost-{n}", name="孙丢", id_number=identity_number()) for n in range(2)]
    found = [phone_of(f"found-{n}").made("/account-recoveries", lost[n].card)["id"] for n in range(2)]
    officer.made(f"/account-recoveries/{found[0]}/confirmation", seen(found[0]))
    written(
        "WITH gone AS (UPDATE beneficiary_bases SET superseded_at = :now WHERE id IN (SELECT id FROM beneficiary_bases LIMIT 1)"
        " RETURNING beneficiary_id) UPDATE beneficiaries SET basis_stands = NULL WHERE id IN (SELECT beneficiary_id FROM gone)",
        now=clock.now(),
    )
    whom = helpers[0]
    officer.made(
        "/role-grants",
        {"role": "community_officer", "area_id": street["和平社区"], "volunteer_number": whom.volunteer_number, "name": whom.card["name"]},
    )
    unseen = home.volunteer()
    named = {"volunteer_number": unseen.volunteer_number, "name": unseen.card["name"]}
    appointed(officer, unseen, {"role": "grid_worker", "area_id": street["和平第一网格"]} | named)
    soon = clock.now() + timedelta(days=20)
    written(
        "UPDATE role_grants SET ends_at = :soon WHERE account_id = :id AND role = 'community_officer'", soon=soon, id=colleague.account_id
    )
    with transaction():
        db.session.add(
            Job(
                id=new_id(),
                kind="year_end",
                asked_by=UUID(officer.account_id),
                area_path=HERE,
                params={},
                state=State.FAILED,
                done=0,
                total=1,
                attempts=3,
                error="job_given_up",
                error_detail="多次尝试都没有完成，请稍后重新提交",
                created_at=clock.now(),
                finished_at=clock.now(),
            )
        )
    return SimpleNamespace(**{name: value for name, value in locals().items() if name not in ("street", "pass_time", "phone_of")})


def counts(phone: Phone) -> dict[str, int]:
    """Of every kind, also of those that do not wait."""
    found = waiting(phone)
    return {kind.code: found[kind.code]["number"] if kind.code in found else 0 for kind in KINDS}


def test_what_is_counted_is_what_the_list_of_its_kind_shows_and_nothing_that_one_may_not_decide(street, town, pass_time):
    officer, colleague, of_street = counts(town.officer), counts(town.colleague), counts(street.officer)
    for phone, counted in ((town.officer, officer), (town.colleague, colleague), (street.officer, of_street)):
        assert counted == {kind.code: listed(phone, LISTS[kind.code]) for kind in KINDS}
    waits = {kind for of in (officer, colleague, of_street) for kind, number in of.items() if number}
    assert waits | OF_ONESELF | OF_NOTICES | OF_MACHINES == {kind.code for kind in KINDS}

    # What takes two waits for the second alone.
    own_word = (
        "service_to_allow",
        "late_entry_to_decide",
        "correction_to_confirm",
        "death_to_confirm",
        "recovery_to_approve",
        "role_to_approve",
    )
    assert [(officer[kind], colleague[kind]) for kind in own_word] == [(0, 1)] * len(own_word)
    assert [of["role_to_prolong"] for of in (officer, colleague, of_street)] == [0, 0, 1], "by who stands above"
    # Nothing of another community; of what is about oneself what one may refuse.
    assert set(counts(street.next.officer).values()) == {0}
    assert {kind for kind, number in counts(town.lost[0]).items() if number} == {"recovery_to_approve"}
    assert {kind for kind, number in counts(town.wrong).items() if number} == {"correction_to_confirm"}
    assert set(counts(town.resident).values()) == {0}

    # Whose own it is does not decide it by their office.
    own = {
        "registration_to_review": town.member,
        "relocation_to_answer": town.mover,
        "service_to_confirm": town.helpers[0],
        "service_to_allow": town.helpers[1],
        "service_to_clear": town.helpers[2],
        "attendance_without_record": town.forgetful.member,
        "claim_to_answer": town.leader,
        "proxy_to_renew": street.home.proxy,
    }
    for kind, phone in own.items():
        give_role(phone, Grant(Role.COMMUNITY_OFFICER, area_path=HERE))
        assert counts(phone)[kind] == listed(phone, LISTS[kind]) == 0, kind
        assert counts(phone)["organisation_to_review"] == 1, "what is nobody's own is theirs to decide"
    assert counts(town.helpers[0])["late_entry_to_decide"] == 0, "nobody decides on what they served at"

    # What the street is told of as late is what an officer of the community is told of whom nothing concerns.
    pass_time(days=70)
    report_overdue()
    above = officer_of(street.app, Role.STREET_OFFICER, HERE[:9])
    (report, *_) = above.seen("/overdue-reports")["items"]
    reported = above.seen(f"/overdue-reports/{report['id']}")["lines"]
    anybody = waiting(officer_of(street.app, Role.COMMUNITY_OFFICER, HERE))
    late = {kind: line["overdue"] for kind, line in anybody.items() if line["overdue"]}
    assert {line["kind"]: line["number"] for line in reported if line["community"]["name"] == "和平社区"} == late
    # Who leads answers wishes, and what was not agreed to in time is no appointment any more.
    assert {kind.code for kind in KINDS if kind.area_path is not None} - late.keys() == {"join_request_to_answer", "role_to_approve"}


def test_leaders_applicants_and_the_appointed_find_what_waits_for_them(street):
    home, officer, back = street.home, street.home.officer, {"reason": "请补充"}
    resident, applicant, founder, member, whom = home.resident, home.volunteer(), home.volunteer(), home.person(name="赵党员"), home.member
    officer.made(f"/demands/{resident.made('/demands', demand_form(street))['id']}/return", back)
    officer.made(f"/teams/{applied_team(applicant, street)['id']}/return", back)
    officer.made(f"/organisations/{applied_organisation(founder, street)['id']}/return", back)
    applied = member.made("/registrations", registration_form(street, home.unit_id))
    officer.made(f"/registrations/{applied['id']}/return", back)
    home.volunteer().made(f"/teams/{home.team_id}/join-requests")
    demand = published_demand(officer, street)
    invited = {"demand_id": demand["id"], "team_id": home.team_id, "cause": "常来看望", "ends_on": str(clock.shanghai_day(clock.now()))}
    officer.made("/arrangements", invited)
    office = {"role": "grid_worker", "area_id": street["和平社区"], "volunteer_number": whom.volunteer_number, "name": whom.card["name"]}
    street.officer.made("/role-grants", office)
    soon = clock.now() + timedelta(days=29)
    written("UPDATE role_grants SET ends_at = :soon WHERE account_id = :id AND role = 'volunteer'", soon=soon, id=founder.account_id)

    found = {
        resident: {"demand_to_amend"},
        applicant: {"team_to_amend"},
        founder: {"organisation_to_amend", "role_ending"},
        member: {"registration_to_amend"},
        home.leader: {"join_request_to_answer", "invitation_to_take_up"},
        whom: {"role_to_accept"},
    }
    for phone, kinds in found.items():
        numbers = counts(phone)
        assert {kind for kind, number in numbers.items() if number == 1} == kinds == {kind for kind, number in numbers.items() if number}
        assert all(listed(phone, LISTS[kind]) == 1 for kind in kinds)
    assert set.union(*found.values()) == OF_ONESELF
    assert not OF_ONESELF & waiting(officer).keys()

    asked_for(home.leader, demand, home.team_id)
    assert "invitation_to_take_up" not in waiting(home.leader), "taken up"


def test_who_agreed_to_a_notice_that_changed_finds_it_until_they_agree_anew_and_a_guardian_the_word_for_a_child(
    street, mother, phone_of, new_version
):
    volunteer, teen, teens = street.home.volunteer(), child(15), phone_of("teen")
    mother.made("/guardianships", guardianship_form(street, child(12)))
    mother.made("/guardianships", guardianship_form(street, teen))
    teens.made("/volunteers", volunteer_form(street, **teen))
    everybody = (volunteer, teens, mother)
    assert [waiting(phone) for phone in everybody] == [{}, {}, {}]

    version = new_version("volunteer")
    (line,) = (waiting(phone)["notice_to_agree_to"] for phone in everybody[:1])
    assert (line["number"], datetime.fromisoformat(line["since"]) <= clock.now(), line["overdue"]) == (1, True, 0)
    assert [{kind: of["number"] for kind, of in waiting(phone).items()} for phone in everybody] == [
        {"notice_to_agree_to": 1},
        {"notice_to_agree_to": 1},
        {"word_for_minor_to_renew": 1},  # of the younger one: the other agrees to that by themselves
    ]
    for phone in everybody:
        assert counts(phone) == {kind.code: listed(phone, LISTS[kind.code]) for kind in KINDS}
    for phone in everybody[:2]:
        (asked,) = phone.seen("/me/consents", for_me="true")["items"]
        assert (asked["notice"], asked["in_force"]) == ("volunteer", False)
        phone.made("/me/consents", {"notice": "volunteer", "version": version})
        assert waiting(phone) == {}
    (ward,) = mother.seen("/me/wards", for_me="true")["items"]
    mother.made(f"/guardianships/{ward['id']}/renewal", {"notice_version": "2026-12-01"})
    assert waiting(mother) == {}

    later = new_version("minor")
    assert waiting(mother)["word_for_minor_to_renew"]["number"] == 2 == listed(mother, LISTS["word_for_minor_to_renew"])
    assert waiting(teens) == {}, "it is not theirs to agree to"
    for ward in mother.seen("/me/wards", for_me="true")["items"]:
        mother.made(f"/guardianships/{ward['id']}/renewal", {"notice_version": later})
    assert waiting(mother) == {}


def test_a_notice_that_changed_waits_only_while_what_it_is_for_goes_on(street, phone_of, new_version, pass_time):
    home, leaver, member = street.home, street.home.volunteer(), street.home.member
    registration = member.made("/registrations", registration_form(street, home.unit_id))
    home.officer.made(f"/registrations/{registration['id']}/acceptance")
    card = {"name": "王桂芳", "id_number": identity_number()}
    elder = registered_person(phone_of, street, **card)
    tomorrow = str(clock.shanghai_day(clock.now()) + timedelta(days=1))
    recorded_proxy(home.officer, street, home.volunteer().card, elder=card, ends_on=tomorrow)
    endings = {
        "volunteer": (leaver, lambda: leaver.made("/me/volunteer/leaving", {})),
        "party_member": (member, lambda: member.made(f"/registrations/{registration['id']}/ending", {"cause": "moved_away"})),
        "proxy": (elder, lambda: pass_time(days=2)),
    }
    for name, (phone, end) in endings.items():
        new_version(name)
        (asked,) = phone.seen("/me/consents", for_me="true")["items"]
        assert (asked["notice"], waiting(phone)["notice_to_agree_to"]["number"]) == (name, 1)
        end()
        assert (listed(phone, LISTS["notice_to_agree_to"]), waiting(phone)) == (0, {}), name
    new_version("identity")
    assert waiting(elder)["notice_to_agree_to"]["number"] == listed(elder, LISTS["notice_to_agree_to"]) == 1, "who they are goes on"


def test_of_each_kind_it_is_said_since_when_until_when_and_how_many_are_late(street, pass_time):
    officer, resident = street.home.officer, street.home.resident
    first = resident.made("/demands", demand_form(street))
    pass_time(days=2)
    resident.made("/demands", demand_form(street))
    (line,) = officer.seen("/me/waiting")["items"]
    today = clock.shanghai_day(clock.now())

    assert line == {
        "kind": "demand_to_review",
        "title": "待审核的需求",
        "number": 2,
        "or_more": False,
        "since": first["submitted_at"],
        "due_on": str(today + timedelta(days=1)),
        "overdue": 0,
        "list": "/api/v1/demands/in-care?status=submitted&for_me=true",
    }
    pass_time(days=2)
    assert waiting(officer)["demand_to_review"]["overdue"] == 1
    give_role(resident, Grant(Role.COMMUNITY_OFFICER, area_path="639999002001"))
    assert waiting(resident) == {}, "their office lies elsewhere"


def test_each_kind_has_its_words_its_list_and_its_message(app):
    words, told = catalogue.current(), messages.current().by_code
    assert words.keys() == LISTS.keys() == {kind.code for kind in KINDS}
    assert all((worded.message in told) != bool(worded.no_message) for worded in words.values())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('code = "demand_to_review"', 'code = "demand_to_read"'), "每一种须有且只有一次"),
        (("days = 3\n", ""), "demand_to_review 的期限不对：须填写 days"),
        (('title = "到期未办结的需求"', 'title = "到期未办结的需求"\ndays = 3'), "demand_to_close 的期限不对：不能有 days"),
        (('message = "demand_submitted"', ""), "须填写其中一项"),
    ],
)
def test_a_catalogue_that_says_too_little_stops_the_start(project_root, tmp_path, change, complaint):
    shipped = (project_root / "config" / "waiting.toml").read_text(encoding="utf-8")
    edited = tmp_path / "waiting.toml"
    edited.write_text(shipped.replace(*change, 1), encoding="utf-8")
    with pytest.raises(CatalogueInvalid, match=complaint):
        catalogue.read(edited)


def test_what_waits_is_asked_for_by_one_day_in_both_catalogues(app, project_root):
    before = catalogue.current()
    later = before["demand_to_review"].model_copy(update={"days": 4})
    catalogue.use({**before, later.code: later})
    try:
        with pytest.raises(CatalogueInvalid, match="demand_submitted"):
            messages.read(project_root / "config" / "messages.toml")
    finally:
        catalogue.use(before)


def test_the_count_reads_no_table_row_by_row_and_what_is_read_after_it_may(app, street):
    """What a planner takes for it depends on costs that differ by less than it looks at; so it is left no choice meanwhile."""
    actor, planned = actor_of(street.officer), []

    def note(connection, _cursor, statement, *_) -> None:
        if "UNION ALL" in statement:
            planned.append(connection.connection.driver_connection.execute("SHOW enable_seqscan").fetchone())

    event.listen(db.engine, "before_cursor_execute", note)
    with transaction():
        own_waiting(actor, now=clock.now())
        planned.append(db.session.execute(text("SHOW enable_seqscan")).one())
    event.remove(db.engine, "before_cursor_execute", note)
    assert [value for (value,) in planned] == ["off", "on"]
