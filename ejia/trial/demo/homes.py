"""Makes the homes that are visited in the demonstration year: who lives there, with whom visits were arranged, and the codes of doors."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from backend.attendance import doors
from backend.attendance.models import DoorCode
from backend.demands import rules
from backend.demands.models import ADDRESS, PHONE, BasisKind, Beneficiary, BeneficiaryBasis, EndCause
from backend.foundation.clock import shanghai_day
from backend.foundation.sealing import keyring
from backend.openings.models import Arrangement
from ejia.trial.demo import plan
from ejia.trial.demo.groups import Group
from ejia.trial.demo.people import FIRST, LAST
from ejia.trial.demo.world import Community, World

_ENDS = (EndCause.MOVED_AWAY.value, EndCause.DIED.value, EndCause.NO_LONGER_WISHES.value)


class Homes:
    """The register of the year, in `world`; what is arranged, printed and ended has a chance of its own and moves nothing else."""

    def __init__(self, world: World, standing: Collection[UUID]) -> None:
        """`standing`: the teams that come to the homes of their community without being asked about."""
        self.world, self._standing, self.chance = world, standing, World(plan.SEED + 4)
        self.elders = world.table(
            Beneficiary,
            *("id", "area_id", "area_path", "name", "called", "born_in", "address_sealed", "address_index", "phone_sealed", "phone_index"),
            *("created_at", "ended_at", "end_cause", "basis_stands"),
        )
        self.bases = world.table(BeneficiaryBasis, "id", "fact_id", "recorded_at", "void", "beneficiary_id", "basis", "notice_version")
        self._known: dict[str, list[tuple[datetime, UUID]]] = {}
        self._rows: dict[UUID, tuple[object, ...]] = {}
        self._last_visit: dict[UUID, datetime] = {}
        self._printed: dict[UUID, datetime] = {}
        self._arranged: set[UUID] = set()
        self._in_grids = World(plan.SEED + 9)

    def begin_arrangements(self) -> None:
        """Begin the tables that name openings, after theirs."""
        self.arrangements = self.world.table(
            Arrangement,
            *("id", "fact_id", "recorded_at", "void", "team_id", "organisation_id", "opening_id", "area_id", "area_path", "cause"),
            *("begins_on", "ends_on"),
        )
        self.codes = self.world.table(DoorCode, "id", "home_id", "proof", "issued_at", "ended_at")

    def elder(self, community: Community, at: datetime) -> UUID:
        """Somebody in the community who is visited: of ten, four were before."""
        world, keys = self.world, keyring()
        elder, name = world.id_at(at), world.name()
        building, entrance, door = (world.random.randrange(1, most) for most in (30, 5, 40))
        address, phone = f"{community.name}示范小区{building}号楼{entrance}单元{100 + door}室", world.phone()
        called, born_in = f"{name[0]}{world.random.choice(('奶奶', '爷爷'))}", world.random.randrange(1930, 1958)
        basis = world.id_at(at)
        known = [other for since, other in self._known.setdefault(community.path, []) if since <= at]
        if known and self.chance.random.random() < 0.4:
            return self.chance.random.choice(known)
        self._known[community.path].append((at, elder))
        sealed_address = (keys.seal(address, field=ADDRESS, row=elder), keys.index(address, field=ADDRESS))
        sealed_phone = (keys.seal(phone, field=PHONE, row=elder), keys.index(phone, field=PHONE))
        self._rows[elder] = (elder, *self._where(community), name, called, born_in, *sealed_address, *sealed_phone)
        self.bases.add(basis, basis, at, False, elder, BasisKind.OWN_CONSENT.value, rules.current().notice.version)
        return elder

    def _where(self, community: Community) -> tuple[UUID, str]:
        """Where somebody is on record: in the grid that is given away at the year's end some, all others in their community."""
        if community.path == plan.DIVIDED and self._in_grids.random.randrange(plan.GRIDS_OF_A_COMMUNITY) == 0:
            return self.world.grids[plan.GRID_GIVEN], plan.GRID_GIVEN
        return community.id, community.path

    def path_of(self, elder: UUID | None) -> str | None:
        """The path of the community or grid in which somebody is on record."""
        return None if elder is None else str(self._rows[elder][2])

    def visited(self, elder: UUID, until: datetime) -> None:
        """Somebody was asked to come to them, until then."""
        self._last_visit[elder] = max(until, self._last_visit.get(elder, until))

    def print_code(self, elder: UUID, at: datetime) -> None:
        """A code for the door, since this instant or before."""
        self._printed[elder] = min(at, self._printed.get(elder, at))

    def arranged(self, group: Group, community: Community, opening: UUID, at: datetime) -> bool:
        """Whether nobody is asked about a claim of that instant: it stands under an arrangement for the community, or an invitation."""
        if group.capacity == "registration":
            return False
        if group.community is not community:
            self._arrange(group, community, opening, at - timedelta(minutes=1), "本社区暂无合适的队伍", shanghai_day(at))
            return True
        begins_on = max(FIRST, group.since)
        if group.id not in self._standing or shanghai_day(at) < begins_on:
            return False
        if group.id not in self._arranged:
            self._arranged.add(group.id)
            self._arrange(group, community, None, self.chance.at(begins_on, 7, 8), "与本社区长期结对", begins_on)
        return True

    def _arrange(self, group: Group, community: Community, opening: UUID | None, at: datetime, cause: str, begins_on: date) -> None:
        fact = self.chance.id_at(at)
        party = (group.id, None) if group.capacity == "team" else (None, group.id)
        self.arrangements.add(fact, fact, at, False, *party, opening, community.id, community.path, cause, begins_on, LAST)

    def settle(self) -> None:
        """Write the register down: now and then somebody ended in the year, and by now nothing tells where they lived."""
        since = {elder: at for known in self._known.values() for at, elder in known}
        for elder, row in self._rows.items():
            ended_at = None
            if self.chance.random.random() < 0.02:
                ended_at = self._last_visit[elder] + timedelta(days=20)
                self.elders.add(*row[:6], None, None, None, None, since[elder], ended_at, self.chance.random.choice(_ENDS), True)
            else:
                self.elders.add(*row, since[elder], None, None, True)
            if elder in self._printed:
                issued = self._printed[elder]
                code = "".join(self.chance.random.choices(doors.ALPHABET, k=doors.LENGTH))
                self.codes.add(self.chance.id_at(issued), elder, doors.proof_of(code, elder), issued, ended_at)
