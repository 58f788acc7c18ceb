"""The start page of a trial copy: what there is to try, and who can log in. A copy of production has no such page."""

from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Flask, Response, current_app, render_template, request

from config.strength import is_this_machine
from web.edge import public

bp = Blueprint("start", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class TrialLogin:
    """Somebody who can log in: by which name, and who that is."""

    name: str
    who: str


@dataclass(frozen=True, slots=True)
class TrialCopy:
    """What the page tells. Offices log in by name and the one password; phones are known by name to the stand-in for WeChat's server, which
    is at the address `wechat`. Nobody is there where no demonstration year was loaded."""

    release: str
    wechat: str
    password: str
    offices: tuple[TrialLogin, ...]
    phones: tuple[TrialLogin, ...]


def install(app: Flask, copy: TrialCopy) -> None:
    """Add the page to the app of a trial copy."""
    app.extensions["ejia_trial_copy"] = copy
    app.register_blueprint(bp)


def is_installed() -> bool:
    """Whether this copy is for trying."""
    return "ejia_trial_copy" in current_app.extensions


@bp.get("/")
@public
def show_start() -> Response:
    copy = cast(TrialCopy, current_app.extensions["ejia_trial_copy"])
    return Response(render_template("start.html", copy=copy, password=copy.password if _asked_here() else None), mimetype="text/html")


def _asked_here() -> bool:
    """Whether who asks sits at this machine: a trial copy that somebody put on a network tells no stranger how to log in."""
    return is_this_machine(f"//{request.remote_addr}") and is_this_machine(f"//{request.host}")
