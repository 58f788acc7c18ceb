"""扫码登录: the page that shows what is scanned, and takes the digits that the phone shows then."""

from typing import Any
from urllib.parse import urlencode

import segno
from flask import Blueprint, Response, request

from backend.accounts import queries, tokens
from backend.accounts import service as accounts
from backend.accounts.queries import ConsoleLoginStatus
from backend.accounts.service import ConsoleLoginOver, ConsoleLoginUnapproved
from backend.accounts.tokens import Scan
from backend.foundation import clock
from backend.foundation.database import transaction
from backend.foundation.errors import Refusal, Unprocessable
from console import start
from console.addresses import SCAN, own_page
from console.drawing import draw, draw_again, lead_to
from console.forms import Form
from web import cookie, forgery
from web.edge import public
from web.inputs.accounts import ConsoleLoginCodeIn
from web.limits import LOGGING_IN
from web.routes import at_most
from web.whence import whence

bp = Blueprint("console_scans", __name__)

FORM = Form(ConsoleLoginCodeIn)


@bp.get(SCAN)
@public
@at_most(LOGGING_IN)
def scan_page() -> Response:
    scan, shown = _in_hand()
    return _kept(draw("scans/scan.html", **shown), scan, shown)


@bp.post(SCAN)
@public
@at_most(LOGGING_IN)
def submit_scan() -> Response:
    forgery.refuse_other_sites()
    asked = cookie.brought_scan()
    if asked is None:  # the browser forgot it meanwhile
        return lead_to(f"{SCAN}?{urlencode({'next': own_page(request.args.get('next')), 'over': ''})}")
    try:
        body = FORM.read()
        with transaction():
            outcome = accounts.finish_console_login(asked, body.check_code, left=cookie.brought_claims(), now=clock.now())
        if isinstance(outcome, Refusal):
            raise outcome
    except (Unprocessable, ConsoleLoginOver, ConsoleLoginUnapproved) as refusal:
        scan, shown = _in_hand()
        return _kept(draw_again("scans/scan.html", refusal, **shown), scan, shown)
    answer = lead_to(own_page(request.args.get("next")))
    cookie.give(answer, outcome)
    cookie.take_back_scan(answer)
    return answer


def _in_hand() -> tuple[Scan, dict[str, Any]]:
    """What this browser asks, asked anew where it is over; and what its page shows of it."""
    now = clock.now()
    scan, status = cookie.brought_scan(), ConsoleLoginStatus.OVER
    if scan is not None:
        with transaction():
            status = queries.progress_of(scan, now=now)
    if scan is None or status is ConsoleLoginStatus.OVER:
        scan, status = accounts.ask_phone(whence(), now=now), ConsoleLoginStatus.WAITING
    code = tokens.maker().scan_code(scan)
    waits = status is ConsoleLoginStatus.WAITING
    return scan, {
        "form": FORM,
        "over": "over" in request.args,
        "then": own_page(request.args.get("next")),
        "picture": segno.make(code, error="m", micro=False).svg_inline(border=4, light="#fff", omitsize=True) if waits else None,
        "seconds": max(int((scan.ends_at - now).total_seconds()), 1),
        "trial_code": code if waits and start.is_installed() else None,
    }


def _kept(page: Response, scan: Scan, shown: dict[str, Any]) -> Response:
    """The page with what the browser keeps. While it waits, it is drawn anew by itself once the code is over."""
    cookie.give_scan(page, scan)
    if shown["picture"] is not None:
        page.headers["Refresh"] = str(shown["seconds"])
    return page
