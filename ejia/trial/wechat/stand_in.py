"""One stand-in server: its world, the faults it was told to show, and a log of the calls it got."""

import threading
import time
from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flask import Request

from ejia.trial.wechat.api import ApiCall, Body
from ejia.trial.wechat.verdicts import Verdict
from ejia.trial.wechat.world import World

CALLS_KEPT = 1000


@dataclass
class Fault:
    """What goes wrong with the next answers to one call: exactly one of the four kinds is set."""

    call: str
    times: int
    errcode: int | None = None
    http_status: int | None = None
    delay_ms: int | None = None
    drop: Literal["before", "after"] | None = None

    @property
    def kind(self) -> str:
        """A word for the call log."""
        if self.errcode is not None:
            return "errcode"
        if self.http_status is not None:
            return "http_status"
        return "delay" if self.drop is None else f"drop_{self.drop}"

    @property
    def prevents_work(self) -> bool:
        """Whether the call does nothing: only a late or a lost answer comes after the work."""
        return self.errcode is not None or self.http_status is not None or self.drop == "before"


@dataclass(frozen=True)
class Reply:
    """What goes back to the caller; `dropped` closes the connection instead."""

    status: int
    body: Body | None
    dropped: bool = False


@dataclass(frozen=True)
class SeenCall:
    """One call as it was answered. `errcode` is the verdict that was reached, even if its answer was lost."""

    call: str
    at: datetime
    http_status: int | None
    errcode: int | None
    fault: str | None


class StandIn:
    """Everything that one server remembers. The lock is held while a call does its work, never while it waits."""

    def __init__(self, appid: str, secret: str) -> None:
        self.lock = threading.Lock()
        self._appid, self._secret = appid, secret
        self.reset()

    def reset(self) -> None:
        """Back to the state of a server just started."""
        self.world = World(self._appid, self._secret)
        self._faults: list[Fault] = []
        self.calls: deque[SeenCall] = deque(maxlen=CALLS_KEPT)
        self.counts: Counter[str] = Counter()

    def plan(self, fault: Fault) -> None:
        """Show this fault in the next answers to its call; faults of one call follow each other."""
        self._faults.append(fault)

    def reply_to(self, call: ApiCall, request: Request) -> Reply:
        """Do what the call asks, or what the fault says."""
        with self.lock:
            fault = self._next_fault(call)
            reply = self._work(call, request, fault)
            errcode = reply.body.get("errcode", 0) if reply.body is not None else None
            self.counts[call.name] += 1
            self.calls.append(
                SeenCall(
                    call=call.name,
                    at=self.world.now(),
                    http_status=None if reply.dropped else reply.status,
                    errcode=errcode if isinstance(errcode, int) else None,
                    fault=fault.kind if fault else None,
                )
            )
        if fault and fault.delay_ms:
            time.sleep(fault.delay_ms / 1000)
        return reply

    def _work(self, call: ApiCall, request: Request, fault: Fault | None) -> Reply:
        if fault and fault.prevents_work:
            if fault.errcode is not None:
                return Reply(200, Verdict(fault.errcode).body(self.world.now()))
            return Reply(fault.http_status or 200, None, dropped=fault.drop == "before")
        try:
            body = call.answer(self.world, request)
        except Verdict as verdict:
            body = verdict.body(self.world.now())
        return Reply(200, body, dropped=bool(fault and fault.drop == "after"))

    def _next_fault(self, call: ApiCall) -> Fault | None:
        for fault in self._faults:
            if fault.call == call.name:
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
                return fault
        return None
