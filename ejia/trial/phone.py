"""The stand-in for a phone of a trial copy: one of its WeChat users scans the code of a browser and agrees, over HTTP as a phone does."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import requests

_LONGEST_WAIT = 20


class PhoneRefused(Exception):
    """What the product, or the stand-in for WeChat, told the phone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the phone shows: where the browser is that asks, and the digits to be typed there."""

    browser: str
    system: str
    network: str
    digits: str


def scan(user: str, code: str, *, product: str, wechat: str) -> Shown:
    """Log the user in on a phone, look at what is asked, and agree to it. Raises PhoneRefused, requests.RequestException."""
    with requests.Session() as session:
        session.trust_env = False  # all of it is on this machine
        given = _answer(session.post(f"{wechat}/__stand-in__/codes/login", json={"user": user}, timeout=_LONGEST_WAIT))
        api = f"{product.rstrip('/')}/api/v1"
        tokens = _answer(session.post(f"{api}/auth/wechat", json={"code": given["code"]}, timeout=_LONGEST_WAIT))
        session.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        asked = _answer(session.get(f"{api}/console-logins/{code}", timeout=_LONGEST_WAIT))
        session.headers["Idempotency-Key"] = str(uuid4())
        agreed = _answer(session.post(f"{api}/console-logins/{code}/approval", timeout=_LONGEST_WAIT))
    return Shown(
        asked["browser"],
        asked["system"],
        asked["network"] or "不知道",
        agreed["check_code"] or "（已用过）",
    )


def _answer(response: requests.Response) -> dict[str, Any]:
    try:
        said: dict[str, Any] = response.json()
    except ValueError as error:
        raise PhoneRefused(f"{response.url.partition('?')[0]} 回答 {response.status_code}") from error
    if not response.ok:
        raise PhoneRefused(str(said.get("detail") or said.get("error") or response.status_code))
    return said
