"""Turns an error from outside our code into a Failure. A defect of our own keeps its traceback.

Loaded only when a command failed: it knows the errors of every library, and loading those takes longer than `ejia --help` should.
"""

import os

import psycopg
import redis
import requests
from sqlalchemy.exc import DBAPIError

from backend.foundation.catalogues import CatalogueInvalid
from backend.foundation.errors import Refusal, Unavailable
from config.settings import SettingsInvalid
from ejia.cli.failures import Failure, Misconfigured, Unreachable

NO_COPY = "本文件夹中没有正在运行的试用系统：请在另一个终端运行 make run，或者设置上述变量（见 docs/operations.md）。"


def failure_of(error: Exception) -> Failure | None:
    """The error as a person should read it; None for one that nobody expected."""
    if isinstance(error, SettingsInvalid) and "DATABASE_URL" not in os.environ:
        return Misconfigured(f"{error}\n{NO_COPY}")
    if isinstance(error, SettingsInvalid | CatalogueInvalid):
        return Misconfigured(str(error))
    if isinstance(error, Unavailable):
        return Unreachable(error.detail)
    if isinstance(error, Refusal):
        return Failure(f"{error.detail}（{error.code}）")
    return _of_service(error)


def _of_service(error: Exception) -> Failure | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    # With a code of its own the server did answer.
    if isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None:
        return Unreachable(f"连接不上数据库：{_first_line(cause)}")
    if isinstance(cause, psycopg.errors.ReadOnlySqlTransaction):
        return Unreachable("数据库只读：DATABASE_URL 指向的可能是备用服务器，请换成主服务器的地址")
    if isinstance(cause, psycopg.OperationalError):
        return Failure(f"数据库没有完成操作：{_first_line(cause)}")  # a timeout, no room, a shutdown: not a wrong statement
    if isinstance(cause, redis.ConnectionError | requests.ConnectionError):
        return Unreachable(f"连接不上所需的服务：{_first_line(cause)}")
    return None


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
