"""Everything that differs between one running copy and another, read once from the environment.

`Settings()` reads; nothing else in the project looks at `os.environ`. A missing or weak value stops the start with a sentence
that names the variable, instead of surfacing later as a strange failure.
"""

import base64
import binascii
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CONFIG_FOLDER = Path(__file__).resolve().parent


class Profile(StrEnum):
    """What a copy is for. Only `trial` and `test` may load the stand-in WeChat server, demonstration data and a steered clock."""

    TRIAL = "trial"
    TEST = "test"
    PRODUCTION = "production"


class SettingsInvalid(Exception):
    """The environment does not describe a copy that may start; the message lists each variable and what is wrong with it."""


def _key_of_32_bytes(value: SecretStr) -> SecretStr:
    try:
        length = len(base64.b64decode(value.get_secret_value(), validate=True))
    except binascii.Error as error:
        raise ValueError("must be base64") from error
    if length != 32:
        raise ValueError(f"must be base64 of 32 bytes, not of {length}")
    return value


def _with_psycopg(url: str) -> str:
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    if not url.startswith("postgresql+psycopg://"):
        raise ValueError("must be a postgresql:// address: PostgreSQL is the one database")
    return url


Key = Annotated[SecretStr, AfterValidator(_key_of_32_bytes)]
PostgresUrl = Annotated[str, AfterValidator(_with_psycopg)]


class Settings(BaseSettings):
    """One running copy. Variables are `EJIA_…`, save the three addresses that every platform names alike."""

    model_config = SettingsConfigDict(env_prefix="EJIA_", extra="ignore", frozen=True, populate_by_name=True)

    profile: Profile = Profile.PRODUCTION
    release: str = "0.1.0"

    database_url: PostgresUrl = Field(validation_alias="DATABASE_URL")
    redis_url: str = Field(validation_alias="REDIS_URL", description="Cache and rate limits.")
    broker_url: str = Field(validation_alias="BROKER_URL", description="Celery's broker: a doorbell, never a store.")
    database_pool_size: int = Field(default=8, ge=1, le=200)

    token_key: Key = Field(description="Signs access tokens and refresh tokens.")
    code_key: Key = Field(description="Signs the rotating sign-in codes.")
    index_key: Key = Field(description="Keys the blind index by which a sealed value is found.")
    sealing_keys: Annotated[dict[str, Key], NoDecode] = Field(
        description="id:base64 of each sealing key, joined by commas; the first one seals."
    )

    access_token_minutes: int = Field(default=15, ge=1, le=120)
    refresh_token_days: int = Field(default=60, ge=1, le=365)

    wechat_base_url: str = "https://api.weixin.qq.com"
    wechat_appid: str
    wechat_secret: SecretStr

    trusted_proxies: int = Field(default=0, ge=0, le=5, description="How many proxies in front of the web server set X-Forwarded-*.")
    body_limit_bytes: int = Field(default=256 * 1024, ge=1024)
    rate_limits_enabled: bool = True
    clock_file: Path | None = Field(default=None, description="Trial and test only: where the steered clock keeps its lead.")
    log_json: bool = True
    metrics_port: int | None = Field(default=None, ge=1, le=65535)

    @model_validator(mode="before")
    @classmethod
    def _split_keys(cls, values: dict[str, object]) -> dict[str, object]:
        keys = values.get("sealing_keys")
        if isinstance(keys, str):
            pairs = [pair.partition(":") for pair in keys.split(",") if pair]
            if any(not separator for _, separator, _ in pairs):
                raise ValueError("EJIA_SEALING_KEYS must read id:base64,id:base64")
            values["sealing_keys"] = {key_id.strip(): key.strip() for key_id, _, key in pairs}
        return values

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if not self.sealing_keys:
            raise ValueError("EJIA_SEALING_KEYS must hold at least one key")
        if self.profile is Profile.PRODUCTION and self.clock_file is not None:
            raise ValueError("EJIA_CLOCK_FILE: production does not steer its clock")
        return self

    @property
    def is_trial(self) -> bool:
        """Whether stand-ins, demonstration data and the steered clock are allowed."""
        return self.profile is not Profile.PRODUCTION


def read_settings() -> Settings:
    """Read the environment once.

    Raises SettingsInvalid with one line per variable that is missing or wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"  {_variable(problem['loc'])}: {problem['msg']}" for problem in error.errors()]
        raise SettingsInvalid("The settings do not allow a start:\n" + "\n".join(lines)) from None


def _variable(location: tuple[int | str, ...]) -> str:
    if not location:
        return "(all)"
    name = str(location[0])
    return name if name.isupper() else f"EJIA_{name.upper()}"
