"""Phones that live the loop while processes die under them: they repeat a request that got no answer, and remember what they were told."""

import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import requests
from werkzeug.test import TestResponse

from tests.end_to_end.town import Town
from tests.support.demands import GRANDMOTHER
from tests.support.phone import Phone
from tests.support.wire import Wire

PATIENCE = 180
"""Seconds for which a phone goes on repeating a request, while the server is away."""
COMMUNITY, OFFICER = "和平社区", "shequ-1"
WINDOW = timedelta(hours=2)
WHY = "核对签到表后更正"
LATEST = 20
"""Of so many submissions of a phone some are repeated."""
RECENT_VISITS = 10
"""They are of so many visits: an answer is kept for 24 hours, and each visit puts the clock forward by 70 minutes at most, or by twice that
when the answer to that step is lost."""


class StubbornWire(Wire):
    """Repeats a request whose answer was lost, as it was: under the same Idempotency-Key. `repeats` counts how often that was."""

    def __init__(self, base: str) -> None:
        super().__init__(base)
        self.repeats = 0

    def open(self, path: str, **request: Any) -> TestResponse:
        """The first answer that arrives."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = super().open(path, **request)
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                if time.monotonic() > deadline:
                    raise
            else:
                if answer.status_code != 503 or time.monotonic() > deadline:
                    return answer
            self.repeats += 1
            time.sleep(0.2)  # as a phone would; nothing is waited for but the server


@dataclass(frozen=True)
class Submission:
    """A POST that was answered with 201: what was sent, and that answer byte for byte."""

    path: str
    body: Any
    key: str
    answer: bytes
    visit: int = 0


class Handset(Phone):
    """A phone that logs in anew when its tokens are over: a refresh may be lost for longer than the minute in which it can be repeated.

    It remembers what was answered with 201.
    """

    def __init__(self, log_in: Callable[[], Phone]) -> None:
        phone = log_in()
        super().__init__(phone.client, phone.access_token, phone.account_id, refresh_token=phone.refresh_token)
        self.log_in = log_in
        self.submissions: list[Submission] = []
        self.visits = 0

    def repeat(self, submission: Submission) -> None:
        """Send it once more, under its key: it must get its first answer."""
        again = self._sent_once(submission.path, submission.key, submission.body)
        assert (again.status_code, again.get_data()) == (201, submission.answer), (submission, again.status_code, again.get_data())

    def _sent(self, method: str, path: str, *, key: str | None = None, **content: Any) -> TestResponse:
        if key is None:
            return self._sent_logged_in(method, path, **content)
        answer = self._sent_once(path, key, content["json"])
        if answer.status_code == 201:
            self.submissions.append(Submission(path, content["json"], key, answer.get_data(), self.visits))
        return answer

    def _sent_once(self, path: str, key: str, body: Any) -> TestResponse:
        return self._sent_logged_in("POST", path, key=key, json=body)

    def _sent_logged_in(self, method: str, path: str, *, key: str | None = None, **content: Any) -> TestResponse:
        answer = super()._sent(method, path, key=key, **content)
        if answer.status_code != 401:
            return answer
        phone = self.log_in()
        self.access_token, self.refresh_token = phone.access_token, phone.refresh_token
        return super()._sent(method, path, key=key, **content)


@dataclass
class Told:
    """What the phones were told of one service record."""

    minutes: int
    counts: bool = False


class Household:
    """A daughter who asks for visits, and a team of a leader and a member that makes them."""

    def __init__(self, said: str, number: int, random: Random) -> None:
        self.random = random
        self.town = Town(said, wire=StubbornWire)
        self.officer = Handset(lambda: self.town.administrator(OFFICER))
        self.people = {
            "daughter": self.town.person(f"daughter-{number}", "孙女儿", community=COMMUNITY),
            "leader": self.town.volunteer(f"leader-{number}", "李队长", community=COMMUNITY),
            "member": self.town.volunteer(f"member-{number}", "王志愿", community=COMMUNITY),
        }
        self.daughter, self.leader, self.member = (self._handset(who, number) for who in self.people)
        self.team_id = self._form_team(number)
        for phone in self._handsets:
            phone.submissions.clear()
        self.repeated_on_purpose = 0
        self.demands: list[str] = []
        self.records: dict[str, Told] = {}
        self._shift_id = self._demand_id = ""
        self._came: list[Phone] = []

    @property
    def person_ids(self) -> list[str]:
        """Who they are: the daughter first."""
        return [phone.person_id for phone in self.people.values()]

    @property
    def submissions(self) -> list[Submission]:
        """All that was answered with 201, since the family was complete."""
        return [submission for phone in self._handsets for submission in phone.submissions]

    @property
    def repeats(self) -> int:
        """How many requests had to be repeated, because no answer came."""
        repeats: int = self.town.web.repeats + self.town.wechat.repeats  # type: ignore[attr-defined]
        return repeats

    def begin_visit(self) -> None:
        """Ask, publish, claim, and sign in."""
        for phone in self._handsets:
            phone.visits += 1
        form = {"brand": self.random.choice(["door_knock", "sunset_wish"]), "title": "每周看望一次", "details": "老人听力不好"}
        self._demand_id = self._asked(form | {"community_id": self.town.communities[COMMUNITY], "beneficiary": GRANDMOTHER})
        self.demands.append(self._demand_id)
        starts_at = self.town.now() + timedelta(minutes=5)
        window = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + WINDOW).isoformat(), "places": 1}
        self._do(self.officer, f"/demands/{self._demand_id}/publication", window, done={"demand_not_submitted"})
        demand = self.officer.seen(f"/demands/{self._demand_id}")
        claim_id = self._claim_twice_at_once(demand["role_id"])
        self._do(self.officer, f"/claims/{claim_id}/acceptance", {}, done={"claim_answered"})
        [shift] = self.officer.seen("/shifts", opening_id=demand["opening_id"])["items"]
        self._shift_id = shift["id"]
        self._came = self.random.choice(([self.member], [self.member, self.leader]))
        for phone in self._came:
            self._sign(phone, "sign-in")

    def end_visit(self) -> None:
        """Sign out, confirm, and now and then think better of it."""
        fact_ids = []
        for phone in self._came:
            signed_out = self._sign(phone, "sign-out")
            fact_ids.append(signed_out["fact_id"])
            self.records[signed_out["fact_id"]] = Told(signed_out["minutes"])
        for fact_id in fact_ids:
            (self.daughter if self.random.random() < 0.7 else self.officer).made(f"/services/{fact_id}/confirmation")
            self.records[fact_id].counts = True
            if self.random.random() < 0.5:
                self.random.choice([self._correct, self._correct, self._withdraw, self._unconfirm])(fact_id)

    def repeat_some(self, count: int) -> None:
        """Send some of the latest submissions again, whose answers did arrive."""
        for phone in self._handsets:
            latest = [made for made in phone.submissions[-LATEST:] if made.visit > phone.visits - RECENT_VISITS]
            for submission in self.random.sample(latest, min(count, len(latest))):
                phone.repeat(submission)
                self.repeated_on_purpose += 1

    def hang_up(self) -> None:
        """Close all connections."""
        self.town.close()

    @property
    def _handsets(self) -> tuple[Handset, ...]:
        return (self.officer, self.daughter, self.leader, self.member)

    def _asked(self, form: dict[str, Any]) -> str:
        """By the daughter; once she has asked as often as one person may in a day, by the officer for her."""
        answer = self.daughter.post("/demands", form)
        if answer.status_code == 429:
            answer = self.officer.post("/demands", form | {"requester_person_id": self.daughter.person_id})
        assert answer.status_code == 201, answer.get_json()
        demand_id: str = answer.get_json()["id"]
        return demand_id

    def _claim_twice_at_once(self, role_id: str) -> str:
        """The leader taps twice, each time under another key: one place is taken, and one request refused. Returns the claim's id."""
        body = {"role_id": role_id, "team_id": self.team_id}
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda _: self.leader.post("/claims", body), range(2)))
        assert sorted(answer.status_code for answer in answers) == [201, 409], [answer.get_data(as_text=True) for answer in answers]
        [claim_id] = [answer.get_json()["id"] for answer in answers if answer.status_code == 201]
        return str(claim_id)

    def _correct(self, fact_id: str) -> None:
        record = self.officer.seen(f"/services/{fact_id}")
        minutes = self.random.randrange(1, max(2, record["minutes"]))
        ended_at = datetime.fromisoformat(record["started_at"]) + timedelta(minutes=minutes)
        stretch = {"started_at": record["started_at"], "ended_at": ended_at.isoformat(), "reason": WHY}
        self.officer.made(f"/services/{fact_id}/corrections", {"revision_id": record["revision_id"]} | stretch)
        self.records[fact_id].minutes = minutes

    def _withdraw(self, fact_id: str) -> None:
        record = self.officer.seen(f"/services/{fact_id}")
        body = {"revision_id": record["revision_id"], "reason": WHY}
        self._do(self.officer, f"/services/{fact_id}/withdrawal", body, done={"record_withdrawn", "already_corrected"})
        self.records[fact_id].counts = False

    def _unconfirm(self, fact_id: str) -> None:
        self._do(self.officer, f"/services/{fact_id}/confirmation/withdrawal", {"reason": WHY}, done={"not_confirmed"})
        self.records[fact_id].counts = False

    def _sign(self, phone: Phone, step: str) -> dict[str, Any]:
        """By the code on the daughter's phone: by the next one, when the server was away for longer than a code holds."""
        while True:
            code = self.daughter.seen(f"/shifts/{self._shift_id}/code")["code"]
            answer = phone.post(f"/shifts/{self._shift_id}/{step}", {"code": code})
            if answer.status_code == 201:
                signed: dict[str, Any] = answer.get_json()
                return signed
            assert answer.get_json()["code"] == "code_expired", (step, answer.get_json())

    def _do(self, phone: Phone, path: str, body: Any, *, done: Collection[str]) -> None:
        """A step that repeating is refused by the state that it left: such a refusal tells that a lost answer was a good one."""
        repeats = self.repeats
        answer = phone.post(path, body)
        if answer.status_code == 409 and self.repeats > repeats and answer.get_json()["code"] in done:
            return
        assert answer.status_code in (200, 204), (path, answer.status_code, answer.get_json(silent=True))

    def _handset(self, who: str, number: int) -> Handset:
        handset = Handset(lambda: self.town.phone(f"{who}-{number}"))
        handset.person_id = self.people[who].person_id
        return handset

    def _form_team(self, number: int) -> str:
        plan = {"name": f"银龄互助{number}队", "category": "public_welfare", "charter": "定期上门看望独居老人。"}
        team_id: str = self.leader.made("/teams", plan | {"community_id": self.town.communities[COMMUNITY]})["id"]
        self._do(self.officer, f"/teams/{team_id}/acceptance", {}, done={"team_not_applied"})
        wish = self.member.made(f"/teams/{team_id}/join-requests", {"message": "周末有空。"})
        self._do(self.leader, f"/teams/{team_id}/join-requests/{wish['id']}/acceptance", {}, done={"join_request_decided"})
        return team_id
