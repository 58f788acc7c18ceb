"""The cookie of a browser that is logged in: what it is called, how it is set and read. It says nothing to anybody but this copy."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from flask import Flask, Response, current_app, request

from backend.accounts import tokens
from backend.accounts.tokens import SCAN_LIFE, AccessClaims, Scan, TokenInvalid
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    device: str
    scan: str
    done: str
    secure: bool


_DEVICE_KEPT = timedelta(days=365)
_DONE_SAID_WITHIN = timedelta(minutes=1)

# The prefix has browsers take it from this host only, by https only, for all of its paths: no neighbour sets another in its place.
_USUAL = _Kind("__Host-ejia", "__Host-ejia-device", "__Host-ejia-scan", "__Host-ejia-done", secure=True)
# A trial is tried over plain http, where browsers refuse both.
_OF_A_TRIAL = _Kind("ejia", "ejia-device", "ejia-scan", "ejia-done", secure=False)


def install(app: Flask, settings: Settings) -> None:
    """Decide which kind this copy has."""
    app.extensions["ejia_cookie"] = _OF_A_TRIAL if settings.is_trial else _USUAL


def brought() -> str | None:
    """The cookie that the request brings, whatever it is worth."""
    return request.cookies.get(_kind().name)


def brought_claims() -> AccessClaims | None:
    """What the cookie says that the request brings, if it is one of ours; whether its log-in still holds is not asked."""
    try:
        return tokens.maker().read_cookie(brought() or "")
    except TokenInvalid:
        return None


def brought_device() -> UUID | None:
    """Who was logged in by this browser last, if it says so; it lets nobody in."""
    try:
        return tokens.maker().read_device(request.cookies.get(_kind().device, ""))
    except TokenInvalid:
        return None


def give(answer: Response, claims: AccessClaims) -> None:
    """Let the browser keep it until it is closed, the log-in itself ends earlier; and for a year whose device it is, by which who knows
    only a name does not keep its holder out (accounts.service.tries)."""
    kind = _kind()
    answer.set_cookie(kind.name, tokens.maker().cookie(claims), secure=kind.secure, httponly=True, samesite="Lax")
    device = tokens.maker().device(claims.account_id)
    answer.set_cookie(kind.device, device, max_age=_DEVICE_KEPT, secure=kind.secure, httponly=True, samesite="Lax")


def note_done(answer: Response) -> None:
    """Let the page to which the answer leads say, once, that what was sent is done."""
    kind = _kind()
    answer.set_cookie(kind.done, "1", max_age=_DONE_SAID_WITHIN, secure=kind.secure, httponly=True, samesite="Lax")


def is_done() -> bool:
    """Whether the request comes from a form that was just done."""
    return _kind().done in request.cookies


def forget_done(answer: Response) -> None:
    """Let the browser say it no second time."""
    kind = _kind()
    answer.delete_cookie(kind.done, secure=kind.secure, httponly=True, samesite="Lax")


def take_back(answer: Response) -> None:
    """Let the browser forget it."""
    kind = _kind()
    answer.delete_cookie(kind.name, secure=kind.secure, httponly=True, samesite="Lax")


def brought_scan() -> Scan | None:
    """What this browser asked a phone, also where it is over."""
    try:
        return tokens.maker().read_scan_cookie(request.cookies.get(_kind().scan, ""))
    except TokenInvalid:
        return None


def give_scan(answer: Response, scan: Scan) -> None:
    """Let the browser keep what it asks a phone: the code that it shows is good in no other one."""
    kind = _kind()
    answer.set_cookie(kind.scan, tokens.maker().scan_cookie(scan), max_age=2 * SCAN_LIFE, secure=kind.secure, httponly=True, samesite="Lax")


def take_back_scan(answer: Response) -> None:
    """Let the browser forget what it asked: it is in."""
    kind = _kind()
    answer.delete_cookie(kind.scan, secure=kind.secure, httponly=True, samesite="Lax")


def _kind() -> _Kind:
    return cast(_Kind, current_app.extensions["ejia_cookie"])
