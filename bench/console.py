"""Measures the pages of the console for an officer of the street in the demonstration year, each beside the statements that it sends."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from bench import reading, year
from bench.machine import Machine
from bench.results import Result, interleaved
from console import addresses
from ejia.trial.demo import load
from ejia.trial.demo.told import PASSWORD

OFFICER = "jiedao"
AIM = 4.0
"""A page may take so much of what its statements take."""
FEWER = 4
"""Of the reads of a round each page makes one in so many: there are many of them."""
PAGES = {
    "今天": addresses.HOME,
    "需求": addresses.DEMANDS,
    "场次与签到": addresses.SHIFTS,
    "服务记录": addresses.RECORDS,
    "认领": addresses.CLAIMS,
    "志愿服务队": addresses.TEAMS,
    "志愿者": addresses.VOLUNTEERS,
    "社会组织": addresses.ORGANISATIONS,
    "党员报到": addresses.REGISTRATIONS,
    "代办": addresses.PROXIES,
    "年度统计": f"{addresses.FIGURES}?year=2023",
    "账号与角色": addresses.OFFICES,
}
THINGS = {
    "一件需求": f"{addresses.DEMANDS}?status=completed",
    "一个场次": f"{addresses.SHIFTS}?status=closed",
    "一支服务队": f"{addresses.TEAMS}?status=active",
}
"""What is the first of its list."""


def measure(machine: Machine, *, scale: float, reads: int, rounds: int, say: Callable[[str], None]) -> Iterator[Result]:
    """p50 and p99 of each page, beside its statements by psycopg."""
    say(f"console: the demonstration year at {scale}")
    load.load_demonstration_year(machine.settings.wechat_appid, scale=scale, progress=lambda *_: lambda _: None)
    cookie = _logged_in(machine)
    each = max(1, reads // FEWER)
    with machine.web("product") as port, year.connection() as server:
        pages = PAGES | {name: _first_of(partial(reading.answer_to, port, cookie=cookie), address) for name, address in THINGS.items()}
        contestants = {name: reading.over_http(port, page, cookie=cookie, reads=each) for name, page in pages.items()}
        for name, page in pages.items():
            statements = reading.all_sent(machine, page, cookie)
            contestants[f"{name} by hand"] = reading.by_hand_one_after_the_other(server, statements, reads=each)
        found = interleaved(contestants, rounds=rounds, say=say)
    for name in pages:
        yield from reading.waits_compared(f"{name}, of its SQL", found[name], found[f"{name} by hand"], aim=AIM)


def _logged_in(machine: Machine) -> str:
    answer = machine.app.test_client().post(
        addresses.LOGIN, data={"name": OFFICER, "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    if answer.status_code != 303:
        raise RuntimeError(f"{OFFICER} is not let in: {answer.status}")
    return "; ".join(cookie.partition(";")[0] for cookie in answer.headers.getlist("Set-Cookie"))


def _first_of(answer_to: Callable[[str], bytes], address: str) -> str:
    [first, *_] = re.findall(rf'scope="row"><a href="({address.partition("?")[0]}/[^"?]*)"', answer_to(address).decode())
    return str(first)
