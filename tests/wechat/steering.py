"""The levers of the stand-in, as a test pulls them."""

from typing import Any

import requests


class Levers:
    """Talks to `/__stand-in__/` of one server."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def post(self, path: str, **order: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.base_url}/__stand-in__/{path}", json=order, timeout=10)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def login_code(self, user: str = "resident-1", **order: Any) -> str:
        return str(self.post("codes/login", user=user, **order)["code"])

    def phone_code(self, user: str = "resident-1", **order: Any) -> str:
        return str(self.post("codes/phone", user=user, **order)["code"])

    def user(self, user: str = "resident-1", **order: Any) -> dict[str, Any]:
        return self.post("users", user=user, **order)

    def fault(self, call: str, *, times: int = 1, **kind: Any) -> None:
        self.post("faults", call=call, times=times, **kind)

    def calls(self, call: str) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.base_url}/__stand-in__/calls", params={"call": call}, timeout=10).json()
        assert answer["count"] == len(answer["calls"])
        found: list[dict[str, Any]] = answer["calls"]
        return found

    def count(self, call: str) -> int:
        return len(self.calls(call))
