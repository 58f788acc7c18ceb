"""Who acts in the last weeks before a copy is loaded: the log-ins of the year, and people who came since, by the product's own commands."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select

from backend.accounts import service as accounts
from backend.accounts.models import Account, RoleGrant
from backend.areas.models import Area, Level
from backend.demands import rules
from backend.demands.models import BasisKind
from backend.demands.service import BeneficiaryDetails, StatedBasis
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.identifiers import identity_check_digit
from backend.people import notices
from backend.people import service as people
from backend.people.models import Person
from backend.people.notices import NoticeName
from backend.people.service import Channel, Named
from backend.registration.models import ACTIVE, MemberRegistration
from backend.teams.models import Team
from backend.volunteers import service as volunteers
from ejia.trial.wechat.world import openid_of

Story = Generator[datetime, datetime, None]
"""What somebody does, and what is answered: it gives the instant of each act, and goes on when that is the next of all."""


PHONES = ("leader", "volunteer", "organisation", "member", "resident")
"""Those of the year."""

NEIGHBOURS = ("lately-first", "lately-second", "lately-third")


@dataclass(frozen=True, slots=True)
class Place:
    """A community, and the account of who looks after it."""

    id: UUID
    path: str
    name: str
    officer: UUID


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who came in the last weeks; `number` as a volunteer, where they are one."""

    account: UUID
    person: UUID
    card: Named
    number: str


class Cast:
    """All who act, before an instant `now`; whoever acts does so with the roles of that moment."""

    def __init__(self, appid: str, *, now: datetime) -> None:
        self.appid, self.today = appid, clock.shanghai_day(now)
        self._phones = {name: accounts.wechat_account(appid, openid_of(appid, name)) for name in PHONES}
        standing = (Area.level == Level.COMMUNITY, Area.withdrawn_on.is_(None))
        areas = db.session.scalars(select(Area).where(*standing).order_by(Area.path)).all()
        self.places = [Place(area.id, area.path, area.name, _account(f"shequ-{number}")) for number, area in enumerate(areas, start=1)]
        led = select(Team.id, Team.area_id).join(RoleGrant, RoleGrant.team_id == Team.id)
        self.team, at_home = db.session.execute(led.where(RoleGrant.account_id == self.account("leader")).limit(1)).one()
        """The team of the phone of the leader, in whose community most of it happens."""
        self.home = next(place for place in self.places if place.id == at_home)
        self.neighbour = self.places[(self.places.index(self.home) + 1) % len(self.places)]
        grids = select(Area.id).where(Area.parent_id == at_home, Area.level == Level.GRID, Area.withdrawn_on.is_(None))
        self.first_grid = db.session.scalars(grids.order_by(Area.path).limit(1)).one()
        self.neighbours: dict[str, Newcomer] = {}
        self._born = 0
        acts = self.account("organisation")
        grants = acting(acts, now).grants if acts is not None else ()
        self.organisation = next((grant.organisation_id for grant in grants if grant.organisation_id is not None), None)
        """For which the phone of that name acts, where there is one."""

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """An instant of a day before today, or of one to come."""
        return clock.start_of_day(self.today - timedelta(days=days_ago)) + timedelta(hours=hour, minutes=minute)

    def account(self, phone: str) -> UUID | None:
        """Whose phone of the year this is; a small year may have nobody."""
        return self._phones[phone]

    def phone_of(self, name: str, now: datetime) -> Actor:
        """Who holds a phone of the year, or in a small one the leader."""
        account = self.account(name) or self.account("leader")
        if account is None:
            raise LookupError("the demonstration has no leader")
        return acting(account, now)

    def card(self) -> Named:
        """Name and number of somebody who is not in the year: no number there has these last digits."""
        names = "蔡淑贞 龚凤琴 贺素珍 赖淑芬 庞惠珍 苗桂琴 柴淑琴 单凤珍 焦素贞 尚惠芬 栾淑珍 祁桂芬 巩凤芬 佟素琴 屈惠贞 阮淑惠".split()
        name, born = names[self._born % len(names)], date(1971, 3, 2) + timedelta(days=401 * self._born)
        self._born += 1
        first_17 = f"639999{born:%Y%m%d}000"
        return Named(name, first_17 + identity_check_digit(first_17))

    def phone(self, name: str, *, now: datetime) -> UUID:
        """The account of somebody who opened the mini-program for the first time."""
        tokens = accounts.log_in_by_wechat(self.appid, openid_of(self.appid, name), unionid=None, session_key="-", now=now)
        self._phones[name] = tokens.account_id
        return tokens.account_id

    def neighbours_come(self) -> Story:
        """Three register as volunteers, half a year ago: much of what waits is theirs."""
        for place, name in enumerate(NEIGHBOURS):
            now = yield self.at(190, 9, place)
            self.neighbours[name] = self.volunteer(name, self.home, now=now)

    def volunteer(self, name: str, place: Place, *, now: datetime) -> Newcomer:
        """Somebody registers as a volunteer of their community, by their own phone."""
        account, card = self.phone(name, now=now), self.card()
        version = notices.notice(NoticeName.VOLUNTEER).version
        registered = volunteers.register_volunteer(
            acting(account, now),
            name=card.name,
            id_number=card.id_number,
            area_id=place.id,
            phone=None,
            notice_version=version,
            channel=Channel.MINI_PROGRAM,
            now=now,
        )
        return Newcomer(account, registered.person_id, card, registered.number)

    def resident(self, name: str, place: Place, *, now: datetime) -> Newcomer:
        """Somebody says who they are, by their own phone, and registers for nothing."""
        account, card = self.phone(name, now=now), self.card()
        person = people.register_person(
            acting(account, now),
            name=card.name,
            id_number=card.id_number,
            area_id=place.id,
            phone=None,
            notice_version=notices.notice(NoticeName.IDENTITY).version,
            channel=Channel.MINI_PROGRAM,
            now=now,
        )
        return Newcomer(account, person.id, card, "")

    def registered(self, phone: str) -> tuple[str | None, str] | None:
        """The number of their registration as a serving Party member, None before a community accepted it, and their name; None of who is
        not registered as one."""
        standing = (MemberRegistration.is_current(), MemberRegistration.status.in_(ACTIVE))
        card = (
            select(MemberRegistration.receipt_number, Person.name)
            .join(Person, Person.id == MemberRegistration.person_id)
            .join(Account, Account.person_id == Person.id)
            .where(Account.id == self.account(phone), *standing)
        )
        found = db.session.execute(card).first()
        return None if found is None else (found.receipt_number, found.name)

    def elder(self, name: str, place: Place, house: int) -> BeneficiaryDetails:
        """Somebody who is to be visited and agreed to it; in no house of the year."""
        basis = StatedBasis(BasisKind.OWN_CONSENT, notice_version=rules.current().notice.version)
        address = f"{place.name}示范小区{house}号楼1单元101室"
        return BeneficiaryDetails(name, f"{name[0]}奶奶", address, born_in=1941, basis=basis)

    def resident_of(self, place: Place) -> UUID | None:
        """Somebody of the year who lives there and has no account; a small year may have nobody."""
        has_account = exists().where(Account.person_id == Person.id)
        there = select(Person.id).where(Person.area_path == place.path, Person.withdrawn_at.is_(None), ~has_account)
        return db.session.scalar(there.order_by(Person.id.desc()).limit(1))


def acting(account: UUID, now: datetime) -> Actor:
    """The account with the roles that it held at an instant."""
    return accounts.actor_behind(account, now=now)


def _account(login: str) -> UUID:
    account = accounts.account_of_login(login)
    if account is None:
        raise LookupError(f"the demonstration has no log-in {login}")
    return account
