"""Settings as the environment of another process."""

import os

from config.settings import Settings


def environment_of(settings: Settings) -> dict[str, str]:
    """What a process needs in its environment to be the same copy."""
    secrets = {name: getattr(settings, name).get_secret_value() for name in ("token_key", "code_key", "index_key", "wechat_secret")}
    sealing = ",".join(f"{key_id}:{key.get_secret_value()}" for key_id, key in settings.sealing_keys.items())
    plain = {
        "profile": settings.profile.value,
        "wechat_appid": settings.wechat_appid,
        "wechat_base_url": settings.wechat_base_url,
        "clock_file": str(settings.clock_file or ""),
        "rate_limits_enabled": str(settings.rate_limits_enabled),
        "log_json": str(settings.log_json),
    }
    named = {f"EJIA_{name.upper()}": value for name, value in {**secrets, **plain, "sealing_keys": sealing}.items()}
    addresses = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url, "BROKER_URL": settings.broker_url}
    return {"PATH": os.environ["PATH"], **named, **addresses}
