"""Who can log in to the demonstration, logged in."""

from flask import Flask

from backend.accounts import service as accounts
from backend.foundation import clock
from backend.foundation.database import transaction
from ejia.trial.demo.told import PASSWORD
from ejia.trial.wechat.world import openid_of
from tests.support.environment import APPID
from tests.support.phone import Phone


def logged_in(app: Flask, name: str) -> Phone:
    """An administrator by name and password, anybody else by WeChat."""
    answer = app.test_client().post("/api/v1/auth/password", json={"name": name, "password": PASSWORD})
    if answer.status_code == 200:
        return Phone(app.test_client(), answer.get_json()["access_token"], "", refresh_token=answer.get_json()["refresh_token"])
    with transaction():
        tokens = accounts.log_in_by_wechat(APPID, openid_of(APPID, name), unionid=None, session_key="-", now=clock.now())
    return Phone(app.test_client(), tokens.access_token, str(tokens.account_id), refresh_token=tokens.refresh_token)
