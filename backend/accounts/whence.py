"""Where a browser is that asks to be let in, as a phone is told it: enough to see that it is not one's own, and no more."""

import ipaddress
from dataclasses import dataclass
from typing import Self

from backend.accounts.tokens import WHENCE_LENGTH

_V4, _V6 = 4, 6
_KEPT = {_V4: 3, _V6: 6}
"""Of the bytes of an address so many say whose network it is."""


OTHER_BROWSER, OTHER_SYSTEM = "其他浏览器", "其他系统"
BROWSERS = (OTHER_BROWSER, "Edge", "Chrome", "Firefox", "Safari", "360浏览器", "QQ浏览器", "微信")
SYSTEMS = (OTHER_SYSTEM, "Windows", "macOS", "Linux", "安卓", "iOS", "鸿蒙")
"""What a browser may say it is, and on what it runs, as people call it."""


@dataclass(frozen=True, slots=True)
class Whence:
    """Of one browser. `network` is the part of its address that others around it share: `203.0.113.*`."""

    browser: str
    system: str
    network: str

    def packed(self) -> bytes:
        """In few bytes, so that the picture that is scanned stays coarse."""
        head = bytes([BROWSERS.index(self.browser), SYSTEMS.index(self.system)])
        return (head + _packed(self.network)).ljust(WHENCE_LENGTH, b"\0")

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """What was packed."""
        return cls(BROWSERS[packed[0]], SYSTEMS[packed[1]], _unpacked(packed[2:]))


def network_of(address: str) -> str:
    """What is told of an address."""
    return _unpacked(_packed(address))


def _packed(address: str) -> bytes:
    try:
        parsed = ipaddress.ip_address(address.replace("*", "0"))
    except ValueError:
        return b""
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    kept = mapped or parsed
    return bytes([kept.version]) + kept.packed[: _KEPT[kept.version]]


def _unpacked(packed: bytes) -> str:
    version = packed[0] if packed else 0
    if version == _V4:
        return ".".join([*map(str, packed[1 : 1 + _KEPT[_V4]]), "*"])
    if version == _V6:
        first = ipaddress.IPv6Address(packed[1 : 1 + _KEPT[_V6]] + bytes(10))
        return str(first)
    return ""
