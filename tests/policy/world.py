"""和平社区 with everybody whom a role may concern, and 向阳社区 of another street with as many who have nothing to do with it.

Built once for the whole walk; what a row changes is undone. Nobody here holds more than the role after which they are named, but for what
makes it whole: a leader is a volunteer, and so is whoever acts for an organisation.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from apiflask import APIFlask
from argon2 import PasswordHasher
from sqlalchemy import Connection, select, update

from backend.accounts import tokens
from backend.accounts.models import HeldBy, Login, LoginKind, LoginLockout, TokenFamily
from backend.accounts.service.logins import Proof, start_browser
from backend.accounts.service.tries import try_index
from backend.accounts.tokens import AccessClaims
from backend.attendance import codes
from backend.attendance.models import Shift
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.openings.models import OpeningRole
from tests.policy.viewers import NEWCOMER, ORGANISATION_OFFICER, UNCHECKED, elsewhere
from tests.support.attendance import claim_for
from tests.support.beginning import wechat_user
from tests.support.demands import asked_for, claimed, demand_form, give_role, grant_to, published_demand
from tests.support.operations import Json
from tests.support.phone import Phone
from tests.support.street import Street
from tests.wechat.steering import Levers

HOME, FAR = "和平社区", "向阳社区"
OFFICER_NAME, PASSWORD = "heping.wang", "Correct-Horse-7"  # by which the community's officer is logged in


def by_phone(app: APIFlask, role: Role, area_path: str) -> Phone:
    """Who holds an office without a log-in by password, as most of the walk wants it."""
    phone = wechat_user(app)
    give_role(phone, Grant(role, area_path=area_path))
    return phone


class World:
    """`phones` of the viewers by name, and the ids of what belongs to those of 和平社区."""

    def __init__(self, app: APIFlask, levers: Levers, connection: Connection) -> None:
        self.app, self.connection = app, connection
        self._levers = levers
        self.street = Street(app, in_office=by_phone)
        self.phones: dict[str, Phone] = {}
        self._offices()
        self._people()
        self._groups()
        self._services()
        self._claims = {viewer: self._claims_of(phone) for viewer, phone in self.phones.items()}
        self.browsers = {viewer: self._browser(phone) for viewer, phone in self.phones.items()}
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
        return self.street.home.officer

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
            lockout = LoginLockout(
                name_index=try_index(OFFICER_NAME, "address:192.0.2.1"), login_id=login.id, failures=5, last_failed_at=now
            )
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

    def login_of(self, viewer: str) -> str:
        """By what a viewer's account opens: the one way in."""
        found = db.session.scalars(select(Login.id).where(Login.account_id == UUID(self[viewer].account_id))).one()
        db.session.rollback()
        return str(found)

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
        claims = {
            "team": claimed(self["team_leader"], demand, self.team_id)["id"],
            "organisation": claimed(self[ORGANISATION_OFFICER], demand, organisation_id=self.organisation_id)["id"],
            "person": claimed(self["party_member"], demand, as_person=True, overlap_confirmed=True)["id"],
            "work_unit": str(claim_for(UUID(demand["opening_id"]), work_unit_id=UUID(self.unit_id))),
        }
        with transaction():
            db.session.execute(update(OpeningRole).where(OpeningRole.id == UUID(demand["role_id"])).values(taken=OpeningRole.taken + 1))
        return demand | {"claims": claims}

    def asking_claims(self) -> Json:
        """A published demand, asked for by the team, the organisation and the Party member: claims in `claims`, by kind."""
        demand = self.open_demand()
        claims = {
            "team": asked_for(self["team_leader"], demand, self.team_id)["id"],
            "organisation": asked_for(self[ORGANISATION_OFFICER], demand, organisation_id=self.organisation_id)["id"],
            "person": asked_for(self["party_member"], demand, as_person=True, overlap_confirmed=True)["id"],
        }
        return demand | {"claims": claims}

    def shift_of(self, demand: Json) -> str:
        """The one shift of a demand."""
        found = db.session.scalars(select(Shift.id).where(Shift.opening_id == UUID(demand["opening_id"]))).one()
        db.session.rollback()
        return str(found)

    def _offices(self) -> None:
        street, home, far = self.street, self.street.home, self.street.far
        here = {
            Role.GRID_WORKER: home.grid_worker,
            Role.COMMUNITY_OFFICER: home.officer,
            Role.STREET_OFFICER: street.officer,
            Role.DISTRICT_OFFICER: street.district_officer,
            Role.SYSTEM_ADMIN: street.system_admin,
            Role.SECURITY_ADMIN: street.security_admin,
            Role.AUDIT_ADMIN: street.audit_admin,
        }
        there = {
            Role.GRID_WORKER: far.grid_worker,
            Role.COMMUNITY_OFFICER: street.next.officer,
            Role.STREET_OFFICER: street.far_officer,
            Role.DISTRICT_OFFICER: street.administrator(Role.DISTRICT_OFFICER, "639998"),
        }
        there |= {role: street.administrator(role, "639999002") for role in here.keys() - there.keys()}
        self.phones |= {role.value: phone for role, phone in here.items()}
        self.phones |= {elsewhere(role.value): phone for role, phone in there.items()}
        self.phones |= {NEWCOMER: wechat_user(self.app), UNCHECKED: wechat_user(self.app)}
        grant_to(self.phones[UNCHECKED], Grant(Role.COMMUNITY_OFFICER, area_path=home.path))
        self.give_password(self.officer, OFFICER_NAME)
        answer = self.app.test_client().post("/api/v1/auth/password", json={"name": OFFICER_NAME, "password": PASSWORD})
        assert answer.status_code == 200, answer.get_json()

    def _people(self) -> None:
        for community, viewer in ((self.street.home, str), (self.street.far, elsewhere)):
            people = {
                "resident": community.resident,
                "proxy": community.proxy,
                "volunteer": community.member,
                "team_leader": community.leader,
                "organisation_staff": community.staff,
                "work_unit_officer": community.unit_officer,
                "party_member": community.party_member,
            }
            self.phones |= {viewer(role): phone for role, phone in people.items()}
            give_role(community.proxy, Grant(Role.PROXY, person_id=UUID(community.resident.person_id)))
        self.phones[ORGANISATION_OFFICER] = self.street.home.head

    def _groups(self) -> None:
        home, far = self.street.home, self.street.far
        self.team_id, self.membership_id = home.team_id, home.membership_id
        self.organisation_id, self.staff_id = home.organisation_id, home.staff_id
        self.unit_id, self.far_unit_id = home.unit_id, far.unit_id
        assert far.team_id
        assert far.staff_id

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
        return tokens.maker().access_token(self._claims_of(phone), now=clock.now())

    def token_of(self, viewer: str) -> str:
        """An access token for a viewer as of now: a walk may take longer than one holds."""
        return tokens.maker().access_token(self._claims[viewer], now=clock.now())

    def _claims_of(self, phone: Phone) -> AccessClaims:
        return AccessClaims(UUID(phone.account_id), self._family(phone))

    def _family(self, phone: Phone) -> UUID:
        of_phone = (TokenFamily.account_id == UUID(phone.account_id), TokenFamily.held_by == HeldBy.PHONE)
        family_id = db.session.scalars(select(TokenFamily.id).where(*of_phone).order_by(TokenFamily.id.desc()).limit(1)).one()
        db.session.rollback()
        return family_id

    def _browser(self, phone: Phone) -> AccessClaims:
        """The phone's account in a browser."""
        with transaction():
            login_id = db.session.get_one(TokenFamily, self._family(phone)).login_id
            return start_browser(Proof(UUID(phone.account_id), login_id), left=None, now=clock.now())
