"""和平社区 with everybody whom a role may concern, and 向阳社区 of another street with as many who have nothing to do with it.

Built once for the whole walk; what a row changes is undone. Nobody here holds more than the role after which they are named, but for what
makes it whole: a leader is a volunteer, and so is whoever acts for an organisation.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from apiflask import APIFlask
from argon2 import PasswordHasher
from sqlalchemy import Connection, select, update

from backend.accounts import tokens
from backend.accounts.models import Login, LoginKind, LoginLockout, TokenFamily
from backend.accounts.service.tries import name_index
from backend.accounts.tokens import AccessClaims
from backend.attendance import codes
from backend.attendance.models import Shift
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.openings.models import OpeningRole
from tests.policy.viewers import ORGANISATION_OFFICER, elsewhere
from tests.support.attendance import claim_for
from tests.support.beginning import street_of, wechat_user
from tests.support.demands import demand_form, give_role, published_demand
from tests.support.operations import Json
from tests.support.organisations import add_staff, verified_organisation
from tests.support.people import identity_number, registered_person, registered_volunteer, registration_form, work_unit
from tests.support.phone import Phone
from tests.support.teams import active_team, join_team
from tests.wechat.steering import Levers

HOME, FAR = "和平社区", "向阳社区"
OFFICER_NAME, PASSWORD = "heping.wang", "Correct-Horse-7"  # by which the community's officer is logged in
_PATHS = {
    Role.GRID_WORKER: ("639999001001001", "639999002001"),
    Role.COMMUNITY_OFFICER: ("639999001001", "639999001002"),
    Role.STREET_OFFICER: ("639999001", "639999002"),
    Role.DISTRICT_OFFICER: ("639999", "639998"),
    Role.SYSTEM_ADMIN: ("639999001", "639999002"),
    Role.SECURITY_ADMIN: ("639999001", "639999002"),
    Role.AUDIT_ADMIN: ("639999001", "639999002"),
}


class World:
    """`phones` of the viewers by name, and the ids of what belongs to those of 和平社区."""

    def __init__(self, app: APIFlask, levers: Levers, connection: Connection) -> None:
        self.app, self.connection = app, connection
        self._levers = levers
        self.street = street_of(app)
        self.phones: dict[str, Phone] = {}
        self._offices()
        self._people("resident", "proxy", "volunteer", "team_leader", "organisation_staff", "work_unit_officer", "party_member")
        self._groups()
        self._registrations()
        self._services()
        self.tokens = {viewer: self.token(phone) for viewer, phone in self.phones.items()}
        self.known: Json = {
            "community_id": self.street[HOME],
            "area_id": self.street[HOME],
            "year": clock.shanghai_day(clock.now()).year,
            "work_unit_id": self.unit_id,
        }

    def __getitem__(self, viewer: str) -> Phone:
        return self.phones[viewer]

    @property
    def officer(self) -> Phone:
        """The community's officer, by whom a subject is brought as far as a row wants it."""
        return self.phones[Role.COMMUNITY_OFFICER.value]

    def wechat_login(self) -> Json:
        """What somebody sends who logs in by WeChat; a code works once."""
        return {"code": self._levers.login_code("somebody")}

    def phone_code(self) -> Json:
        """What somebody sends who pressed the phone-number button."""
        return {"code": self._levers.phone_code("somebody")}

    def locked_login(self) -> str:
        """The login of the community's officer after too many wrong passwords: its id."""
        with transaction():
            now, login = clock.now(), self._login_by_password(self.officer)
            lockout = LoginLockout(name_index=name_index(OFFICER_NAME), login_id=login.id, failures=5, last_failed_at=now)
            lockout.locked_until = now + timedelta(minutes=15)
            db.session.add(lockout)
            return str(login.id)

    def give_password(self, phone: Phone, name: str) -> None:
        """Let the phone's account log in by password too. The hash costs next to nothing, for it is verified for each viewer."""
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        with transaction():
            login = Login(id=new_id(), account_id=UUID(phone.account_id), kind=LoginKind.PASSWORD, name=name)
            login.password_hash, login.created_at = cheap, clock.now()
            db.session.add(login)

    def session_of(self, viewer: str) -> str:
        """The login in which a viewer walks: its id."""
        return str(self._family(self[viewer]))

    def _login_by_password(self, phone: Phone) -> Login:
        of_phone = (Login.account_id == UUID(phone.account_id), Login.kind == LoginKind.PASSWORD)
        return db.session.scalars(select(Login).where(*of_phone)).one()

    def code(self, shift_id: str) -> str:
        """A sign-in code of a shift as it is shown now."""
        return codes.maker().code(UUID(shift_id), now=clock.now()).text

    def open_demand(self, **fields: Any) -> Json:
        """A demand of the resident that is published, with places for everybody and no claim yet."""
        return published_demand(self.officer, self.street, by=self["resident"], places=9, **fields)

    def new_demand(self, by: str = "resident", **fields: Any) -> Json:
        """A demand that waits for the community."""
        return self[by].made("/demands", demand_form(self.street, **fields))

    def claimed_demand(self) -> Json:
        """A published demand, claimed by the team, the organisation, the unit and the Party member: claims in `claims`, by kind."""
        demand = self.open_demand()
        role = {"role_id": demand["role_id"]}
        claims = {
            "team": self["team_leader"].made("/claims", role | {"team_id": self.team_id})["id"],
            "organisation": self[ORGANISATION_OFFICER].made("/claims", role | {"organisation_id": self.organisation_id})["id"],
            "person": self["party_member"].made("/claims", role | {"as_person": True})["id"],
            "work_unit": str(claim_for(UUID(demand["opening_id"]), work_unit_id=UUID(self.unit_id))),
        }
        with transaction():
            db.session.execute(update(OpeningRole).where(OpeningRole.id == UUID(demand["role_id"])).values(taken=OpeningRole.taken + 1))
        return demand | {"claims": claims}

    def shift_of(self, demand: Json) -> str:
        """The one shift of a demand."""
        found = db.session.scalars(select(Shift.id).where(Shift.opening_id == UUID(demand["opening_id"]))).one()
        db.session.rollback()
        return str(found)

    def _offices(self) -> None:
        for role, paths in _PATHS.items():
            for viewer, path in zip((role.value, elsewhere(role.value)), paths, strict=True):
                self.phones[viewer] = wechat_user(self.app)
                give_role(self.phones[viewer], Grant(role, area_path=path))
        self.give_password(self.officer, OFFICER_NAME)
        answer = self.app.test_client().post("/api/v1/auth/password", json={"name": OFFICER_NAME, "password": PASSWORD})
        assert answer.status_code == 200, answer.get_json()
        self._far_officer = wechat_user(self.app)
        give_role(self._far_officer, Grant(Role.COMMUNITY_OFFICER, area_path="639999002001"))

    def _people(self, *roles: str) -> None:
        phone_of = partial(wechat_user, self.app)
        registering: dict[str, Callable[..., Phone]] = dict.fromkeys(roles, registered_volunteer)
        registering |= dict.fromkeys(("resident", "proxy", "work_unit_officer", "party_member"), registered_person)
        self.cards = {role: {"name": "王志愿", "id_number": identity_number()} for role in roles}
        for role in roles:
            self.phones[role] = registering[role](phone_of, self.street, **self.cards[role], community=HOME)
            self.phones[elsewhere(role)] = registering[role](phone_of, self.street, name="王志愿", community=FAR)
        self.phones[ORGANISATION_OFFICER] = registered_volunteer(phone_of, self.street, name="王志愿", community=HOME)
        for acting, elder in (("proxy", "resident"), (elsewhere("proxy"), elsewhere("resident"))):
            give_role(self[acting], Grant(Role.PROXY, person_id=UUID(self[elder].person_id)))
        self.far_head = registered_volunteer(phone_of, self.street, name="王志愿", community=FAR)

    def _groups(self) -> None:
        leader, far_leader = self["team_leader"], self[elsewhere("team_leader")]
        self.team_id: str = active_team(leader, self.officer, self.street)["id"]
        self.membership_id: str = join_team(self["volunteer"], leader, self.team_id)["id"]
        active_team(far_leader, self._far_officer, self.street, community=FAR)
        self.organisation_id: str = verified_organisation(self[ORGANISATION_OFFICER], self.officer, self.street)["id"]
        self.staff_id: str = add_staff(self[ORGANISATION_OFFICER], self.organisation_id, self["organisation_staff"], "王志愿")["id"]
        far = verified_organisation(self.far_head, self._far_officer, self.street, community=FAR)
        add_staff(self.far_head, far["id"], self[elsewhere("organisation_staff")], "王志愿")
        self.unit_id, self.far_unit_id = work_unit(self.officer), work_unit(self.officer, "测试区园林绿化中心")
        give_role(self["work_unit_officer"], Grant(Role.WORK_UNIT_OFFICER, work_unit_id=UUID(self.unit_id)))
        give_role(self[elsewhere("work_unit_officer")], Grant(Role.WORK_UNIT_OFFICER, work_unit_id=UUID(self.far_unit_id)))

    def _registrations(self) -> None:
        for member, unit_id, community, officer in (
            ("party_member", self.unit_id, HOME, self.officer),
            (elsewhere("party_member"), self.far_unit_id, FAR, self._far_officer),
        ):
            form = registration_form(self.street, unit_id, community=community)
            self[member].registration_id = self[member].made("/registrations", form)["id"]
            officer.made(f"/registrations/{self[member].registration_id}/acceptance")

    def _services(self) -> None:
        """Everybody who holds a claim serves 47 minutes for the resident; the member of the team by sign-in and sign-out."""
        self.demand = self.claimed_demand()
        self.shift_id = self.shift_of(self.demand)
        serving = {
            "team": "volunteer",
            "organisation": "organisation_staff",
            "person": "party_member",
            "work_unit": "work_unit_officer",
        }
        signing = f"/shifts/{self.shift_id}/sign-in"
        self.attendance_ids = {
            kind: self[who].made(signing, {"code": self.code(self.shift_id)})["attendance_id"] for kind, who in serving.items()
        }
        clock.advance(timedelta(minutes=47))
        for phone in self.phones.values():
            phone.access_token = self.token(phone)
        signing = f"/shifts/{self.shift_id}/sign-out"
        self.fact_ids = {kind: self[who].made(signing, {"code": self.code(self.shift_id)})["fact_id"] for kind, who in serving.items()}

    def revision_of(self, fact_id: str) -> str:
        """The revision of a service that an officer looks at."""
        found: str = self.officer.seen(f"/services/{fact_id}")["revision_id"]
        return found

    def token(self, phone: Phone) -> str:
        """An access token for the phone as of now."""
        return tokens.maker().access_token(AccessClaims(UUID(phone.account_id), self._family(phone)), now=clock.now())

    def _family(self, phone: Phone) -> UUID:
        latest = select(TokenFamily.id).where(TokenFamily.account_id == UUID(phone.account_id)).order_by(TokenFamily.id.desc()).limit(1)
        family_id = db.session.scalars(latest).one()
        db.session.rollback()
        return family_id
