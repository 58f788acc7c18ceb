"""Somebody who tries over HTTP to get what is not theirs, for a bounded time, and counts what they got."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from werkzeug.test import TestResponse

LONGEST_SECONDS = 30.0


@dataclass
class Villain:
    """What one of them tried, what they were told, and their loot: in the end it is to be empty."""

    name: str
    tried: int = 0
    told: Counter[str] = field(default_factory=Counter)
    loot: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def tries(self, most: int) -> Iterator[int]:
        """So many times, or until the time is over: who guards the house needs an answer today."""
        for number in range(most):
            if time.monotonic() - self.began > LONGEST_SECONDS:
                return
            yield number

    def take(self, prize: str, answer: TestResponse) -> TestResponse:
        """One try: what is granted is loot."""
        self.tried += 1
        if answer.status_code < 300:
            self.loot.append(prize)
            self.told[str(answer.status_code)] += 1
        else:
            self.told[f"{answer.status_code} {answer.get_json()['code']}"] += 1
        return answer

    def __str__(self) -> str:
        told = ", ".join(f"{number} × {code}" for code, number in self.told.most_common())
        return f"{self.name}: {self.tried} tries in {time.monotonic() - self.began:.1f} s, got {len(self.loot)} {self.loot or ''}({told})"
