"""A trial copy as `ejia run` started it, reached as its users reach it: phones, administrators' browsers, a terminal at the machine."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

import pytest

from backend.foundation.clock import SHANGHAI
from ejia.trial.demo.told import PASSWORD
from tests.support.people import identity_number
from tests.support.phone import Phone
from tests.support.trial_run import address, begin_run, read_until
from tests.support.wire import Wire

LOOK_EVERY = 0.25
PATIENCE = 60
Seen = TypeVar("Seen")


def awaited(look: Callable[[], Seen], holds: Callable[[Seen], bool]) -> Seen:
    """What is seen as soon as it is as it should be; the test fails when that takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not holds(seen := look()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {PATIENCE} s; last seen: {seen}")
        time.sleep(LOOK_EVERY)
    return seen


@contextmanager
def running_town(folder: Path) -> Iterator["Town"]:
    """A copy with a small demonstration year, as `ejia run` starts it; stopped as by Ctrl-C, it has nothing to complain of."""
    # A test takes an office's workbooks of months within a minute; that phones are slowed down is asked elsewhere.
    run = begin_run(folder, "--scale", "0.01", EJIA_RATE_LIMITS_ENABLED="false")
    try:
        there = Town(read_until(run, "Ctrl-C"))
        yield there
        there.close()
        run.send_signal(signal.SIGINT)
        told, _ = run.communicate(timeout=60)
        assert (run.returncode, told) == (0, "正在停止 …\n已停止，数据保留。\n"), f"a service died on the way: {told}"
    finally:
        if run.poll() is None:
            run.terminate()
            run.communicate()


class Town:
    """The demonstration street in a running copy, reached over one kind of wire. `said` is what `ejia run` printed."""

    def __init__(self, said: str, *, wire: type[Wire] = Wire, phone: type[Phone] = Phone) -> None:
        self._said, self._phone = said, phone
        self.web = wire(address(said, "接口").removesuffix("/api/v1"))
        self.wechat = wire(address(said, "微信模拟"))
        self.folder = Path(address(said, "日志")).resolve().parent
        self.nobody = Phone(self.web, "", "")
        [district] = self.nobody.seen("/areas")["items"]
        [street] = self.nobody.seen("/areas", parent_id=district["id"])["items"]
        self.street_id: str = street["id"]
        self.communities = {area["name"]: area["id"] for area in self.nobody.seen("/areas", parent_id=self.street_id, limit=100)["items"]}
        self.notices = {notice["name"]: notice["version"] for notice in self.nobody.seen("/notices")["items"]}

    def for_phones(self, phone: type[Phone]) -> "Town":
        """The same town, reached by phones of another kind."""
        return Town(self._said, wire=type(self.web), phone=phone)

    def told(self, what: str) -> str:
        """One of the addresses that the run told: `told("PostgreSQL")`."""
        return address(self._said, what)

    def figures_of_prometheus(self) -> bytes:
        """What the metrics process answers."""
        with urlopen(self.told("运行指标"), timeout=10) as answer:  # noqa: S310 - an address of this machine
            figures: bytes = answer.read()
        return figures

    def administrator(self, name: str) -> Phone:
        """The browser of one of the demonstration's administrators, logged in."""
        return self._logged_in("/auth/password", {"name": name, "password": PASSWORD})

    def phone(self, user: str) -> Phone:
        """The phone of a WeChat user, logged in."""
        return self._logged_in("/auth/wechat", {"code": self._wechat_code("login", user)})

    def person(self, user: str, name: str, *, community: str) -> Phone:
        """The phone of somebody who said who they are, and let WeChat tell the number."""
        return self._registered("/people", "identity", user, name, community)

    def volunteer(self, user: str, name: str, *, community: str) -> Phone:
        """The phone of somebody who registered as volunteer."""
        return self._registered("/volunteers", "volunteer", user, name, community)

    def now(self) -> datetime:
        """What time it is there."""
        return _instant(self._steer("GET")["now"])

    def wait_for(self, instant: datetime) -> None:
        """Put the clock forward to an instant; nothing to do when it is later already."""
        ahead = max((instant - self.now()).total_seconds(), 0)
        self._steer("POST", json={"advance_s": ahead})

    def wait_for_morning(self) -> None:
        """To the next nine o'clock in Shanghai: what follows within hours stays within one day, month and year."""
        now = self.now().astimezone(SHANGHAI)
        nine = now.replace(hour=9, minute=0, second=0, microsecond=0)
        self.wait_for(nine if nine >= now else nine + timedelta(days=1))

    def wait_until_counted(self, officer: Phone) -> dict[str, Any]:
        """The table of this year, as the officer reads it once everything up to now is in it."""
        now = self.now()
        return awaited(lambda: self.figures(officer), lambda table: _instant(table["as_of"]) >= now)

    def figures(self, officer: Phone) -> dict[str, Any]:
        """The table of this year and street."""
        return officer.seen(f"/figures/{self.year}", area_id=self.street_id)

    def rows(self, officer: Phone, indicator: str, **query: Any) -> list[dict[str, Any]]:
        """All rows behind a figure of this year and street."""
        items: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = officer.seen(f"/figures/{self.year}/{indicator}/rows", area_id=self.street_id, limit=100, **query, **cursor)
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            cursor = {"cursor": page["next_cursor"]}

    def workbook(self, officer: Phone) -> bytes:
        """This year's workbook of the street: asked for, made by the worker, downloaded."""
        self.wait_until_counted(officer)
        job = officer.made("/exports/year-end", {"year": self.year, "area_id": self.street_id})
        done = awaited(lambda: officer.seen(f"/jobs/{job['id']}"), lambda seen: seen["state"] not in ("queued", "running"))
        assert done["state"] == "done", done
        file = officer.get(f"/jobs/{job['id']}/file")
        assert (file.status_code, file.mimetype) == (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        return file.get_data()

    @property
    def year(self) -> int:
        """The current year, there and in Shanghai."""
        return self.now().astimezone(SHANGHAI).year

    def close(self) -> None:
        """Hang up."""
        self.web.close()
        self.wechat.close()

    def _registered(self, path: str, notice: str, user: str, name: str, community: str) -> Phone:
        phone = self.phone(user)
        phone.card = {"name": name, "id_number": identity_number()}
        phone.made(path, phone.card | {"community_id": self.communities[community], "notice_version": self.notices[notice]})
        phone.made("/me/phone", {"code": self._wechat_code("phone", user)})
        phone.person_id = phone.seen("/me")["person_id"]
        return phone

    def _logged_in(self, path: str, proof: dict[str, str]) -> Phone:
        tokens = self.nobody.made(path, proof)
        phone = self._phone(self.web, tokens["access_token"], "", refresh_token=tokens["refresh_token"])
        phone.account_id = phone.seen("/me")["account_id"]
        if "password" in proof:
            phone.log_in = partial(self._logged_in, path, proof)
        return phone

    def _wechat_code(self, kind: str, user: str) -> str:
        code: str = self.wechat.post(f"/__stand-in__/codes/{kind}", json={"user": user}).get_json()["code"]
        return code

    def _steer(self, method: str, **content: Any) -> dict[str, Any]:
        answer = self.web.open("/__trial__/clock", method=method, **content)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        shown: dict[str, Any] = answer.get_json()
        return shown


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
