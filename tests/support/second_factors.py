"""An authenticator app: shows the codes of the secret that it was given, by the clock of the tests."""

from base64 import b32decode
from dataclasses import dataclass

from apiflask import APIFlask

from backend.accounts.service.second_codes import STEP_SECONDS, totp_of
from backend.foundation import clock
from tests.support.phone import Phone, refused


@dataclass(frozen=True)
class Authenticator:
    """On its holder's phone."""

    secret: str

    def code(self, *, seconds: int = 0) -> str:
        """What it shows, by a clock that is so many seconds ahead."""
        return totp_of(b32decode(self.secret)).generate(int(clock.now().timestamp()) + seconds).decode()

    def next_code(self) -> str:
        """What it shows half a minute later: a code of before is good once."""
        return self.code(seconds=STEP_SECONDS)


def guarded(phone: Phone) -> tuple[Authenticator, list[str]]:
    """Sets a second factor up for who is logged in by password; returns the app and the recovery codes."""
    shown = Authenticator(phone.made("/me/second-factor")["secret"])
    return shown, phone.made("/me/second-factor/confirmation", {"code": shown.code()})["recovery_codes"]


def ticket_for(app: APIFlask, name: str, password: str) -> str:
    """What the right password gives where more is asked for."""
    answer = app.test_client().post("/api/v1/auth/password", json={"name": name, "password": password})
    assert refused(answer) == (401, "second_factor_needed")
    ticket: str = answer.get_json()["ticket"]
    return ticket
