"""The keys of a trial run are made once, are strong, and are nobody else's to read."""

from pathlib import Path

import pytest

from config.settings import Settings
from ejia.trial.secrets import SecretsUnreadable, local_secrets


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "var" / "secrets.env"
    first = local_secrets(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert local_secrets(file) == first
    assert local_secrets(tmp_path / "other.env") != first


def test_the_keys_are_what_the_settings_ask_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in local_secrets(tmp_path / "secrets.env").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EJIA_PROFILE", "trial")
    monkeypatch.setenv("EJIA_FILES_FOLDER", str(tmp_path))
    for name in ("DATABASE_URL", "REDIS_URL", "BROKER_URL"):
        monkeypatch.setenv(name, "postgresql://nowhere" if name == "DATABASE_URL" else "redis://nowhere")
    assert list(Settings().sealing_keys) == ["k1"]


def test_a_key_that_a_newer_release_needs_is_added_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    keys = local_secrets(file)
    file.write_text("".join(f"{name}={value}\n" for name, value in keys.items() if name != "EJIA_CODE_KEY"))
    later = local_secrets(file)
    assert {name for name in keys if later[name] != keys[name]} == {"EJIA_CODE_KEY"}
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.write_text("EJIA_TOKEN_KEY\n")
    with pytest.raises(SecretsUnreadable, match="第 1 行"):
        local_secrets(file)
    assert file.read_text() == "EJIA_TOKEN_KEY\n"
