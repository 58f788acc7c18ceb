"""The settings of a running copy, read once from the environment.

`Settings()` reads; nothing else in the project looks at `os.environ`. A missing or weak value stops the start with a sentence
that names the variable, instead of surfacing later as a strange failure.
"""

import base64
import binascii
import os
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from config.sentences import sentence_of
from config.strength import is_this_machine, openness_of, weakness_of_key, weakness_of_password_in, weakness_of_wechat_secret

CONFIG_FOLDER = Path(__file__).resolve().parent


class Profile(StrEnum):
    """What a copy is for. Only `trial` and `test` may load the stand-in WeChat server, demonstration data and a steered clock."""

    TRIAL = "trial"
    TEST = "test"
    PRODUCTION = "production"


class SettingsInvalid(Exception):
    """The copy may not start; the message lists all that is wrong, each with its variable.

    `database_url` is that of a production copy, where it could be read: what is wrong with the database can be told along.
    """

    def __init__(self, complaints: Sequence[str], database_url: str | None = None) -> None:
        self.complaints = list(complaints)
        self.database_url = database_url
        super().__init__("\n".join(["设置不允许启动：", *(f"  {complaint}" for complaint in complaints)]))


def _key_of_32_bytes(value: SecretStr) -> SecretStr:
    try:
        length = len(base64.b64decode(value.get_secret_value(), validate=True))
    except binascii.Error as error:
        raise ValueError("应为 base64") from error
    if length != 32:
        raise ValueError(f"应为 32 个字节的 base64，现为 {length} 个字节")
    return value


def _with_psycopg(url: str) -> str:
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    if not url.startswith("postgresql+psycopg://"):
        raise ValueError("应为 postgresql:// 开头的地址：只支持 PostgreSQL")
    return url


def _hosts_behind_the_question_mark(url: str) -> str:
    """Several hosts (`h1:5432,h2:5432`) where SQLAlchemy and libpq both take them; an address of one host as it is."""
    address = urlsplit(url)
    credentials, at, hosts = address.netloc.rpartition("@")
    if "," not in hosts:
        return url
    named = [re.fullmatch(r"(.*?)(?::([0-9]*))?", host) for host in hosts.split(",")]
    pairs = [(unquote(found[1]).strip("[]"), found[2] or "5432") for found in named if found]
    where = urlencode({name: ",".join(parts) for name, parts in zip(("host", "port"), zip(*pairs, strict=True), strict=True)})
    return urlunsplit(address._replace(netloc=credentials + at, query="&".join(filter(None, [where, address.query]))))


def _is_on(value: object) -> object:
    """As Flask reads FLASK_DEBUG: whatever is not empty, 0, false or no is on."""
    return value.strip().lower() not in {"", "0", "false", "no", "off"} if isinstance(value, str) else value


def _bytes_of(key: SecretStr) -> bytes:
    return base64.b64decode(key.get_secret_value())


KEY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""Name of a sealing key, as it stands before each sealed value."""

SHORTEST_HANDLER = 6
PHONE_OF_HANDLER = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}|1[3-9][0-9]{9}|12345|400-?[0-9]{3}-?[0-9]{4}")

ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>localhost|(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*)(?::[0-9]{1,5})?")
"""An address without a path, of a host that has a name."""

Key = Annotated[SecretStr, AfterValidator(_key_of_32_bytes)]
PostgresUrl = Annotated[str, AfterValidator(_with_psycopg), AfterValidator(_hosts_behind_the_question_mark)]


class Settings(BaseSettings):
    """One running copy. Variables are `EJIA_…`, save the three addresses that every platform names alike."""

    model_config = SettingsConfigDict(env_prefix="EJIA_", extra="ignore", frozen=True, populate_by_name=True, hide_input_in_errors=True)

    profile: Profile = Profile.PRODUCTION
    release: str = "0.1.0"

    private_network: bool = Field(default=False, description="The servers below are reached over a network that nobody else is on.")
    database_url: PostgresUrl = Field(validation_alias="DATABASE_URL")
    owner_database_url: PostgresUrl | None = Field(
        default=None, description="The same database by its owner, for `ejia migrate`, `backup` and `restore` only."
    )
    redis_url: str = Field(validation_alias="REDIS_URL", description="Cache and rate limits.")
    broker_url: str = Field(validation_alias="BROKER_URL", description="Celery's broker: a doorbell, never a store.")
    database_pool_size: int = Field(default=8, ge=1, le=200)

    token_key: Key = Field(description="Signs access tokens and refresh tokens.")
    code_key: Key = Field(description="Signs the rotating sign-in codes.")
    file_key: Key = Field(description="Signs the addresses of files, which hold for some minutes.")
    audit_key: Key = Field(description="Signs the heads of the audit chain (Ed25519).")
    audit_folder: Path | None = Field(default=None, description="Where a signed head is kept each day; else it stands in the log only.")
    index_key: Key = Field(description="Keys the blind index by which a sealed value is found.")
    second_index_key: Key | None = Field(default=None, description="Looked up too, while the blind index goes from one key to another.")
    sealing_keys: Annotated[dict[str, Key], NoDecode] = Field(
        description="id:base64 of each sealing key, joined by commas; the first one seals."
    )

    files_folder: Path | None = Field(default=None, description="Where files are kept, on a disk that all processes share.")
    files_bucket: str | None = Field(
        default=None, validate_default=True, description="Of an S3-compatible server, and this copy's alone: instead of a folder."
    )
    files_endpoint: str = "https://s3.amazonaws.com"
    files_region: str = "us-east-1"
    files_access_key: str = Field(default="", validate_default=True)
    files_secret_key: SecretStr = Field(default=SecretStr(""), validate_default=True)

    access_token_minutes: int = Field(default=15, ge=1, le=120)
    refresh_token_days: int = Field(default=60, ge=1, le=365)
    browser_rest_minutes: int = Field(default=30, ge=5, le=240, description="A browser that rests so long is logged out.")
    browser_login_hours: int = Field(default=12, ge=1, le=24, description="A browser's log-in ends then, however busy it was.")

    console_address: str | None = Field(
        default=None, description="The console as people open it, https://… and a name; passkeys are bound to it, none are without."
    )

    wechat_base_url: str = "https://api.weixin.qq.com"
    wechat_appid: str
    wechat_secret: SecretStr

    handler_name: str = Field(
        default="", max_length=100, validate_default=True, description="Who handles personal data, by name, as the notices say."
    )
    handler_contact: str = Field(
        default="", max_length=200, validate_default=True, description="Where people ask about their data: a telephone, and an address."
    )

    debug: Annotated[bool, BeforeValidator(_is_on)] = Field(default=False, validation_alias="FLASK_DEBUG")
    trusted_proxies: int = Field(
        default=0, ge=0, le=5, validate_default=True, description="How many proxies in front of the web server set X-Forwarded-*."
    )
    body_limit_bytes: int = Field(default=256 * 1024, ge=1024, le=16 * 1024 * 1024)
    rate_limits_enabled: bool = True
    board_indexed: bool = Field(default=False, description="Whether search engines may keep the public board.")
    second_factor_required: bool = Field(
        default=True, description="Whether the offices that config/limits.toml names must log in by more than a password."
    )
    clock_file: Path | None = Field(default=None, description="Trial and test only: where the steered clock keeps its lead.")
    demonstration_file: Path | None = Field(default=None, description="Trial and test only: who can log in to the demonstration.")
    log_json: bool = True
    metrics_port: int | None = Field(default=None, ge=1, le=65535)

    @field_validator("sealing_keys", mode="before")
    @classmethod
    def _split_keys(cls, keys: object) -> object:
        if not isinstance(keys, str):
            return keys
        pairs = [pair.partition(":") for pair in keys.split(",") if pair.strip()]
        if any(not separator for _, separator, _ in pairs):
            raise ValueError("应写作 名称:base64,名称:base64")
        named = {key_id.strip(): key.strip() for key_id, _, key in pairs}
        if len(named) < len(pairs):
            raise ValueError("有两个密钥同名")
        return named

    @field_validator("sealing_keys")
    @classmethod
    def _keys_have_names(cls, keys: dict[str, SecretStr]) -> dict[str, SecretStr]:
        if not keys:
            raise ValueError("至少要有一个密钥")
        if not all(KEY_ID.fullmatch(key_id) for key_id in keys):
            raise ValueError("密钥名称为 1 至 40 个字母、数字、点、连字符或下划线")
        return keys

    @field_validator("second_index_key", "owner_database_url", "console_address", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    # Each field for itself, so that a start tells all that is wrong at once. An unreadable profile counts as production.
    @field_validator("token_key", "code_key", "file_key", "audit_key", "index_key", "second_index_key", "sealing_keys")
    @classmethod
    def _keys_are_strong(cls, value: "Keys", info: ValidationInfo) -> "Keys":
        if _in_production(info) and value is not None:
            for name, key in value.items() if isinstance(value, dict) else [("", value)]:
                weakness = weakness_of_key(_bytes_of(key))
                if weakness is not None:
                    raise ValueError(f"{name} {weakness}".strip())
            _refuse_used_before(value, info)
        return value

    @field_validator("database_url", "owner_database_url", "redis_url", "broker_url")
    @classmethod
    def _passwords_are_secret(cls, url: str | None, info: ValidationInfo) -> str | None:
        weakness = weakness_of_password_in(url) if url and _in_production(info) else None
        if weakness is not None:
            raise ValueError(weakness)
        return url

    @field_validator("database_url", "owner_database_url", "redis_url", "broker_url")
    @classmethod
    def _nobody_listens_on_the_way(cls, url: str | None, info: ValidationInfo) -> str | None:
        openness = openness_of(url) if url and _in_production(info) and not info.data.get("private_network") else None
        if openness is not None:
            raise ValueError(f"{openness}；只有本系统使用的内网，可设 EJIA_PRIVATE_NETWORK=true")
        return url

    @field_validator("files_endpoint")
    @classmethod
    def _files_go_over_https(cls, url: str, info: ValidationInfo) -> str:
        if _in_production(info) and not url.startswith("https://"):
            raise ValueError("须以 https:// 开头：文件经此传输")
        return url

    @field_validator("files_folder", "audit_folder")
    @classmethod
    def _folders_have_a_whole_address(cls, folder: Path | None, info: ValidationInfo) -> Path | None:
        if folder is not None and _in_production(info) and not folder.is_absolute():
            raise ValueError("须为绝对路径（以 / 开头），使各进程指向同一文件夹")
        return folder

    @field_validator("files_bucket")
    @classmethod
    def _files_have_one_place(cls, bucket: str | None, info: ValidationInfo) -> str | None:
        if "files_folder" in info.data and (bucket is None) == (info.data["files_folder"] is None):
            raise ValueError("与 EJIA_FILES_FOLDER 须且只须填写一项，说明文件存放在何处")
        return bucket

    @field_validator("files_access_key", "files_secret_key")
    @classmethod
    def _bucket_has_keys(cls, key: "SecretStr | str", info: ValidationInfo) -> "SecretStr | str":
        if info.data.get("files_bucket") is not None and not key:
            raise ValueError("使用存储桶时必须填写")
        return key

    @field_validator("browser_login_hours")
    @classmethod
    def _browsers_rest_within_their_login(cls, hours: int, info: ValidationInfo) -> int:
        if info.data.get("browser_rest_minutes", 0) > hours * 60:
            raise ValueError("不能短于 EJIA_BROWSER_REST_MINUTES：登录不会比空闲时限更早结束")
        return hours

    @field_validator("console_address")
    @classmethod
    def _console_has_a_name(cls, address: str | None, info: ValidationInfo) -> str | None:
        if address is None:
            return None
        found = ORIGIN.fullmatch(address.strip().rstrip("/").lower())
        if found is None:
            raise ValueError("应为 https:// 和域名，不带路径，例如 https://ejia.example.gov.cn：通行密钥不能用于 IP 地址")
        if found["scheme"] == "http" and (_in_production(info) or found["host"] != "localhost"):
            raise ValueError("须以 https:// 开头：浏览器只在加密的网址上使用通行密钥")
        return found[0].removesuffix(":443")  # which browsers leave out

    @field_validator("wechat_base_url")
    @classmethod
    def _wechat_is_the_real_one(cls, url: str, info: ValidationInfo) -> str:
        if _in_production(info) and (not url.startswith("https://") or is_this_machine(url)):
            raise ValueError("是微信模拟服务：正式系统只经 https 连接微信，不连接本机")
        return url

    @field_validator("wechat_secret")
    @classmethod
    def _wechat_secret_is_one(cls, secret: SecretStr, info: ValidationInfo) -> SecretStr:
        weakness = weakness_of_wechat_secret(secret.get_secret_value()) if _in_production(info) else None
        if weakness is not None:
            raise ValueError(weakness)
        return secret

    @field_validator("handler_name")
    @classmethod
    def _somebody_handles_data(cls, name: str, info: ValidationInfo) -> str:
        if _in_production(info) and (len(name.strip()) < SHORTEST_HANDLER or name.strip().startswith("本")):
            raise ValueError("须写明个人信息处理者的全称，例如某某区某某街道办事处：告知书里要有")
        return name.strip()

    @field_validator("handler_contact")
    @classmethod
    def _handler_can_be_asked(cls, contact: str, info: ValidationInfo) -> str:
        if _in_production(info) and not PHONE_OF_HANDLER.search(contact):
            raise ValueError("须写明个人信息处理者的联系电话（座机带区号）：告知书里要有")
        return contact.strip()

    @field_validator("trusted_proxies")
    @classmethod
    def _a_proxy_is_in_front(cls, proxies: int, info: ValidationInfo) -> int:
        if proxies == 0 and _in_production(info):
            raise ValueError("正式系统前须有反向代理：请填写其层数，否则限流会把所有人算作一人")
        return proxies

    @field_validator("rate_limits_enabled")
    @classmethod
    def _rates_are_limited(cls, enabled: bool, info: ValidationInfo) -> bool:
        if not enabled and _in_production(info):
            raise ValueError("正式系统不能关闭限流")
        return enabled

    @field_validator("clock_file")
    @classmethod
    def _clock_is_not_steered(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        if file is not None and _in_production(info):
            raise ValueError("正式系统不能拨动时钟")
        return file

    @field_validator("demonstration_file")
    @classmethod
    def _nobody_of_the_demonstration_is_here(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        if file is not None and _in_production(info):
            raise ValueError("正式系统没有示范数据")
        return file

    @field_validator("debug")
    @classmethod
    def _nothing_is_debugged(cls, debug: bool, info: ValidationInfo) -> bool:
        if debug and _in_production(info):
            raise ValueError("正式系统不能以调试模式运行")
        return debug

    @property
    def migrating_url(self) -> str:
        """The address by which tables are made and changed: the owner's, where the app has a user of its own."""
        return self.owner_database_url or self.database_url

    @property
    def is_trial(self) -> bool:
        """Whether stand-ins, demonstration data and the steered clock are allowed."""
        return self.profile is not Profile.PRODUCTION


def _in_production(info: ValidationInfo) -> bool:
    return info.data.get("profile", Profile.PRODUCTION) is Profile.PRODUCTION


Keys = SecretStr | dict[str, SecretStr] | None


def _refuse_used_before(value: SecretStr | dict[str, SecretStr], info: ValidationInfo) -> None:
    keys = list(value.values()) if isinstance(value, dict) else [value]
    earlier = [
        key
        for name in ("token_key", "code_key", "file_key", "audit_key", "index_key", "second_index_key")
        if name != info.field_name and (key := info.data.get(name))
    ]
    secrets = [key.get_secret_value() for key in [*keys, *earlier]]
    if len(set(secrets)) < len(secrets):
        raise ValueError("与另一个密钥相同：每种用途须有自己的密钥")


def read_settings() -> Settings:
    """Read the environment once.

    Raises SettingsInvalid with one line for each thing that is missing or wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsInvalid(_complaints(error), _database_of_production()) from None


def _database_of_production() -> str | None:
    if os.environ.get("EJIA_PROFILE") in (Profile.TRIAL, Profile.TEST):
        return None
    try:
        return _with_psycopg(os.environ.get("DATABASE_URL", ""))
    except ValueError:
        return None


def _complaints(error: ValidationError) -> list[str]:
    return [f"{_variable(problem['loc'])}: {_sentence(problem)}" for problem in error.errors()]


def _sentence(problem: ErrorDetails) -> str:
    return "没有设置" if problem["type"] == "missing" else sentence_of(problem)


def _variable(location: tuple[int | str, ...]) -> str:
    if not location:
        return "(all)"
    name = str(location[0])
    return name if name.isupper() else f"EJIA_{name.upper()}"
