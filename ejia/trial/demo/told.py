"""Who can log in to the demonstration, as a run is told of it and tells it: no model of the product is loaded for that."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

PASSWORD = "Ejia-2023-demo"  # noqa: S105 - printed on the terminal; the trial profile only


@dataclass(frozen=True, slots=True)
class DemonstrationLogin:
    """One of them: how to log in, and who that is."""

    name: str
    by_wechat: bool
    who: str

    def line(self) -> str:
        """As the terminal shows it."""
        return f"  {self.name:<14}{'微信' if self.by_wechat else f'密码 {PASSWORD}'}  {self.who}"


def keep(logins: Iterable[DemonstrationLogin], file: Path) -> None:
    """Write down who can log in, for later runs."""
    file.write_text("".join(json.dumps(asdict(login), ensure_ascii=False) + "\n" for login in logins))


def kept(file: Path) -> list[DemonstrationLogin]:
    """Who was written down; nobody where no demonstration was loaded."""
    return [DemonstrationLogin(**json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []
