"""A rush over HTTP on the running server: 200 claimants for 10 places, twenty times over, while places are given back."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Barrier, Event, Thread
from uuid import UUID, uuid4

import psycopg
import pytest

from backend.foundation.actor import Role
from tests.support.crowd import Claimer, claimers
from tests.support.demands import place_count, published_demand

CLAIMANTS, PLACES, ROUNDS = 200, 10, 20

Answer = tuple[int, str]
"""Status, and the code of the refusal or the id of the claim."""


class RushingPhone:
    """One claimant on a connection of its own, which stays open over all rounds."""

    def __init__(self, address: tuple[str, int], claimer: Claimer, role_id: str) -> None:
        self.connection = HTTPConnection(*address, timeout=60)
        self.team_id = claimer.team_id
        self.token = claimer.token
        self.role_id = role_id
        self.claim_id: str | None = None

    def claim(self) -> Answer:
        """Ask for a place."""
        answer = self._post("/claims", {"role_id": self.role_id, "team_id": str(self.team_id)})
        if answer[0] == 201:
            self.claim_id = answer[1]
        return answer

    def release(self) -> Answer:
        """Give the place back."""
        answer = self._post(f"/claims/{self.claim_id}/release", {"reason": "改时间"})
        self.claim_id = None
        return answer

    def _post(self, path: str, body: dict[str, str]) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        self.connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
        answer = self.connection.getresponse()
        content = json.loads(answer.read())
        return answer.status, content.get("code") or content["id"]


@contextmanager
def watched(database_url: str, role_id: str) -> Iterator[list[tuple[int, int, int]]]:
    """Look at the places without a pause: places taken, claims held, claimants who hold one, each time in one snapshot."""
    seen: list[tuple[int, int, int]] = []
    over = Event()
    query = """SELECT (SELECT taken FROM opening_roles WHERE id = %(role)s), count(*), count(DISTINCT team_id)
               FROM claims WHERE role_id = %(role)s AND released_at IS NULL"""

    def look() -> None:
        with psycopg.connect(database_url.replace("postgresql+psycopg:", "postgresql:", 1), autocommit=True) as connection:
            while not over.wait(0.005):
                seen.extend(connection.execute(query, {"role": role_id}).fetchall())

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


@pytest.mark.timeout(240)
def test_of_two_hundred_claimants_never_more_than_ten_hold_a_place(running_web, administrator, street, settings):
    officer = administrator(Role.COMMUNITY_OFFICER, "639999001001")
    demand = published_demand(officer, street, places=PLACES, brand="red_ribbon")
    crowd = claimers(UUID(street["和平社区"]), CLAIMANTS)
    phones = [RushingPhone(running_web, claimer, demand["role_id"]) for claimer in crowd]
    chance, start = random.Random(20231123), Barrier(CLAIMANTS)

    def rush(phone: RushingPhone, gives_back: bool) -> tuple[bool, Answer | None, Answer]:
        start.wait(60)
        held_before = phone.claim_id is not None
        returned = phone.release() if gives_back else None
        return held_before and not gives_back, returned, phone.claim()

    answered: Counter[Answer | int] = Counter()
    try:
        with watched(settings.database_url, demand["role_id"]) as seen, ThreadPoolExecutor(CLAIMANTS) as pool:
            for _ in range(ROUNDS):
                holders = [phone for phone in phones if phone.claim_id is not None]
                giving = set(chance.sample(holders, chance.randint(1, len(holders)) if holders else 0))
                outcomes = list(pool.map(rush, phones, [phone in giving for phone in phones]))

                assert {returned[0] for _, returned, _ in outcomes if returned is not None} <= {200}
                assert {claimed for held, _, claimed in outcomes if held} <= {(409, "already_claimed")}
                rest = [claimed for held, _, claimed in outcomes if not held]
                assert {claimed for claimed in rest if claimed[0] != 201} == {(409, "opening_full")}
                # Whoever gave a place back asked for one afterwards, so none can be left over.
                assert place_count(demand) == (PLACES, PLACES)
                assert sum(phone.claim_id is not None for phone in phones) == PLACES
                answered.update(claimed[0] for claimed in rest)
    finally:
        for phone in phones:
            phone.connection.close()

    assert len(seen) > ROUNDS
    assert all(taken == held == holders <= PLACES for taken, held, holders in seen)
    assert answered[201] > PLACES  # places went from hand to hand
