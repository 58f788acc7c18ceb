"""和平社区 with something of everything in each state from which a request can succeed, and who may send that request.

`targets` says for each operation who sends it and about what; an operation that is not among them is sent by the community's officer,
about what `known` says of its parameters. Its bodies begin with the example of the document.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from apiflask import APIFlask
from sqlalchemy import select

from backend.accounts import service as accounts
from backend.accounts import tokens
from backend.accounts.models import Login, TokenFamily
from backend.accounts.tokens import AccessClaims
from backend.attendance import codes
from backend.attendance.models import FlagKind
from backend.attendance.service import flag_service
from backend.foundation import clock, files
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.jobs import Job
from backend.imports.models import ImportStatus
from tasks import jobs as task
from tasks.housekeeping import close_overdue_shifts
from tests.support.attendance import Visit
from tests.support.deliveries import failed_delivery
from tests.support.demands import GRANDFATHER, asked_for, demand_form, published_demand, window
from tests.support.guardians import child
from tests.support.humans import appointed
from tests.support.imports import brought_import, roster
from tests.support.late_entries import past_form
from tests.support.messages import inbox
from tests.support.operations import A_FILE
from tests.support.organisations import add_staff, applied_organisation, verification, verified_organisation
from tests.support.overdue import overdue_report
from tests.support.people import identity_number, registration_form, work_unit
from tests.support.phone import Phone
from tests.support.proxies import proxy_form
from tests.support.recoveries import seen
from tests.support.scans import scan_code
from tests.support.second_factors import Authenticator, guarded, ticket_for
from tests.support.street import Street
from tests.support.teams import applied_team, join_team
from tests.wechat.steering import Levers

Json = dict[str, Any]
# In their place stands what is valid at that moment when a request arrives: it is over within a minute, or serves only once.
LOGIN_CODE, PHONE_CODE = "a-code-of-wx.login", "a-code-for-the-phone-number"
APP_CODE, TICKET = "a-code-of-the-app", "a-ticket-to-the-second-step"
_SHOWN_CODE = re.compile(r"the-code-shown-at-([0-9a-f-]{36})")
PASSWORD, GUARDED = "Correct-Horse-7", "guarded"


@dataclass(frozen=True)
class Target:
    """Who sends an operation so that it succeeds, and what its parameters and fields are then."""

    by: str
    values: Json = field(default_factory=dict)


class Neighbourhood:
    """`phones`: who is logged in by name; `known`: what parameters and fields of a name are to be; `targets`: the exceptions."""

    def __init__(self, app: APIFlask, wechat: Levers) -> None:
        self.app = app
        self._wechat = wechat
        self.street = Street(app)
        self.home = self.street.home
        self.officer = self.home.officer
        self.phones: dict[str, Phone] = {
            "community_officer": self.officer,
            "street_officer": self.street.officer,
            "newcomer": self.street.phone(),
            "resident": self.home.resident,
            "volunteer": self.home.volunteer(name="钱志愿"),
        }
        self.known: Json = {}
        self.targets: dict[str, Target] = {}
        self._everybody()
        self._teams()
        self._organisations()
        self._party_members()
        self._demands()
        self._services()
        self._files()
        self._imports()
        self._offices()
        self._accounts()

    def sender(self, operation: str) -> str:
        """Who sends an operation so that it succeeds."""
        return self.targets[operation].by if operation in self.targets else "community_officer"

    def values(self, operation: str) -> Json:
        """What parameters and fields of a name are to be so that an operation succeeds."""
        return self.known | (self.targets[operation].values if operation in self.targets else {})

    def token(self, name: str) -> str:
        """An access token made now."""
        with self.app.app_context():
            account_id = UUID(self.phones[name].account_id)
            families = select(TokenFamily.id).where(TokenFamily.account_id == account_id, TokenFamily.ended_at.is_(None))
            family_id = db.session.scalars(families.limit(1)).one()
            return tokens.maker().access_token(AccessClaims(account_id, family_id), now=clock.now())

    def with_what_is_valid_now(self, body: str) -> str:
        """The body with valid codes in the place of the words for them."""
        body = _SHOWN_CODE.sub(lambda found: codes.maker().code(UUID(found[1]), now=clock.now()).text, body)
        of_now = {
            LOGIN_CODE: self._wechat.login_code,
            PHONE_CODE: self._wechat.phone_code,
            APP_CODE: self._authenticator.code,
            TICKET: lambda: ticket_for(self.app, GUARDED, PASSWORD),
        }
        for word, code_of in of_now.items():
            if word in body:
                body = body.replace(word, code_of())
        return body

    def _target(self, by: str, *operations: str, **values: Any) -> None:
        for operation in operations:
            self.targets[operation] = Target(by, values)

    def _everybody(self) -> None:
        now = clock.now()
        self.known |= {"community_id": self.street["和平社区"], "area_id": self.street["和平社区"], "parent_id": self.street["和平社区"]}
        self.known |= {
            "year": clock.shanghai_day(now).year,
            "indicator_code": "teams",
            "login_code": scan_code(drawn_in=timedelta(hours=1)),
        }
        self._target("newcomer", "register_person", "register_volunteer", id_number=identity_number(), name="张三")
        self._target("newcomer", "close_account")
        self._target("newcomer", "put_preferences", community_ids=[self.street["和平社区"]])
        self._target("community_officer", "enter_volunteer", id_number=identity_number(), name="钱奶奶")
        self._target("community_officer", "find_by_whole_number", kind="id_number", number=self.phones["volunteer"].card["id_number"])
        moving = self.street.next.volunteer(name="孙搬家")
        self._target("community_officer", "move_volunteer", volunteer_number=moving.volunteer_number, name="孙搬家")
        self._relocations()
        for name in ("officer", GUARDED):
            self.phones[name] = self._by_password(name)
        _, recovery_codes = guarded(self.phones[GUARDED])
        self._authenticator = Authenticator(self.phones["officer"].made("/me/second-factor")["secret"])
        self._target("officer", "begin_second_factor")
        self._target("officer", "confirm_second_factor", code=APP_CODE)
        self._target(GUARDED, "remove_second_factor", password=PASSWORD, code=recovery_codes[0])
        self._target("newcomer", "log_in_by_second_step", ticket=TICKET, code=recovery_codes[1])
        grants = self.phones["officer"].seen("/me/role-grants")["items"]
        papers = {"name": "周干事", "id_number": identity_number()}
        self._target("street_officer", "check_identity", grant_id=grants[0]["id"], **papers)
        self._target("newcomer", "log_in_by_password", name="officer", password=PASSWORD)
        self._target("newcomer", "refresh_tokens", refresh_token=self.phones["newcomer"].refresh_token)
        self._target("newcomer", "log_in_by_wechat", code=LOGIN_CODE)
        self._wechat.user(phone="13800001234")
        self._target("volunteer", "set_phone", code=PHONE_CODE)
        self._target("volunteer", "leave_volunteering", "see_my_standing", "list_my_points", "read_me", "log_out", "download_own_data")
        self._target("street_officer", "export_list")
        self._target("street_officer", "export_year_end", "add_work_unit", area_id=self.street["青山街道"], credit_code=None)

    def _by_password(self, name: str) -> Phone:
        with self.app.app_context(), transaction():
            grant = Grant(Role.COMMUNITY_OFFICER, area_path=self.home.path)
            account_id = accounts.create_office_account(Actor.system(), name=name, password=PASSWORD, grant=grant, now=clock.now())
        answer = self.app.test_client().post("/api/v1/auth/password", json={"name": name, "password": PASSWORD})
        return Phone(self.app.test_client(), answer.get_json()["access_token"], str(account_id))

    def _teams(self) -> None:
        self.visit = visit = Visit(self.street)
        self.phones |= {"leader": visit.leader, "member": visit.member}
        wish = self.phones["volunteer"].made(f"/teams/{visit.team_id}/join-requests")
        applied = applied_team(self.phones["volunteer"], self.street)["id"]
        self.asking = self.home.volunteer(name="孙志愿")
        self.phones["asking"] = self.asking
        membership = next(line for line in visit.leader.seen(f"/teams/{visit.team_id}/members")["items"] if not line["is_leader"])
        self.known |= {"served_for": "team", "served_for_id": visit.team_id}
        self.known |= {"team_id": visit.team_id, "membership_id": membership["id"], "request_id": wish["id"]}
        self._target("community_officer", "accept_team", "return_team", team_id=applied)
        self._target("volunteer", "amend_team_application", team_id=applied)
        self._target("volunteer", "withdraw_join_request", "list_my_join_requests")
        self._target("leader", "name_successor", "remove_member", "refuse_member", "accept_member", "list_join_requests")
        self._target("member", "leave_team", "list_my_teams")
        self._target("asking", "ask_to_join", "apply_for_team")
        returned = applied_team(self.asking, self.street)["id"]
        self.officer.made(f"/teams/{returned}/return", {"reason": "请补充章程"})
        self._target("asking", "amend_team_application", "list_steps_of_team", team_id=returned)

    def _organisations(self) -> None:
        leader, volunteer = self.visit.leader, self.phones["volunteer"]
        organisation_id = verified_organisation(leader, self.officer, self.street)["id"]
        staff_id = add_staff(leader, organisation_id, self.visit.member, "王志愿")["id"]
        applied = applied_organisation(volunteer, self.street)["id"]
        returned = applied_organisation(self.asking, self.street)["id"]
        self.officer.made(f"/organisations/{returned}/return", {"reason": "请补充宗旨"})
        self.known |= {"organisation_id": organisation_id, "staff_id": staff_id}
        self._target("leader", "name_officer", "remove_staff", "list_staff")
        self._target("leader", "add_staff", volunteer_number=volunteer.volunteer_number, name="钱志愿")
        self._target("member", "leave_organisation", "list_my_organisations")
        self._target("community_officer", "verify_organisation", "return_organisation", organisation_id=applied)
        on_record = verified_organisation(volunteer, self.officer, self.street, record_number="备2026-701")["id"]
        self._target("community_officer", "register_organisation", organisation_id=on_record, registered_on=verification()["agreed_on"])
        self._target("street_officer", "correct_day_of_organisation", "list_day_corrections", organisation_id=on_record)
        self._target("volunteer", "apply_for_organisation")
        self._target("asking", "amend_organisation_application", "list_steps_of_organisation", organisation_id=returned)

    def _party_members(self) -> None:
        accepted = self.home.party_member
        unit_id = work_unit(self.phones["street_officer"], "测试区园林管理所")
        applicant = self.home.person(name="赵党员")
        twice = work_unit(self.phones["street_officer"], "测试区绿化管理站")
        self._target("street_officer", "change_work_unit", work_unit_id=twice)
        self._target("street_officer", "merge_work_units", work_unit_id=twice, into_id=unit_id)
        self._target("street_officer", "end_work_unit", work_unit_id=twice)
        applied = applicant.made("/registrations", registration_form(self.street, unit_id))["id"]
        self.phones |= {"party_member": accepted, "applicant": applicant}
        self.known |= {"registration_id": accepted.registration_id, "work_unit_id": unit_id}
        self._target("community_officer", "accept_registration", "return_registration", registration_id=applied)
        self._target("community_officer", "change_unit", registration_id=accepted.registration_id, since=None)
        self._target("applicant", "withdraw_registration", registration_id=applied)
        amending = self.home.person(name="钱党员")
        returned = amending.made("/registrations", registration_form(self.street, unit_id))["id"]
        self.officer.made(f"/registrations/{returned}/return", {"reason": "请写支部全称"})
        self.phones["amending"] = amending
        self._target("amending", "amend_registration", "list_steps_of_registration", registration_id=returned)
        self._target("party_member", "list_my_registrations")
        self._target("resident", "apply_for_registration")

    def _demands(self) -> None:
        resident_phone = self.phones["resident"]
        submitted = resident_phone.made("/demands", demand_form(self.street))["id"]
        self._target("community_officer", "publish_demand", demand_id=submitted, **window(starts_in=timedelta(days=1)))
        self._target("community_officer", "return_demand", demand_id=submitted)
        changed = published_demand(self.officer, self.street)["id"]
        self._target("community_officer", "change_demand", "list_changes_of_demand", demand_id=changed, starts_at=None, ends_at=None)
        self._target("resident", "withdraw_demand", demand_id=submitted)
        returned = resident_phone.made("/demands", demand_form(self.street))["id"]
        self.officer.made(f"/demands/{returned}/return", {"reason": "请补充时间"})
        self._target("resident", "amend_demand", "list_steps_of_demand", demand_id=returned)
        self._target("resident", "list_my_demands")
        over = published_demand(self.officer, self.street)["id"]
        self.officer.made(f"/demands/{over}/cancellation", {"reason": "老人住院"})
        self._target("community_officer", "publish_demand_again", demand_id=over, **window(starts_in=timedelta(days=1)))
        self.known |= {"brand": "door_knock", "beneficiary_id": None, "requester_person_id": None, "born_in": 1942}

    def _services(self) -> None:
        forgotten = Visit(self.street)
        began = clock.now()
        attendance_id = forgotten.sign_in()["attendance_id"]
        clock.advance(timedelta(hours=2, minutes=31))
        close_overdue_shifts()
        self._target("community_officer", "add_record", attendance_id=attendance_id, **_stretch(began))
        late = _stretch(began) | {"volunteer_number": forgotten.leader.volunteer_number, "name": "李队长"}
        self._target("community_officer", "add_late_record", shift_id=forgotten.shift_id, **late)
        self._served()
        self._waiting()

    def _served(self) -> None:
        visit = Visit(self.street)
        began = clock.now()
        other = self.home.volunteer(name="孙志愿")
        join_team(other, visit.leader, visit.team_id)
        visit.sign_in()
        visit.sign_in(other)
        clock.advance(timedelta(minutes=47))
        fact_id, confirmed = visit.sign_out()["fact_id"], visit.sign_out(other)["fact_id"]
        self.officer.made(f"/services/{confirmed}/confirmation")
        revision_id = self.officer.seen(f"/services/{fact_id}")["revision_id"]
        self.known |= {"fact_id": fact_id, "attendance_id": fact_id, "revision_id": revision_id}
        self._target("community_officer", "correct_service", **_stretch(began))
        self._target("community_officer", "withdraw_confirmation", fact_id=confirmed)
        self._target("community_officer", "confirm_shift", "list_attendances", shift_id=visit.shift_id)
        self._target("community_officer", "complete_demand", demand_id=visit.demand["id"])
        self._raised(visit, began)
        self._flagged()
        self._late(visit.member)

    def _raised(self, visit: Visit, began: datetime) -> None:
        """A record that a correction made longer: of it as much counts as was confirmed."""
        third = self.home.volunteer(name="李志愿")
        join_team(third, visit.leader, visit.team_id)
        visit.sign_in(third)
        clock.advance(timedelta(minutes=1))
        raised = visit.sign_out(third)["fact_id"]
        self.officer.made(f"/services/{raised}/confirmation")
        self.officer.made(f"/services/{raised}/corrections", _stretch(began) | {"revision_id": _revision(self.officer, raised)})
        self._target("street_officer", "allow_service", fact_id=raised)

    def _late(self, served: Phone) -> None:
        """Past activities: one to enter, and two that wait for the street."""
        form = past_form(self.street["和平社区"], served.volunteer_number, "王志愿")
        self._target("community_officer", "enter_late", **form)
        entries = [self.officer.made("/late-entries", form)["id"] for _ in range(2)]
        self._target("street_officer", "approve_late_entry", "see_late_entry", entry_id=entries[0])
        self._target("street_officer", "refuse_late_entry", entry_id=entries[1])
        proven = self.officer.sent_file(f"/late-entries/{entries[1]}/proofs", A_FILE).get_json()["proofs"][0]["id"]
        self._target("street_officer", "download_late_proof", entry_id=entries[1], proof_id=proven)
        self._target("community_officer", "add_late_proof", entry_id=entries[1])

    def _flagged(self) -> None:
        """A record that somebody has to look at."""
        visit = Visit(self.street)
        visit.sign_in()
        clock.advance(timedelta(minutes=2))
        flagged = visit.sign_out()["fact_id"]
        with transaction():
            flag_service(UUID(flagged), FlagKind.FAR_AWAY, now=clock.now())
        self._target("community_officer", "clear_service", fact_id=flagged)

    def _waiting(self) -> None:
        visit = Visit(self.street)
        self.phones |= {"waiting_leader": visit.leader, "waiting_member": visit.member}
        self.known |= {"demand_id": visit.demand["id"], "opening_id": visit.demand["opening_id"], "claim_id": visit.claim_id}
        self.known |= {"shift_id": visit.shift_id}
        self._target("waiting_member", "sign_in", "sign_in_by_code", "list_my_shifts", code=_shown_at(visit.shift_id), position=None)
        self._target("waiting_leader", "release_claim", "list_my_claims")
        serving = Visit(self.street)
        serving.sign_in()
        self.phones["serving_member"] = serving.member
        shown = {"shift_id": serving.shift_id, "code": _shown_at(serving.shift_id), "position": None}
        self._target("serving_member", "sign_out", "sign_out_by_code", **shown)
        self._target("serving_member", "list_my_services")
        free = published_demand(self.officer, self.street)
        self.known |= {"role_id": free["role_id"]}
        self._target("leader", "claim_place", organisation_id=None, as_person=False)
        asked = [asked_for(visit.leader, published_demand(self.officer, self.street), visit.team_id)["id"] for _ in range(2)]
        self._target("community_officer", "accept_claim", claim_id=asked[0])
        self._target("community_officer", "refuse_claim", "list_waiting_claims", claim_id=asked[1])

    def _offices(self) -> None:
        volunteer = self.phones["volunteer"]
        self.phones |= {
            "security_admin": self.street.security_admin,
            "system_admin": self.street.system_admin,
            "audit_admin": self.street.audit_admin,
        }
        whom = {"role": "grid_worker", "area_id": self.street["和平社区"], "login_name": None, "ends_on": None}
        asking = {"volunteer_number": self.asking.volunteer_number, "name": "孙志愿"}
        self.known |= {"grant_id": appointed(self.officer, self.asking, whom | asking)["id"]}
        for operation, community in (("accept_role", "和平第一网格"), ("decline_role", "团结社区")):
            offered = self.street.officer.made("/role-grants", whom | asking | {"area_id": self.street[community]})["id"]
            self._target("asking", operation, grant_id=offered)
        proposed = self.officer.made("/role-grants", whom | asking | {"role": "community_officer"})["id"]
        self._target("street_officer", "approve_role", grant_id=proposed)
        whom |= {"volunteer_number": volunteer.volunteer_number, "name": "钱志愿"}
        self._target("community_officer", "grant_role", **whom)
        self._target("audit_admin", "list_audit_entries")
        self._target("system_admin", "list_failed_deliveries")
        self._target("system_admin", "retry_deliveries", event_id=str(failed_delivery()), consumer="points")
        self._target("street_officer", "reset_password", login_name="officer")
        self._target("officer", "change_password", old_password=PASSWORD, new_password="another-Horse-8")
        self._target("asking", "end_login", login_id=self.asking.seen("/me/logins")["items"][0]["id"], even_last=True)
        self._target("leader", "end_session", session_id=self.phones["leader"].seen("/me/sessions")["items"][0]["id"])
        self._locked()

    def _locked(self) -> None:
        locked = self.home.grid_worker
        with self.app.app_context():
            login = db.session.scalars(select(Login).where(Login.account_id == UUID(locked.account_id))).one()
        for _ in range(5):
            locked.client.post("/api/v1/auth/password", json={"name": login.name, "password": "Wrong-Horse-7"})
        self._target("security_admin", "list_lockouts", "lift_lockout", login_id=str(login.id))

    def _relocations(self) -> None:
        """Somebody of the next community asks to move here, once for each answer, and somebody may ask."""
        for operation in ("accept_relocation", "refuse_relocation", "withdraw_relocation"):
            self.phones[operation] = self.street.next.person()
            wish = self.phones[operation].made("/me/relocations", {"community_id": self.street["和平社区"]})
            by = operation if operation == "withdraw_relocation" else "community_officer"
            self._target(by, operation, relocation_id=wish["id"])
            self.known |= {"relocation_id": wish["id"]}
        self.phones["moving"] = self.street.next.person()
        self._target("moving", "ask_to_move", community_id=self.street["和平社区"])

    def _accounts(self) -> None:
        neighbour, mother = self.home.proxy.card, self.home.mother.card
        self.phones["recovering"] = self.street.phone()
        recovery_id = self.phones["recovering"].made("/account-recoveries", neighbour)["id"]
        soon = (clock.shanghai_day(clock.now()) + timedelta(days=30)).isoformat()
        self.known |= {
            "recovery_id": recovery_id,
            "check_code": seen(recovery_id)["check_code"],
            "proxy_id": self.home.proxy_id,
            "person_id": self.visit.member.person_id,
        }
        self._target("community_officer", "record_proxy", **proxy_form(self.street, neighbour))
        self._target("community_officer", "renew_proxy", ends_on=soon)
        elder = self.officer.made("/proxies", proxy_form(self.street, neighbour))["elder"]
        self._target("community_officer", "withdraw_consent_at_desk", person_id=elder["id"], notice="proxy")
        self._target("newcomer", "apply_for_recovery", **mother)
        self._target("recovering", "withdraw_recovery")
        papers = {"name": "张改名", "id_number": identity_number(), "proof": "id_card"}
        self._target("community_officer", "propose_correction", **papers)
        correction = self.officer.made(f"/people/{self.home.mother.person_id}/corrections", papers | {"id_number": identity_number()})
        self.known |= {"correction_id": correction["id"]}
        self._target("street_officer", "confirm_correction", "return_correction", "see_correction")
        died = {"died_on": clock.shanghai_day(clock.now()).isoformat(), "proof": "medical_certificate"}
        self._target("community_officer", "report_death", person_id=self.street.home.volunteer().person_id, **died)
        dead, gone = (self.street.home.volunteer().person_id for _ in range(2))
        self.known |= {"death_id": self.officer.made(f"/people/{dead}/deaths", died)["id"]}
        self._target("street_officer", "confirm_death", "return_death", "see_death")
        mistaken = self.officer.made(f"/people/{gone}/deaths", died)["id"]
        self.street.officer.made(f"/deaths/{mistaken}/confirmation")
        self._target("community_officer", "undo_death", death_id=mistaken)
        self._target("street_officer", "list_overdue_reports", "see_overdue_report", report_id=overdue_report("639999001"))
        waiting = self.street.phone().made("/account-recoveries", mother)["id"]
        self.officer.made(f"/account-recoveries/{waiting}/confirmation", seen(waiting))
        self._target("street_officer", "approve_recovery", recovery_id=waiting)
        up_to = inbox(self.asking)[0]["id"]
        self._target("asking", "mark_messages_read", up_to=up_to)
        self._target("asking", "mark_message_read", message_id=up_to)
        self.phones["mother"] = self.home.mother
        self._target("mother", "agree_for_minor", ward=child(12))
        self._target("volunteer", "list_own_reveals", "list_own_wards", "list_own_consents", "agree_to_notice", "withdraw_consent")
        beneficiary_id = self.officer.seen("/beneficiaries")["items"][-1]["id"]
        self._target("community_officer", "disclose_beneficiary", "see_beneficiary", "withdraw_basis", beneficiary_id=beneficiary_id)
        self.officer.made(f"/beneficiaries/{beneficiary_id}/door-code")
        self._target("community_officer", "issue_door_code", "end_door_code", beneficiary_id=beneficiary_id)
        unsettled = GRANDFATHER | {"area_id": self.street["和平社区"], "basis": None}
        self._target("community_officer", "add_basis", beneficiary_id=self.officer.made("/beneficiaries", unsettled)["id"])
        self._target("community_officer", "add_beneficiary", name="赵桂香", address="和平路90号")
        self._target("community_officer", "list_readings", beneficiary_id=beneficiary_id)
        self._register()
        self._target("street_officer", "open_office_login", login_name="new.colleague", role="community_officer", ends_on=soon)
        volunteer = {"volunteer_number": self.phones["volunteer"].volunteer_number, "name": "钱志愿"}
        self._target("street_officer", "merge_accounts", login_name="officer", **volunteer)
        with self.app.app_context(), transaction():
            office, now = Grant(Role.GRID_WORKER, area_path="639999001001001"), clock.now()
            retired = accounts.create_office_account(Actor.system(), name="retired", password=PASSWORD, grant=office, now=now)
            accounts.withdraw_role(Actor.system(), retired, office, reason="调离", now=now)
        self._target("volunteer", "merge_by_password", name="retired", password=PASSWORD)
        self._target("volunteer", "merge_by_wechat", code=LOGIN_CODE)
        self.app.test_client().post("/api/v1/auth/wechat", json={"code": self._wechat.login_code()})

    def _register(self) -> None:
        """Somebody for each of what may become of who is on record."""
        made = []
        for i in range(5):
            elder = GRANDFATHER | {"name": f"赵德{'一二三四五六七八九十'[i]}", "address": f"幸福路{i}0号", "phone": f"0951-555990{i}"}
            made.append(self.officer.made("/beneficiaries", elder | {"area_id": self.street["和平社区"]})["id"])
        self._target("community_officer", "tie_beneficiary", beneficiary_id=made[0], person_id=self.phones["resident"].person_id)
        self._target("community_officer", "end_beneficiary", beneficiary_id=made[1])
        self._target("community_officer", "merge_beneficiary", beneficiary_id=made[2], into_id=made[3])
        self._target("community_officer", "move_beneficiary", beneficiary_id=made[4])
        soon = (clock.shanghai_day(clock.now()) + timedelta(days=30)).isoformat()
        about = {"team_id": self.visit.team_id, "beneficiary_id": made[3], "ends_on": soon}
        held = self.officer.made("/arrangements", about | {"cause": "长期结对"})["id"]
        self._target("community_officer", "make_arrangement", party_member=None, **about)
        self._target("community_officer", "see_arrangement", "end_arrangement", arrangement_id=held)

    def _files(self) -> None:
        asker = self.phones["street_officer"]
        year_end = {"year": self.known["year"], "area_id": self.street["青山街道"]}
        done = asker.made("/exports/year-end", year_end)["id"]
        task.run()
        waiting = asker.made("/exports/year-end", year_end)["id"]
        self._target("street_officer", "download_job_file", "see_job_file_address", job_id=done)
        with transaction():
            file_id = db.session.scalars(select(Job.file_id).where(Job.id == UUID(done))).one()
        expires = int(clock.now().timestamp()) + 3600
        signed = {"expires": expires, "signature": files.signature(file_id, expires)} if file_id else {}
        self._target("street_officer", "download_file", file_id=str(file_id), **signed)
        self._target("street_officer", "see_job", "cancel_job", job_id=waiting)

    def _imports(self) -> None:
        self._target("community_officer", "download_import_template", kind="volunteers")
        self._target("community_officer", "bring_import", kind="volunteers", file=roster())
        for operation in ("see_import", "list_import_faults", "check_import", "enter_import"):
            self._target("community_officer", operation, import_id=brought_import())
        self._target("community_officer", "undo_import", import_id=brought_import(status=ImportStatus.ENTERED))


def _revision(officer: Phone, fact_id: str) -> str:
    found: str = officer.seen(f"/services/{fact_id}")["revision_id"]
    return found


def _stretch(began: datetime) -> Json:
    return {
        "started_at": (began + timedelta(minutes=2)).isoformat(),
        "ended_at": (began + timedelta(minutes=32)).isoformat(),
        "reason": "手机没电，未能签退",
    }


def _shown_at(shift_id: str) -> str:
    return f"the-code-shown-at-{shift_id}"
