"""The calls of the real server that the stand-in answers: same paths, same checks, same shapes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Request

from ejia.trial.wechat.verdicts import Verdict
from ejia.trial.wechat.world import SIGNATURE_METHOD, World

Body = dict[str, object]
_OK: Body = {"errcode": 0, "errmsg": "ok"}


@dataclass(frozen=True)
class ApiCall:
    """One call: its official name, its one method and path, and what it does."""

    name: str
    method: str
    path: str
    act: Callable[[World, Request], Body]

    @property
    def content_type(self) -> str:
        """What the real server declares; for /sns it is not even JSON."""
        return "text/plain" if self.path.startswith("/sns/") else "application/json; encoding=utf-8"

    def answer(self, world: World, request: Request) -> Body:
        """What the real server would say. Raises Verdict."""
        if request.method != self.method:
            raise Verdict(43001 if self.method == "GET" else 43002)
        return self.act(world, request)


def code_to_session(world: World, request: Request) -> Body:
    """Who logs in."""
    given = request.args
    world.check_app(given)
    if not given.get("js_code"):
        raise Verdict(41008)
    if given.get("grant_type") != "authorization_code":
        raise Verdict(40002)
    user = world.log_in(given["js_code"])
    answer: Body = {"session_key": user.session_key, "openid": user.openid}
    if world.app.bound_to_open_platform:
        answer["unionid"] = user.unionid
    return answer


def plain_token(world: World, request: Request) -> Body:
    """A new token at each call."""
    _check_token_call(world, request, request.args, wrong_secret=40001)
    token, seconds = world.tokens.plain(world.now())
    return {"access_token": token, "expires_in": seconds}


def stable_token(world: World, request: Request) -> Body:
    """The same token for everyone who asks."""
    given = _json_body(request)
    _check_token_call(world, request, given, wrong_secret=40125)
    force = given.get("force_refresh", False)
    if not isinstance(force, bool):
        raise Verdict(40097)
    token, seconds = world.tokens.stable(world.now(), force=force)
    return {"access_token": token, "expires_in": seconds}


def phone_number(world: World, request: Request) -> Body:
    """The phone number that a tap on the button stands for."""
    world.tokens.check(request.args.get("access_token"), world.now())
    code = _json_body(request).get("code")
    if not isinstance(code, str) or not code:
        raise Verdict(41008)
    user = world.phone_of(code)
    at_home = str(user.country_code) == "86"
    return _OK | {
        "phone_info": {
            "phoneNumber": user.phone if at_home else f"{user.country_code}{user.phone}",
            "purePhoneNumber": user.phone,
            "countryCode": user.country_code,
            "watermark": {"timestamp": int(world.now().timestamp()), "appid": world.app.appid},
        }
    }


def check_session(world: World, request: Request) -> Body:
    """Whether a session key is still the user's present one. There is one refusal for every reason."""
    world.tokens.check(request.args.get("access_token"), world.now())
    given = request.args
    if given.get("sig_method") != SIGNATURE_METHOD or world.signed_by(given.get("openid", ""), given.get("signature", "")) is None:
        raise Verdict(87009)
    return dict(_OK)


def reset_session(world: World, request: Request) -> Body:
    """A new session key in place of the present one."""
    world.tokens.check(request.args.get("access_token"), world.now())
    given = request.args
    if not given.get("openid") or not given.get("signature"):
        raise Verdict(40097)
    if given.get("sig_method") != SIGNATURE_METHOD:
        raise Verdict(87008)
    if not world.has_session(given["openid"]):
        raise Verdict(87007)
    user = world.signed_by(given["openid"], given["signature"])
    if user is None:
        raise Verdict(87009)
    return _OK | {"openid": user.openid, "session_key": world.new_session(user)}


def _check_token_call(world: World, request: Request, given: Mapping[str, object], *, wrong_secret: int) -> None:
    if given.get("grant_type") != "client_credential":
        raise Verdict(40002)
    world.check_app(given, wrong_secret=wrong_secret)
    address = request.remote_addr or ""
    if world.app.allow_list is not None and address not in world.app.allow_list:
        raise Verdict(40164, f"invalid ip {address} ipv6 ::ffff:{address}, not in whitelist")


def _json_body(request: Request) -> Mapping[str, Any]:
    content = request.get_data()
    if not content:
        raise Verdict(44002)
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise Verdict(47001) from None
    if not isinstance(body, dict):
        raise Verdict(47001)
    return body


CALLS = (
    ApiCall("code2Session", "GET", "/sns/jscode2session", code_to_session),
    ApiCall("getAccessToken", "GET", "/cgi-bin/token", plain_token),
    ApiCall("getStableAccessToken", "POST", "/cgi-bin/stable_token", stable_token),
    ApiCall("getPhoneNumber", "POST", "/wxa/business/getuserphonenumber", phone_number),
    ApiCall("checkSessionKey", "GET", "/wxa/checksession", check_session),
    ApiCall("resetUserSessionKey", "GET", "/wxa/resetusersessionkey", reset_session),
)
