"""One small community in which something of everything exists, and a hand that asks each route what it must refuse.

Every request of these tests is refused and changes nothing, so all of them share the one community.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.accounts import tokens
from backend.accounts.models import Login, TokenFamily
from backend.accounts.tokens import AccessClaims
from backend.foundation import clock, files
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.party.models import PartyOrganisationKind
from backend.party.organisations import BroughtOrganisation, enter_organisations
from config.settings import Settings
from tests.support.attendance import Visit, signed_out_by_nobody
from tests.support.beginning import empty
from tests.support.contract import Watch
from tests.support.demands import asked_for, demand_form, give_role, published_demand
from tests.support.guardians import child, guardianship_form
from tests.support.imports import brought_import, roster
from tests.support.late_entries import past_form
from tests.support.messages import inbox
from tests.support.operations import A_FILE, Json, Operation, a_file, operations_of
from tests.support.organisations import add_staff, verified_organisation
from tests.support.overdue import overdue_report
from tests.support.people import identity_number
from tests.support.phone import Phone
from tests.support.scans import scan_code
from tests.support.street import Street
from tests.support.tables import contents

_PROBLEM_KEYS = {"type", "title", "status", "detail", "code", "errors", "request_id"}
_HEADERS = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
_CHINESE = re.compile("[\u4e00-\u9fff]")


class World:
    """和平社区 with a team, an organisation, a registered Party member, demands (one served, one open, one new) and a job.

    `insider` holds every role there, so that policy lets them pass; `officer` is the community's, `neighbour` another community's and
    `foreigner` another street's; `stranger` only logged in. `known` says what the parameters and fields of a name are to be.
    """

    def __init__(self, app: APIFlask) -> None:
        self.app = app
        self.street = Street(app)
        self.officer, self.neighbour, self.foreigner = self.street.home.officer, self.street.next.officer, self.street.far_officer
        self.stranger = self.street.phone()
        visit = Visit(self.street)
        self.insider, self.member, self.shift_id = visit.leader, visit.member, visit.shift_id
        self.known: Json = self._people(visit) | self._services(visit)
        _bring_party_organisation()

    def token(self, phone: Phone, *, age: timedelta = timedelta(0)) -> str:
        """An access token of the phone's account that was made so long ago."""
        with self.app.app_context():
            account_id = UUID(phone.account_id)
            family_id = db.session.scalars(select(TokenFamily.id).where(TokenFamily.account_id == account_id).limit(1)).one()
            return tokens.maker().access_token(AccessClaims(account_id, family_id), now=clock.now() - age)

    def _people(self, visit: Visit) -> Json:
        home = self.street.home
        organisation_id = verified_organisation(self.insider, self.officer, self.street)["id"]
        for role in (Role.COMMUNITY_OFFICER, Role.STREET_OFFICER, Role.DISTRICT_OFFICER, Role.GRID_WORKER, Role.PARTY_MEMBER):
            give_role(self.insider, Grant(role, area_path="639999001001"))
        day = {"agreed_on": "2026-01-05", "proof": "协议原件", "reason": "日期写反"}
        self.street.officer.made(f"/organisations/{organisation_id}/day-corrections", day)
        wish = home.volunteer().made(f"/teams/{visit.team_id}/join-requests")
        return {
            "proxy_id": home.proxy_id,
            "correction_id": self.insider.made(
                f"/people/{home.proxy.person_id}/corrections", {"name": "陈新名", "id_number": identity_number(), "proof": "id_card"}
            )["id"],
            "death_id": self.insider.made(
                f"/people/{home.volunteer().person_id}/deaths", {"died_on": "2026-03-01", "proof": "medical_certificate"}
            )["id"],
            "relocation_id": self.street.next.person().made("/me/relocations", {"community_id": self.street["和平社区"]})["id"],
            "recovery_id": self.street.phone().made("/account-recoveries", home.proxy.card)["id"],
            "session_id": self.insider.seen("/me/sessions")["items"][0]["id"],
            "person_id": visit.member.person_id,
            "guardianship_id": self.insider.made("/guardianships", guardianship_form(self.street, child(12)))["id"],
            "community_id": self.street["和平社区"],
            "area_id": self.street["和平社区"],
            "team_id": visit.team_id,
            "served_for": "team",
            "served_for_id": visit.team_id,
            "membership_id": self.insider.seen(f"/teams/{visit.team_id}/members")["items"][-1]["id"],
            "request_id": wish["id"],
            "organisation_id": organisation_id,
            "staff_id": add_staff(self.insider, organisation_id, visit.member, "王志愿")["id"],
            "volunteer_number": visit.member.volunteer_number,
            "registration_id": home.party_member.registration_id,
            "work_unit_id": self.insider.seen("/work-units")["items"][0]["id"],
            "grant_id": self.insider.seen("/role-grants", role="grid_worker")["items"][0]["id"],
            "login_id": _login_of(self.officer),
        }

    def _services(self, visit: Visit) -> Json:
        asked_for(self.insider, published_demand(self.officer, self.street, places=2), visit.team_id)
        self.insider.made("/demands", demand_form(self.street))
        self.officer.made(f"/demands/{visit.demand['id']}/changes", {"title": "看望一位老人", "reason": "写得清楚些"})
        attendance_id = visit.sign_in()["attendance_id"]
        clock.advance(timedelta(minutes=47))
        service = self.insider.seen(f"/services/{visit.sign_out()['fact_id']}")
        signed_out_by_nobody(visit.leader, self.street["和平社区"], visit.team_id)
        year = clock.shanghai_day(clock.now()).year
        message_id = inbox(self.insider)[0]["id"]
        late = past_form(self.street["和平社区"], visit.member.volunteer_number, "王志愿")
        beneficiary_id = self.officer.seen("/beneficiaries")["items"][-1]["id"]
        self.officer.made(f"/beneficiaries/{beneficiary_id}/reveals", {"field": "phone", "purpose": "contact", "note": "约定时间"})
        return {
            "message_id": message_id,
            "up_to": message_id,
            "demand_id": visit.demand["id"],
            "beneficiary_id": beneficiary_id,
            "into_id": beneficiary_id,
            "party_member": None,
            "arrangement_id": self.officer.made(
                "/arrangements",
                {
                    "team_id": visit.team_id,
                    "area_id": self.street["和平社区"],
                    "cause": "长期结对",
                    "ends_on": (clock.shanghai_day(clock.now()) + timedelta(days=30)).isoformat(),
                },
            )["id"],
            "opening_id": visit.demand["opening_id"],
            "role_id": visit.demand["role_id"],
            "claim_id": visit.claim_id,
            "shift_id": visit.shift_id,
            "attendance_id": attendance_id,
            "fact_id": service["fact_id"],
            "entry_id": (entry_id := self.officer.made("/late-entries", late)["id"]),
            "proof_id": self.officer.sent_file(f"/late-entries/{entry_id}/proofs", A_FILE).get_json()["proofs"][0]["id"],
            "revision_id": service["revision_id"],
            "job_id": self.insider.made("/exports/year-end", {"year": year, "area_id": self.street["和平社区"]})["id"],
            "indicator_code": "teams",
            "login_code": scan_code(drawn_in=timedelta(hours=1)),
            "import_id": brought_import(),
            "report_id": overdue_report("639999001"),
            "year": year,
            **_signed_file(),
        }


def _signed_file() -> Json:
    """A file, and what makes its address good."""
    stored = files.put(files.DOCUMENT, b"%PDF-1.7")
    with transaction():
        file_id = files.add(stored, "x.pdf", area_path="639999001001", now=clock.now())
    expires = int(clock.now().timestamp()) + 60
    return {"file_id": str(file_id), "expires": expires, "signature": files.signature(file_id, expires)}


def _bring_party_organisation() -> None:
    """What everybody may choose, in the community."""
    brought = BroughtOrganisation(new_id(), "和平社区第一党支部", PartyOrganisationKind.BRANCH, None, "639999001001", None)
    with transaction():
        enter_organisations(Actor.system(), [brought], of=new_id(), now=clock.now())


def _login_of(phone: Phone) -> str:
    """The login by password of an officer's account."""
    found = db.session.scalars(select(Login.id).where(Login.account_id == UUID(phone.account_id))).one()
    db.session.rollback()
    return str(found)


class Sweep:
    """Asks, and notes each answer that is not the refusal it must be."""

    def __init__(self, world: World, operations: list[Operation]) -> None:
        self.world = world
        self.operations = operations
        self.asked = 0
        self.complaints: list[str] = []
        self._client = world.app.test_client(use_cookies=False)
        self._tokens: dict[str, str] = {}

    @property
    def with_body(self) -> list[Operation]:
        """The operations that take a body."""
        return [operation for operation in self.operations if operation.body is not None]

    def send(
        self,
        operation: Operation,
        *,
        by: Phone | None = None,
        authorization: str | None = None,
        address: str | None = None,
        body: object = None,
        raw: bytes | None = None,
        query: Mapping[str, Any] | str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> TestResponse:
        """Ask an operation as the insider, about what exists and with a body that the document allows, but for what is given."""
        sent = {"Authorization": authorization if authorization is not None else f"Bearer {self._token(by or self.world.insider)}"}
        sent |= {"Idempotency-Key": str(uuid4())} if operation.takes_key else {}
        sent |= headers or {}
        if raw is None and operation.body is not None:
            raw = json.dumps(operation.example if body is None else body).encode()
        content = {"data": raw, "content_type": more.pop("content_type", None if raw is None else "application/json")}
        if raw is None and operation.takes_file:
            content = a_file(roster() if operation.name == "bring_import" else A_FILE)
        self.asked += 1
        return self._client.open(
            address or operation.address(),
            method=operation.method,
            headers={name: value for name, value in sent.items() if value or name == "Idempotency-Key"},
            query_string=query if query is not None else operation.needed_query,
            **content,
            **more,
        )

    def refused(
        self, operation: Operation, what: object, answer: TestResponse, *expected: tuple[int, str | None], field: str | None = None
    ) -> None:
        """The answer must be one of these (status, code; None: any code), as a problem document, and name the field if one is given."""
        shown = (
            f"{operation.method.upper()} {operation.path}, {str(what)[:120]}: {answer.status_code} {answer.get_data(as_text=True)[:200]}"
        )
        if answer.content_type != "application/problem+json":
            self.complaints.append(f"no problem document: {shown}")
            return
        problem: Json = answer.get_json(force=True)
        whole = {"status": answer.status_code, "type": f"/problems/{problem['code']}", "request_id": answer.headers["X-Request-Id"]}
        if not problem.keys() >= _PROBLEM_KEYS or problem != problem | whole:
            self.complaints.append(f"an incomplete problem document: {shown}")
        if _HEADERS.get(answer.status_code, "Content-Type") not in answer.headers:
            self.complaints.append(f"no {_HEADERS[answer.status_code]}: {shown}")
        if not _CHINESE.search(problem["detail"]):
            self.complaints.append(f"nothing that a person could read: {shown}")
        if not any(answer.status_code == status and code in (None, problem["code"]) for status, code in expected):
            self.complaints.append(f"not {' or '.join(str(kind) for kind in expected)}: {shown}")
        elif field is not None and not any(name == field or name.startswith(f"{field}.") for name in problem["errors"]):
            self.complaints.append(f"{field} is not named: {shown}")

    def _token(self, phone: Phone) -> str:
        if phone.account_id not in self._tokens:
            self._tokens[phone.account_id] = self.world.token(phone)
        return self._tokens[phone.account_id]


@pytest.fixture(scope="package")
def world(_application: APIFlask, settings: Settings) -> Iterator[World]:
    with _application.app_context():
        empty(settings)
    with _application.app_context():
        yield World(_application)
        db.session.remove()


@pytest.fixture(scope="package")
def operations(world: World, _watch: Watch) -> list[Operation]:
    """Every operation of the document."""
    of_a_kind = {"download_import_template", "bring_import"}  # of the rest, some take kinds of something else
    return [
        replace(operation, known=operation.known | {"kind": "volunteers"}) if operation.name in of_a_kind else operation
        for operation in operations_of(_watch.document, world.known)
    ]


@pytest.fixture
def sweep(world: World, operations: list[Operation], _watch: Watch) -> Iterator[Sweep]:
    """Asks everything of one kind. What it noted, an answer that the document does not hold and a changed table fail the test."""
    _watch.complaints.clear()
    hand = Sweep(world, operations)
    before = contents()
    yield hand
    assert hand.asked
    after = contents()
    changed = [f"changed: {table}" for table in before if before[table] != after[table]]
    found = [*changed, *hand.complaints, *_watch.complaints]
    assert not found, f"{len(found)} of {hand.asked}:\n" + "\n".join(found[:40])
