"""What lies on the desks of the last weeks: papers for a second officer, who would move here, who lost a phone, who is in office."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from backend.accounts import service as accounts
from backend.accounts import tokens
from backend.corrections import service as corrections
from backend.corrections.models import CorrectionProof
from backend.corrections.service import NewIdentity
from backend.deaths import service as deaths
from backend.deaths.models import DeathProof
from backend.deaths.service import ReportedDeath
from backend.foundation.actor import Role
from backend.late_entries import service as late_entries
from backend.late_entries.service import Activity, Served
from backend.people import notices
from backend.people import service as people
from backend.people.notices import NoticeName
from backend.proxies import service as proxies
from backend.proxies.service import NewProxy
from backend.recoveries import service as recoveries
from backend.recoveries.models import RecoveryProof
from backend.relocations import service as relocations
from ejia.trial.demo.lately.cast import Cast, Story, acting
from ejia.trial.demo.told import DemonstrationLogin

GRID_WORKER = "grid"


class Desks:
    """Stories of the desks, at the community of the demonstration's leader and at the street."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.home = cast, cast.home

    def logins(self) -> Iterator[DemonstrationLogin]:
        """Who can log in since."""
        yield DemonstrationLogin(GRID_WORKER, True, f"{self.home.name}第1网格的网格员")

    def stories(self) -> Iterator[Story]:
        """Each of them."""
        yield from (self._papers(), self._entered_late(), self._would_move_here(), self._would_move_away())
        yield from (
            self._lost_a_phone("lately-second", 2, is_seen=False),
            self._lost_a_phone("lately-third", 1, is_seen=True),
            self._acts_for_an_elder(),
        )
        yield from (self._ends_soon(), self._not_seen_yet(), self._proposed(), self._offered())

    def _papers(self) -> Story:
        """A name to correct, and a death: each wants a second officer, and has waited for longer than that may take."""
        now = yield self.cast.at(40, 10)
        misread, dead = (self.cast.resident(f"lately-{name}", self.home, now=now).person for name in ("misread", "dead"))
        now = yield self.cast.at(5, 10, 30)
        officer, right = acting(self.home.officer, now), self.cast.card()
        corrections.propose_correction(officer, misread, NewIdentity(right.name, right.id_number, CorrectionProof.ID_CARD), now=now)
        now = yield self.cast.at(4, 11)
        died = ReportedDeath(self.cast.today - timedelta(days=8), DeathProof.CREMATION_CERTIFICATE)
        deaths.report_death(acting(self.home.officer, now), dead, died, now=now)

    def _entered_late(self) -> Story:
        """A past activity that nobody had published, entered longer ago than the decision may take."""
        now = yield self.cast.at(9, 16)
        starts_at = self.cast.at(11, 7)
        activity = Activity(
            "red_ribbon",
            "清理楼前积水",
            f"{self.home.name}3号楼前",
            starts_at,
            starts_at + timedelta(hours=2),
            "夜里水管破裂，来不及发布",
            "现场签到表原件，存社区档案盒",
            "签到表只有纸质原件",
        )
        lines = [Served(volunteer.number, volunteer.card.name, 90) for volunteer in self.cast.neighbours.values()]
        late_entries.enter(acting(self.home.officer, now), activity, lines, community_id=self.home.id, now=now)

    def _would_move_here(self) -> Story:
        """A volunteer from next door lives here now, and has asked longer ago than the answer may take."""
        now = yield self.cast.at(8, 18)
        moving = self.cast.volunteer("lately-moving", self.cast.neighbour, now=now)
        relocations.ask_to_move(acting(moving.account, now), community_id=self.home.id, now=now)

    def _would_move_away(self) -> Story:
        """The resident asks the community next door to take them in."""
        now = yield self.cast.at(1, 21)
        relocations.ask_to_move(self.cast.phone_of("resident", now), community_id=self.cast.neighbour.id, now=now)

    def _lost_a_phone(self, name: str, days_ago: int, *, is_seen: bool) -> Story:
        """A volunteer asks from another WeChat for what the lost one opened; one has been to the desk already."""
        now = yield self.cast.at(days_ago, 9, 50)
        losing = self.cast.neighbours[name].card
        new = self.cast.phone(f"{name}-again", now=now)
        asked = recoveries.apply_for_recovery(acting(new, now), name=losing.name, id_number=losing.id_number, now=now)
        if is_seen:
            now = yield self.cast.at(days_ago, 15)
            code = tokens.maker().check_code(asked)
            officer = acting(self.home.officer, now)
            recoveries.confirm_recovery(officer, asked, proof=RecoveryProof.ID_CARD, check_code=code, now=now)

    def _acts_for_an_elder(self) -> Story:
        """A neighbour acts for an elder without a phone; the term is over."""
        now = yield self.cast.at(190, 10)
        neighbour, elder = self.cast.neighbours["lately-first"], self.cast.card()
        wanted = NewProxy(
            elder_name=elder.name,
            elder_id_number=elder.id_number,
            community_id=self.home.id,
            proxy_name=neighbour.card.name,
            proxy_id_number=neighbour.card.id_number,
            relation="neighbour",
            cause="不使用手机",
            ends_on=self.cast.today - timedelta(days=16),
            notice_version=notices.notice(NoticeName.PROXY).version,
        )
        proxies.record_proxy(acting(self.home.officer, now), wanted, now=now)

    def _ends_soon(self) -> Story:
        """The term of a grid worker whose papers were seen ends within the month."""
        now = yield self.cast.at(160, 9)
        worker = self.cast.volunteer(GRID_WORKER, self.home, now=now)
        grant = self._offer(Role.GRID_WORKER, worker.account, now, until=self.cast.today + timedelta(days=20))
        now = yield self.cast.at(160, 10)
        accounts.accept_appointment(acting(worker.account, now), grant, now=now)
        now = yield self.cast.at(160, 11)
        version = notices.notice(NoticeName.IDENTITY).version
        people.check_identity(acting(self.home.officer, now), grant, worker.card, self.home.id, notice_version=version, now=now)

    def _not_seen_yet(self) -> Story:
        """A grid worker took the office, and has not been at the desk with their papers."""
        now = yield self.cast.at(15, 9, 20)
        worker = self.cast.volunteer("lately-grid", self.home, now=now)
        grant = self._offer(Role.GRID_WORKER, worker.account, now)
        now = yield self.cast.at(14, 19)
        accounts.accept_appointment(acting(worker.account, now), grant, now=now)

    def _proposed(self) -> Story:
        """The officer would like to have a colleague, to which the street has to agree."""
        now = yield self.cast.at(5, 14)
        self._offer(Role.COMMUNITY_OFFICER, self.cast.neighbours["lately-first"].account, now)

    def _offered(self) -> Story:
        """The volunteer is offered a grid, and has not taken it."""
        now = yield self.cast.at(3, 14)
        account = self.cast.account("volunteer")
        if account is not None:
            self._offer(Role.GRID_WORKER, account, now)

    def _offer(self, role: Role, account: UUID, now: datetime, *, until: date | None = None) -> UUID:
        """Let the officer offer an office: in the first grid, or in the whole community."""
        area = self.home.id if role is Role.COMMUNITY_OFFICER else self.cast.first_grid
        officer = acting(self.home.officer, now)
        return accounts.appoint(officer, role, area, lambda: account, first_day=None, last_day=until, now=now)
