"""Puts the clock of a trial copy forward, for tests and for a person at a terminal. Web, worker and beat read the same lead.

    curl -s localhost:8000/__trial__/clock -H 'Content-Type: application/json' -d '{"advance_s": 2820}'

makes it 47 minutes later. Only ejia/trial/web.py adds these paths; an application of production has no such address.
"""

import ipaddress
from datetime import datetime, timedelta
from typing import Annotated

from flask import request
from pydantic import ConfigDict, Field

from backend.foundation import clock
from backend.foundation.errors import Missing, Unprocessable
from miniprogram_api.contract import Out, Resource
from web.fields import Instant
from web.routes import Access, route_is
from web.shapes import Body

bp = Resource("trial_clock", tag="试用", url_prefix="/__trial__")
bp.enable_openapi = False  # the document of a trial copy is the product's

_LONGEST_STEP_S = clock.LONGEST_LEAD.total_seconds()


class ClockTooFarAhead(Unprocessable):
    """The clock cannot be more than ten years ahead."""

    code, detail = "clock_too_far_ahead", "时钟最多可以快十年"


class AdvanceIn(Body):
    """How far to go forward; never back, as what was recorded happened in that order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"advance_s": 2820}]})

    advance_s: Annotated[float, Field(ge=0, le=_LONGEST_STEP_S, description="秒")]


class ClockOut(Out):
    """What time it is here, and how far that is ahead of the machine's."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"now": "2026-03-05T09:47:00+08:00", "lead_s": 2820}]})

    now: Instant
    lead_s: float


@bp.before_request
def _only_from_this_machine() -> None:
    try:
        here = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:  # a proxy may write anything
        here = False
    if not here:
        raise Missing


@bp.get("/clock")
@route_is(Access.PUBLIC)
@bp.output(ClockOut)
@bp.doc(summary="试用时钟", hide=True)
def read_clock() -> ClockOut:
    """What time it is."""
    return _shown(clock.now(), clock.lead())


@bp.post("/clock")
@route_is(Access.PUBLIC)
@bp.input(AdvanceIn)
@bp.output(ClockOut)
@bp.doc(summary="推进试用时钟", hide=True)
def advance_clock(body: AdvanceIn) -> ClockOut:
    """Put it forward."""
    try:
        lead = clock.advance(timedelta(seconds=body.advance_s))
    except ValueError as error:
        raise ClockTooFarAhead from error
    return _shown(clock.now(), lead)


def _shown(now: datetime, lead: timedelta) -> ClockOut:
    return ClockOut(now=now, lead_s=lead.total_seconds())
