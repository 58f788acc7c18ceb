"""No password that somebody can think of makes the look at its strength long, and looks do not wait for one another."""

import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from types import FrameType

import pytest
from zxcvbn.matching import L33T_TABLE

from backend.accounts.service.strength import PasswordTooWeak, refuse_weak

LEET = "".join(dict.fromkeys(chain.from_iterable(L33T_TABLE.values())))
PLAIN = "zhongshan lu de wutong xia, san yue de feng chui guo jie dao he lao ren de xin"[:72]
MOST_STEPS = 4
"""Times the steps that a plain password of the same length takes; with every reading of its signs looked at, one of these takes ninety."""


def _made() -> dict[str, str]:
    chance = random.Random(7)
    made = {
        "leet": (LEET * 5)[:72],
        "leet in words": ("p4$$w0rd!1|7+@8(3690%2{[<" * 5)[:72],
        "one letter": "a" * 72,
        "two letters": "ab" * 36,
        "repeats in repeats": ("abaababaabaab" * 9)[:72],
        "repeats, broken": ("a1!a1!a1!b" * 20)[:72],
        "keyboard": ("qwertyuiop[]asdfghjkl;zxcvbnm,./" * 4)[:72],
        "dates": ("19900101" * 20)[:72],
        "digits": ("1234567890" * 20)[:72],
        "Chinese": ("社区街道网格竹林听雨夜读春秋" * 9)[:72],
        "words": ("passwordmonkeydragonletmeinshadow" * 5)[:72],
        "readings at the limit": ("+7|1!i" * 12)[:72],
        "as long as may be": (LEET * 6)[:128],
    }
    for number in range(30):
        letters = chance.sample(LEET, chance.randint(2, len(LEET))) + list("aeiost")[: chance.randint(0, 6)]
        made[f"leet by chance {number}"] = "".join(chance.choice(letters) for _ in range(72))
    return made


def steps(password: str) -> int:
    """How many lines are run for a look at it."""
    run = 0

    def count(frame: FrameType, event: str, _: object) -> Callable[..., object]:
        nonlocal run
        run += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        with suppress(PasswordTooWeak):
            refuse_weak(password, name="peace")
    finally:
        sys.settrace(before)
    return run


@pytest.fixture(scope="module")
def plain_steps() -> int:
    return steps(PLAIN)


@pytest.mark.parametrize("password", [pytest.param(password, id=name) for name, password in _made().items()])
def test_no_password_makes_the_look_at_it_long(password, plain_steps):
    assert steps(password) < MOST_STEPS * plain_steps


@pytest.mark.parametrize("password", ["Xk4$w9@2!pQ7+mZ", "7|$0@4!w3+(8Vr{k<q", "9!竹林4@听雨$7+夜读"])
def test_a_password_with_many_signs_is_not_taken_for_a_weak_one(password):
    refuse_weak(password, name="peace")


def test_looks_at_once_do_not_read_the_names_of_one_another():
    def is_weak(number: int) -> bool:
        name = f"brwnquvtx{number % 4}kzmhf"
        try:
            refuse_weak(f"1990{name[:-1]}", name=name)
        except PasswordTooWeak:
            return True
        return False

    with ThreadPoolExecutor(4) as pool:
        assert not any(pool.map(is_weak, range(40)))
