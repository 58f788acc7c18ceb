"""Steers the stand-in, for tests and for a person at a terminal: JSON in, JSON out, all under `/__stand-in__/`."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Literal, Self, TypeVar

from flask import Blueprint, request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ejia.trial.wechat.api import CALLS
from ejia.trial.wechat.stand_in import Fault, StandIn
from ejia.trial.wechat.tokens import Kind
from ejia.trial.wechat.world import User

PREFIX = "/__stand-in__"
Answer = tuple[dict[str, object], int]


def _call_name(value: str) -> str:
    for call in CALLS:
        if value in (call.name, call.path):
            return call.name
    raise ValueError("no such call; known are " + ", ".join(call.name for call in CALLS))


def _session_key(value: str) -> str:
    try:
        length = len(base64.b64decode(value, validate=True))
    except binascii.Error:
        length = 0
    if length != 16:
        raise ValueError("must be base64 of 16 bytes")
    return value


Name = Annotated[str, Field(min_length=1, max_length=64)]
Phone = Annotated[str, Field(pattern=r"^[0-9]{4,15}$")]
CallName = Annotated[str, AfterValidator(_call_name)]


class Order(BaseModel):
    """What is asked of the stand-in; an unknown field is a slip of the pen and refused."""

    model_config = ConfigDict(extra="forbid", strict=False)


class UserOrder(Order):
    """Make or change a user. Fields left out stay as they are."""

    user: Name
    phone: Phone | None = None
    country_code: Annotated[str, Field(pattern=r"^[0-9]{1,4}$")] | Annotated[int, Field(ge=1, le=9999)] | None = None
    session_key: Annotated[str, AfterValidator(_session_key)] | None = None
    blocked: bool | None = None


class CodeOrder(Order):
    """Let a user's phone fetch a code; `appid` makes it another mini-program's."""

    user: Name
    phone: Phone | None = None
    appid: Name | None = None


class VisitOrder(Order):
    """Let a user open the mini-program."""

    user: Name


class AppOrder(Order):
    """Change the mini-program's standing. `allow_list` null opens the token calls to every address."""

    bound_to_open_platform: bool | None = None
    secret_frozen: bool | None = None
    allow_list: tuple[Name, ...] | None = None


class ClockOrder(Order):
    """Set the stand-in's clock, or move it."""

    now: AwareDatetime | None = None
    advance_s: Annotated[float, Field(ge=-1e9, le=1e9)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.now is None) == (self.advance_s is None):
            raise ValueError("give now or advance_s")
        return self


class TokensOrder(Order):
    """Which tokens to end; both kinds if nothing is said."""

    kind: Kind | None = None


class FaultOrder(Order):
    """What goes wrong with the next answers to a call."""

    call: CallName
    times: Annotated[int, Field(ge=1, le=100_000)] = 1
    errcode: int | None = None
    http_status: Annotated[int, Field(ge=300, le=599)] | None = None
    delay_ms: Annotated[int, Field(ge=1, le=60_000)] | None = None
    drop: Literal["before", "after"] | None = None

    @model_validator(mode="after")
    def _exactly_one_kind(self) -> Self:
        if sum(value is not None for value in (self.errcode, self.http_status, self.delay_ms, self.drop)) != 1:
            raise ValueError("give exactly one of errcode, http_status, delay_ms, drop")
        return self


O = TypeVar("O", bound=Order)  # noqa: E741


def steering(stand_in: StandIn) -> Blueprint:
    """The paths that move this stand-in."""
    paths = Blueprint("steering", __name__, url_prefix=PREFIX)

    def takes(path: str, order: type[O], act: Callable[[O], dict[str, object]]) -> None:
        def view() -> Answer:
            try:
                asked = order.model_validate_json(request.get_data() or b"{}")
            except ValidationError as error:
                return {"error": "; ".join(_slips(error))}, 400
            with stand_in.lock:
                return act(asked), 200

        paths.add_url_rule(path, endpoint=path.strip("/").replace("/", "_"), view_func=view, methods=["POST"])

    actions = _Actions(stand_in)
    takes("/users", UserOrder, actions.change_user)
    takes("/codes/login", CodeOrder, actions.login_code)
    takes("/codes/phone", CodeOrder, actions.phone_code)
    takes("/visits", VisitOrder, actions.visit)
    takes("/app", AppOrder, actions.change_app)
    takes("/clock", ClockOrder, actions.set_clock)
    takes("/tokens/expire", TokensOrder, actions.expire_tokens)
    takes("/tokens/revoke", TokensOrder, actions.revoke_tokens)
    takes("/faults", FaultOrder, actions.plan_fault)
    takes("/reset", Order, actions.reset)
    paths.add_url_rule("/calls", view_func=actions.calls, methods=["GET"])
    paths.add_url_rule("/clock", endpoint="read_clock", view_func=actions.clock, methods=["GET"])
    return paths


class _Actions:
    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in

    def change_user(self, order: UserOrder) -> dict[str, object]:
        user = self._stand_in.world.user(order.user)
        for name in ("phone", "country_code", "session_key", "blocked"):
            if getattr(order, name) is not None:
                setattr(user, name, getattr(order, name))
        return _shown(user)

    def login_code(self, order: CodeOrder) -> dict[str, object]:
        user = self._user_with_code(order)
        return {"code": self._stand_in.world.login_code(user, order.appid), "user": _shown(user)}

    def phone_code(self, order: CodeOrder) -> dict[str, object]:
        user = self._user_with_code(order)
        return {"code": self._stand_in.world.phone_code(user, order.appid), "user": _shown(user)}

    def visit(self, order: VisitOrder) -> dict[str, object]:
        user = self._stand_in.world.user(order.user)
        self._stand_in.world.visit(user)
        return _shown(user)

    def change_app(self, order: AppOrder) -> dict[str, object]:
        for name in order.model_fields_set:
            setattr(self._stand_in.world.app, name, getattr(order, name))
        return {name: value for name, value in asdict(self._stand_in.world.app).items() if name != "secret"}

    def set_clock(self, order: ClockOrder) -> dict[str, object]:
        if order.now is not None:
            self._stand_in.world.set_clock(order.now)
        else:
            self._stand_in.world.advance(timedelta(seconds=order.advance_s or 0))
        return self.clock()

    def expire_tokens(self, order: TokensOrder) -> dict[str, object]:
        return {"expired": self._stand_in.world.tokens.expire(_kinds(order), self._stand_in.world.now())}

    def revoke_tokens(self, order: TokensOrder) -> dict[str, object]:
        return {"revoked": self._stand_in.world.tokens.revoke(_kinds(order), self._stand_in.world.now())}

    def plan_fault(self, order: FaultOrder) -> dict[str, object]:
        self._stand_in.plan(Fault(**order.model_dump()))
        return order.model_dump(exclude_none=True)

    def reset(self, _order: Order) -> dict[str, object]:
        self._stand_in.reset()
        return self.clock()

    def clock(self) -> dict[str, object]:
        return {"now": self._stand_in.world.now().isoformat()}

    def calls(self) -> dict[str, object]:
        """The calls answered, oldest first; `?call=` picks one kind. `count` also knows those that the log dropped."""
        wanted = request.args.get("call")
        with self._stand_in.lock:
            seen = [asdict(call) | {"at": call.at.isoformat()} for call in self._stand_in.calls if wanted in (None, call.call)]
            counts = self._stand_in.counts
            return {"count": counts[wanted] if wanted else counts.total(), "calls": seen}

    def _user_with_code(self, order: CodeOrder) -> User:
        user = self._stand_in.world.user(order.user)
        if order.phone is not None:
            user.phone = order.phone
        return user


def _kinds(order: TokensOrder) -> tuple[Kind, ...]:
    return ("plain", "stable") if order.kind is None else (order.kind,)


def _shown(user: User) -> dict[str, object]:
    shown = {name: value for name, value in asdict(user).items() if name != "last_visit"}
    return shown | {"last_visit": user.last_visit.isoformat() if user.last_visit else None}


def _slips(error: ValidationError) -> list[str]:
    return [f"{'.'.join(map(str, slip['loc'])) or 'body'}: {slip['msg']}" for slip in error.errors()]
