"""Rotating sign-in codes: shown by who is in charge of a shift, scanned by who serves at it.

A code names its shift and its time step and carries an HMAC over both. A new one is shown every 30 seconds, and one is accepted in its
own step and the next: at most 60 seconds after it was first shown. One step ahead is good as well: two hosts may turn it a moment apart.
Nothing is stored. The same code serves sign-in and sign-out, which
are two requests, so that who is in charge shows one screen. At a home, a code that those show who visit carries another proof: it looks the
same, and says that nobody but them was asked.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from backend.foundation.errors import Unprocessable
from backend.foundation.in_use import InUse

STEP = timedelta(seconds=30)
STEPS_ACCEPTED = 2
STEPS_AHEAD = 1
HOLDS_FOR = STEP * STEPS_ACCEPTED

_PROOF_BYTES = 12
_STEP_BYTES = 5
_HEAD = 16 + _STEP_BYTES
_PREFIX = "EJ1."


class CodeForged(Unprocessable):
    """No code of ours: misread, or made up."""

    code: ClassVar[str] = "code_forged"
    detail = "签到码无效，请扫描现场出示的签到码"


class CodeExpired(Unprocessable):
    """It was shown more than 60 seconds ago."""

    code: ClassVar[str] = "code_expired"
    detail = "签到码已过期，请扫描最新的签到码"


class CodeNotYetValid(Unprocessable):
    """Its time is yet to come: it was not shown by this platform's clock."""

    code: ClassVar[str] = "code_not_yet_valid"
    detail = "签到码尚未生效"


class CodeOfAnotherShift(Unprocessable):
    """A good code, but of another shift."""

    code: ClassVar[str] = "code_of_another_shift"
    detail = "这是其他场次的签到码"


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code as it is shown: replaced at `replaced_at`, accepted until `expires_at`."""

    text: str
    replaced_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeMaker:
    """Makes and checks codes with one key of 32 bytes."""

    key: bytes

    def code(self, shift_id: UUID, *, now: datetime, by_visitors: bool = False) -> ShownCode:
        """The code that a shift shows at this instant; `by_visitors` where it is theirs to show who visit."""
        step = _step(now)
        head = shift_id.bytes + step.to_bytes(_STEP_BYTES)
        text = _written(head + self._proof(head, by_visitors=by_visitors))
        return ShownCode(text, _begins(step + 1), _begins(step + STEPS_ACCEPTED))

    def check(self, text: str, shift_id: UUID, *, now: datetime) -> bool:
        """Accept a code that this shift shows now, in the step before or in the next; returns whether those showed it who visit.

        Raises CodeForged, CodeOfAnotherShift, CodeExpired, CodeNotYetValid.
        """
        head, by_visitors = self._head(text)
        if head[:16] != shift_id.bytes:
            raise CodeOfAnotherShift(errors={"code": [CodeOfAnotherShift.detail]})
        age = _step(now) - int.from_bytes(head[16:])
        if age < -STEPS_AHEAD:
            raise CodeNotYetValid(errors={"code": [CodeNotYetValid.detail]})
        if age >= STEPS_ACCEPTED:
            raise CodeExpired(errors={"code": [CodeExpired.detail]})
        return by_visitors

    def shift_of(self, text: str) -> UUID:
        """Which shift showed a code, whenever that was. Raises CodeForged."""
        head, _ = self._head(text)
        return UUID(bytes=head[:16])

    def _head(self, text: str) -> tuple[bytes, bool]:
        try:
            if not text.startswith(_PREFIX):
                raise ValueError("not of our form")
            raw = base64.b64decode(text.removeprefix(_PREFIX), altchars=b"-_", validate=True)
            if _written(raw) != text:
                raise ValueError("another spelling of the same bytes")  # Python reads + and / for - and _ as well
        except (ValueError, binascii.Error) as error:
            raise CodeForged(errors={"code": [CodeForged.detail]}) from error
        head, proof = raw[:_HEAD], raw[_HEAD:]
        if len(head) == _HEAD:
            for by_visitors in (False, True):
                if hmac.compare_digest(self._proof(head, by_visitors=by_visitors), proof):
                    return head, by_visitors
        raise CodeForged(errors={"code": [CodeForged.detail]})

    def _proof(self, head: bytes, *, by_visitors: bool) -> bytes:
        label = b"visitors' code" if by_visitors else b"shift code"
        return hmac.digest(self.key, label + head, hashlib.sha256)[:_PROOF_BYTES]


def _written(raw: bytes) -> str:
    return _PREFIX + base64.urlsafe_b64encode(raw).decode()


def _step(instant: datetime) -> int:
    return int(instant.timestamp() // STEP.total_seconds())


def _begins(step: int) -> datetime:
    return datetime.fromtimestamp(step * STEP.total_seconds(), UTC)


_in_use: InUse[CodeMaker] = InUse("code key")
use, maker = _in_use.use, _in_use.current
