"""What happens to those who act for somebody."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class ProxyRecorded(Event):
    """A person may act for another one. The subject is the revision."""

    name: ClassVar[str] = "proxy.recorded"


@dataclass(frozen=True, slots=True)
class ProxyRenewed(Event):
    """A person may act for another one for longer. The subject is the revision."""

    name: ClassVar[str] = "proxy.renewed"


@dataclass(frozen=True, slots=True)
class ProxyEnded(Event):
    """A person acts no more for another one, before the time. The subject is the revision."""

    name: ClassVar[str] = "proxy.ended"
