"""Tokens that are over, forged or of another kind: no route lets them in, and nothing is changed."""

import base64
import json
from datetime import timedelta
from itertools import cycle, islice
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import select

from backend.accounts import tokens
from backend.accounts.models import TokenFamily
from backend.accounts.tokens import AccessClaims, RefreshClaims, TokenMaker
from backend.foundation import clock
from backend.foundation.database import db
from backend.foundation.ids import new_id
from tests.api.refusals.conftest import Sweep, World
from tests.support.beginning import wechat_user


def _part(claims: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


@pytest.fixture(scope="package")
def ended(world: World) -> str:
    """A token whose login ended, though its minutes are not over."""
    phone = wechat_user(world.app)
    assert phone.post("/auth/logout").status_code == 204
    return phone.access_token


@pytest.fixture
def no_tokens(world: World, ended: str) -> dict[str, str]:
    """What is sent in the place of a token of the insider: what is wrong with it → the header."""
    good = world.token(world.insider)
    with world.app.app_context():
        claims = tokens.maker().read_access_token(good, now=clock.now())
        other_family = db.session.scalars(select(TokenFamily.id).where(TokenFamily.account_id != claims.account_id).limit(1)).one()
        refresh = tokens.maker().refresh_token(RefreshClaims(claims.family_id, 1))
    key = tokens.maker().key
    body = {"sub": str(claims.account_id), "fam": str(claims.family_id), "exp": int((clock.now() + timedelta(minutes=10)).timestamp())}
    head, payload, signature = good.split(".")
    strangers = AccessClaims(UUID(world.stranger.account_id), claims.family_id)
    told = {
        "expired": world.token(world.insider, age=timedelta(minutes=15, seconds=1)),
        "of another key": TokenMaker(bytes([9]) * 32, timedelta(minutes=15)).access_token(claims, now=clock.now()),
        "unsigned": f"{_part({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
        "by another algorithm": jwt.encode({"alg": "HS384"}, body, OctKey.import_key(key), algorithms=["HS384"]),
        "of another account": f"{head}.{_part(body | {'sub': world.officer.account_id})}.{signature}",
        "prolonged": f"{head}.{_part(body | {'exp': body['exp'] + 3600})}.{signature}",
        "without an end": jwt.encode({"alg": "HS256"}, {"sub": body["sub"], "fam": body["fam"]}, OctKey.import_key(key)),
        "of nobody": tokens.maker().access_token(AccessClaims(new_id(), claims.family_id), now=clock.now()),
        "of no login": tokens.maker().access_token(AccessClaims(claims.account_id, new_id()), now=clock.now()),
        "of somebody else's login": tokens.maker().access_token(AccessClaims(claims.account_id, other_family), now=clock.now()),
        "of a login of somebody else": tokens.maker().access_token(strangers, now=clock.now()),
        "of a login that ended": ended,
        "for refreshing": refresh,
        "garbage": "x.y.z",
        "long": "x" * 8000,
    }
    return {what: f"Bearer {token}" for what, token in told.items()} | {"another scheme": "Basic YTpi", "a scheme alone": "Bearer"}


def test_without_a_token_of_ours_that_still_holds_every_guarded_route_is_401(sweep: Sweep, no_tokens: dict[str, str]) -> None:
    guarded = [operation for operation in sweep.operations if operation.is_guarded]
    assert len(guarded) > 80
    others = cycle(no_tokens.items())  # four more at each route, so that each comes up at many of them
    for operation in guarded:
        sweep.refused(operation, "none", sweep.send(operation, authorization=""), (401, "unauthenticated"))
        for what, header in [("expired", no_tokens["expired"]), ("unsigned", no_tokens["unsigned"]), *islice(others, 4)]:
            answer = sweep.send(operation, authorization=header)
            sweep.refused(operation, what, answer, (401, "unauthenticated" if "scheme" in what else "token_invalid"))


def test_a_stranger_learns_401_and_nothing_of_the_address_or_the_body(sweep: Sweep) -> None:
    for operation in sweep.operations:
        if operation.is_guarded and operation.body is not None:
            answer = sweep.send(operation, authorization="", raw=b"{", headers={"Idempotency-Key": ""})
            sweep.refused(operation, "no JSON", answer, (401, "unauthenticated"))


def test_a_refresh_token_that_nobody_was_given_is_401(sweep: Sweep) -> None:
    (refreshing,) = [operation for operation in sweep.operations if operation.name == "refresh_tokens"]
    with sweep.world.app.app_context():
        family = db.session.scalars(select(TokenFamily).limit(1)).one()
        latest = RefreshClaims(family.id, family.generation)
    maker = tokens.maker()
    good = maker.refresh_token(latest)
    told = {
        "of another key": TokenMaker(bytes([9]) * 32, timedelta(minutes=15)).refresh_token(latest),
        "of no login": maker.refresh_token(RefreshClaims(new_id(), 1)),
        "of a generation to come": maker.refresh_token(RefreshClaims(family.id, family.generation + 1)),
        "cut": good[:-2],
        "changed": good[:10] + ("A" if good[10] != "A" else "B") + good[11:],
        "an access token": sweep.world.token(sweep.world.insider)[:200],
        "garbage": "x",
    }
    for what, token in told.items():
        sweep.refused(refreshing, what, sweep.send(refreshing, authorization="", body={"refresh_token": token}), (401, "token_invalid"))
