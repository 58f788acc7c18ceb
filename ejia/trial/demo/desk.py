"""Makes what desks did for people in the demonstration year: names corrected by two officers, accounts that their holders closed."""

from collections.abc import Sequence
from datetime import date, timedelta

from backend.corrections.models import CorrectionProof, CorrectionStatus, IdentityCorrection, IdentityCorrectionChange
from ejia.trial.demo import plan
from ejia.trial.demo.logins import Logins
from ejia.trial.demo.people import FIRST, People
from ejia.trial.demo.plan import scaled
from ejia.trial.demo.world import Someone, World


class Desk:
    """Works last, with a chance of its own."""

    def __init__(self, world: World, people: People, scale: float) -> None:
        self.people, self.scale = people, scale
        self.chance = World(plan.SEED + 6)
        self.corrections = world.table(
            IdentityCorrection, "id", "person_id", "area_path", "status", "proof", "of_name", "of_id_number", "proposed_at", "proposed_by"
        )
        self.changes = world.table(
            IdentityCorrectionChange, "id", "correction_id", "from_status", "to_status", "at", "actor_account_id", "reason"
        )

    def correct(self, residents: Sequence[Someone]) -> None:
        """An officer of the community sees the papers, one of the street decides two days later; of eight, one is returned."""
        chance, street = self.chance, self.people.world.officer_of(plan.STREET[0][:9])
        number = min(len(residents), scaled(plan.CORRECTIONS, self.scale, least=2))
        for place, person in enumerate(chance.random.sample(list(residents), k=number)):
            day = chance.day(date(plan.YEAR, 12, 1), date(plan.YEAR, 12, 26))
            seen, decided = chance.at(day, 9, 17), chance.at(day + timedelta(days=2), 9, 17)
            status = CorrectionStatus.RETURNED if place % 8 == 1 else CorrectionStatus.CONFIRMED
            correction, path = chance.id_at(seen), person.community.path
            officer, proof = self.people.world.officer_of(path), CorrectionProof.ID_CARD
            self.corrections.add(correction, person.id, path, status.value, proof.value, True, False, seen, officer)
            self.changes.add(chance.id_at(seen), correction, None, CorrectionStatus.PROPOSED.value, seen, officer, None)
            why = "与身份证不一致" if status is CorrectionStatus.RETURNED else None
            self.changes.add(chance.id_at(decided), correction, CorrectionStatus.PROPOSED.value, status.value, decided, street, why)

    def close(self, ways_in: Logins) -> None:
        """Some used the platform for a while, were served by nobody and served nobody, and closed their account."""
        for _ in range(scaled(plan.CLOSED_ACCOUNTS, self.scale)):
            began = self.chance.at(self.chance.day(FIRST, date(plan.YEAR, 10, 31)), 9, 17)
            ended = began + timedelta(days=self.chance.random.randrange(5, 50))
            self.people.make_erased(self.chance.random.choice(self.people.world.communities), began, ended)
            ways_in.closed(self.chance.id_at(began), began, ended)
