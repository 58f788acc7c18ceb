"""Refuses weak secrets in production: repeated, typed or counted-up characters, a trial's keys, and known passwords."""

import hashlib
import ipaddress
import socket
from itertools import pairwise
from urllib.parse import parse_qs, unquote, urlsplit

_FEWEST_DIFFERENT_BYTES = 20
"""Of 32 random bytes some 30 differ; that fewer than 20 do has a chance of less than one in 10^9."""
_FEWEST_DIFFERENT_DIGITS = 7
"""Of 32 random hexadecimal digits some 14 differ."""
_KNOWN_PASSWORDS = frozenset("postgres password passwd ejia admin root secret changeme change-me 123456 12345678 test redis valkey".split())
_TRIAL_MARK_BYTES = 4
_ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})
_PROOFS = frozenset({"password", "passfile", "sslcert"})
"""By which a server's address lets in, beside a password before the @."""


def trial_mark(beginning: bytes) -> bytes:
    """The last bytes of a key that `ejia run` makes, as they follow from its first ones: so that no such key is taken for a real one."""
    return hashlib.sha256(b"a key of an ejia trial" + beginning).digest()[:_TRIAL_MARK_BYTES]


def weakness_of_key(key: bytes) -> str | None:
    """Why 32 bytes are no key for production; None when nothing is wrong with them."""
    if is_of_a_trial(key):
        return "是试用系统（ejia run）的密钥"
    if len(set(key)) < _FEWEST_DIFFERENT_BYTES or _is_repeated(key) or _is_counted(key):
        return "不是随机生成的"
    if all(32 <= byte < 127 for byte in key):
        return "是键盘输入的，不是随机生成的"
    return None


def weakness_of_wechat_secret(secret: str) -> str | None:
    """Why a text cannot be the mini-program's AppSecret (32 hexadecimal digits); None when it may be."""
    try:
        drawn = bytes.fromhex(secret)
    except ValueError:
        drawn = b""
    if len(drawn) != 16:
        return "不是 AppSecret 的 32 位十六进制数"
    if is_of_a_trial(drawn):
        return "是试用系统微信模拟服务的密钥"
    if len(set(secret.lower())) < _FEWEST_DIFFERENT_DIGITS or _is_repeated(drawn) or _is_counted(drawn):
        return "不是随机生成的"
    return None


def is_of_a_trial(secret: bytes) -> bool:
    """Whether `ejia run` made this key."""
    return secret[-_TRIAL_MARK_BYTES:] == trial_mark(secret[:-_TRIAL_MARK_BYTES])


def weakness_of_password_in(url: str) -> str | None:
    """Why the password in a server's address protects nothing; an address without one trusts the network or the socket's owner."""
    address = urlsplit(url)
    # PostgreSQL and Redis take it behind the question mark as well.
    in_query = parse_qs(address.query, keep_blank_values=True).get("password", [None])[-1]
    password = in_query if address.password is None else unquote(address.password)
    if password is None:
        return None
    if not password or password.lower() in _KNOWN_PASSWORDS or password == unquote(address.username or ""):
        return "的密码人人皆知"
    return None


def openness_of(url: str) -> str | None:
    """Why a stranger on the way to a server could read along or be let in; None within this machine (loopback, or a socket)."""
    address = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(address.query).items()}
    hosts = options.get("host", unquote(address.hostname or "")).split(",")
    if all(not host or host.startswith("/") or _names_this_machine(host) for host in hosts):
        return None
    if address.scheme != "rediss" and options.get("sslmode") not in _ENCRYPTED:
        return "经网络连接而没有加密（PostgreSQL 用 sslmode=verify-full，Redis 用 rediss://）"
    if not (address.password or options.keys() & _PROOFS):
        return "经网络连接而没有密码"
    return None


def is_this_machine(url: str) -> bool:
    """Whether an address names the machine itself: a loopback or unspecified address, or localhost."""
    try:
        return _names_this_machine(urlsplit(url).hostname or "")
    except ValueError:
        return False


def _names_this_machine(name: str) -> bool:
    host = name.rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        # As resolvers read it: 127.1, 0x7f000001 and 2130706433 are addresses, too.
        address = ipaddress.ip_address(host) if ":" in host else ipaddress.ip_address(socket.inet_aton(host))
    except (ValueError, OSError):
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _is_repeated(key: bytes) -> bool:
    return any(key == (key[:length] * len(key))[: len(key)] for length in range(1, len(key) // 2 + 1))


def _is_counted(key: bytes) -> bool:
    """Whether each byte follows from the one before by the same step."""
    return len({(later - earlier) % 256 for earlier, later in pairwise(key)}) <= 2
