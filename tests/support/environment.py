"""Settings of a copy on servers of its own, the environment of another process of it, and that of a production copy."""

import base64
import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from config.settings import Profile, Settings
from ejia.trial.servers import Servers

APPID = "wx00112233445566ff"


def settings_on(servers: Servers, clock_file: Path | None) -> Settings:
    """A test copy without rate limits, its clock steered where a file is given."""
    return Settings(
        profile=Profile.TEST,
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        broker_url=servers.broker_url,
        token_key=_key(1),
        code_key=_key(2),
        file_key=_key(5),
        files_folder=servers.postgres.folder.parent / "files",
        index_key=_key(3),
        audit_key=_key(6),
        sealing_keys={"k1": _key(4)},
        wechat_appid=APPID,
        wechat_secret=SecretStr("0123456789abcdef0123456789abcdef"),
        clock_file=clock_file,
        rate_limits_enabled=False,
        second_factor_required=False,
        console_address="http://localhost",
        log_json=False,
    )


def _key(number: int) -> SecretStr:
    return SecretStr(base64.b64encode(bytes([number]) * 32).decode())


def environment_of(settings: Settings) -> dict[str, str]:
    """What a process needs in its environment to be the same copy."""
    secrets = {
        name: getattr(settings, name).get_secret_value()
        for name in ("token_key", "code_key", "file_key", "audit_key", "index_key", "wechat_secret")
    }
    sealing = ",".join(f"{key_id}:{key.get_secret_value()}" for key_id, key in settings.sealing_keys.items())
    plain = {
        "profile": settings.profile.value,
        "wechat_appid": settings.wechat_appid,
        "files_folder": str(settings.files_folder),
        "wechat_base_url": settings.wechat_base_url,
        "rate_limits_enabled": str(settings.rate_limits_enabled),
        "second_factor_required": str(settings.second_factor_required),
        "console_address": settings.console_address or "",
        "log_json": str(settings.log_json),
    } | ({"clock_file": str(settings.clock_file)} if settings.clock_file else {})
    named = {f"EJIA_{name.upper()}": value for name, value in {**secrets, **plain, "sealing_keys": sealing}.items()}
    addresses = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url, "BROKER_URL": settings.broker_url}
    return {"PATH": os.environ["PATH"], **named, **addresses}


def drawn_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def production_environment(database_url: str = "postgresql://ejia:7Kq-vSz2wP@db.example/ejia?sslmode=verify-full") -> dict[str, str]:
    """The variables of a production copy that may start."""
    return {
        "EJIA_PROFILE": "production",
        "DATABASE_URL": database_url,
        "REDIS_URL": "rediss://ejia:9hT-kWe4xB@redis.example/0",
        "BROKER_URL": "rediss://ejia:9hT-kWe4xB@redis.example/1",
        "EJIA_OPERATOR": "wang.li",
        "EJIA_TRUSTED_PROXIES": "1",
        "EJIA_TOKEN_KEY": drawn_key(),
        "EJIA_CODE_KEY": drawn_key(),
        "EJIA_FILE_KEY": drawn_key(),
        "EJIA_AUDIT_KEY": drawn_key(),
        "EJIA_FILES_FOLDER": "/var/lib/ejia/files",
        "EJIA_INDEX_KEY": drawn_key(),
        "EJIA_SEALING_KEYS": f"k2:{drawn_key()},k1:{drawn_key()}",
        "EJIA_WECHAT_APPID": "wx8ae41b07c3d952f6",
        "EJIA_HANDLER_NAME": "测试市测试区青山街道办事处",
        "EJIA_HANDLER_CONTACT": "0999-5551234，青山路1号政务服务大厅",
        "EJIA_WECHAT_SECRET": secrets.token_hex(16),
    }
