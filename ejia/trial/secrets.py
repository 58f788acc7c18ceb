"""The keys of a trial run: made at random on the first start, kept in `var/secrets.env`, readable by nobody else."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from config.strength import trial_mark


class SecretsUnreadable(Exception):
    """The file with the keys has a line that is not NAME=value; the message names it."""


def _marked(length: int) -> bytes:
    """Random bytes whose last ones say that they are of a trial, so that production refuses them."""
    beginning = secrets.token_bytes(length - len(trial_mark(b"")))
    return beginning + trial_mark(beginning)


def _key_of_32_bytes() -> str:
    return base64.b64encode(_marked(32)).decode()


MAKERS: dict[str, Callable[[], str]] = {
    "EJIA_TOKEN_KEY": _key_of_32_bytes,
    "EJIA_CODE_KEY": _key_of_32_bytes,
    "EJIA_FILE_KEY": _key_of_32_bytes,
    "EJIA_AUDIT_KEY": _key_of_32_bytes,
    "EJIA_INDEX_KEY": _key_of_32_bytes,
    "EJIA_SEALING_KEYS": lambda: f"k1:{_key_of_32_bytes()}",
    "EJIA_WECHAT_APPID": lambda: f"wx{secrets.token_hex(8)}",
    "EJIA_WECHAT_SECRET": lambda: _marked(16).hex(),
}


def local_secrets(file: Path) -> dict[str, str]:
    """The variables in the file; what is missing there is made and added first.

    Raises SecretsUnreadable. A key is never replaced: rows sealed under it could not be opened again.
    """
    known = _read(file) if file.exists() else {}
    missing = {name: make() for name, make in MAKERS.items() if name not in known}
    if missing:
        known |= missing
        _write(file, known)
    return known


def _read(file: Path) -> dict[str, str]:
    variables = {}
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        name, separator, value = line.partition("=")
        if not line.strip() or line.startswith("#"):
            continue
        if not separator or not value:
            raise SecretsUnreadable(f"{file} 第 {number} 行应为 名称=值。缺少这些密钥，加密数据读不出来。")
        variables[name.strip()] = value.strip()
    return variables


def _write(file: Path, variables: dict[str, str]) -> None:
    """Replace the file as one: a killed start leaves the old keys or the new ones, never half of them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
        output.write("# Keys of this trial run. Whoever loses them loses the sealed data.\n")
        output.writelines(f"{name}={value}\n" for name, value in variables.items())
        output.flush()
        os.fsync(output.fileno())
    scratch.replace(file)
