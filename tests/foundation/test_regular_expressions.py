"""No text that somebody sends holds the interpreter: every regular expression of the product is given hostile input.

One that can read a text in many ways takes time by the square of its length, or worse. So its time for a long text is compared with that
for a short one, which says the same on any machine; and it is given up after a limit that no sound one comes near.
"""

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product

from flask.testing import FlaskClient

from tests.support.expressions import Expression, expressions

SHORT, LONG = 1_000, 10_000
ALLOWED = 4 * LONG / SHORT  # in step with the length, it is a quarter of this; by its square, two and a half times as much
GIVE_UP_AFTER = 1.0  # seconds of computing
TRIES = 3

ATOM = re.compile(r"\[\^?(?:\\.|[^\]\\])+\]|\\.|[^\\^$()|*+?{}]")
OTHER_CHARACTERS = 'a1A汉 \n\t._-·"=%<>/\x00!~'


class HeldUpError(Exception):
    """It took longer than anybody waits."""


def atoms(pattern: str) -> tuple[list[str], str]:
    """A character for each place of an expression, and one that fits nowhere."""
    singles = [re.compile(atom) for atom in ATOM.findall(pattern)]
    characters = OTHER_CHARACTERS + pattern
    fitting = [next((char for char in characters if single.fullmatch(char)), "") for single in singles]
    misfit = next((char for char in "\x00!~汉" if not any(single.fullmatch(char) for single in singles)), "\x00")
    return [char for char in fitting if char], misfit


def hostile(pattern: str) -> Iterator[Callable[[int], str]]:
    """Makers of texts of some length: repeats of what stands in the expression, alone, in pairs and as a whole, and then what does not fit;
    also behind what comes first in the expression, and behind what does not fit."""
    places, misfit = atoms(pattern)
    pairs = {first + second for first, second in product(dict.fromkeys(places), repeat=2)}
    begun = {("".join(places[:place]), char) for place, char in enumerate(places)}
    shapes = {*begun, *product(("", misfit), {*places, *pairs, "".join(places)})}
    for before, repeated in sorted(shape for shape in shapes if shape[1]):
        yield lambda length, before=before, repeated=repeated: before + (repeated * (length // len(repeated) + 1))[:length] + misfit


def computing(read: Callable[[str], object], text: str) -> float:
    """The seconds of computing that reading a text takes."""
    begun = time.thread_time()
    read(text)
    return time.thread_time() - begun


def grows_too_fast(expression: Expression, text_of: Callable[[int], str]) -> bool:
    """Whether a longer text takes longer out of proportion, measured again and again."""
    read = getattr(re.compile(expression.pattern, expression.flags), expression.way)
    short, long = text_of(SHORT), text_of(LONG)
    return all(computing(read, long) > ALLOWED * computing(read, short) for _ in range(TRIES))


@contextmanager
def limited() -> Iterator[None]:
    """Raises HeldUpError after so much computing, also out of the midst of an expression."""

    def give_up(*_: object) -> None:
        raise HeldUpError

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, GIVE_UP_AFTER)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def slow(expression: Expression) -> str | None:
    """The first shape of text that holds an expression up, as a short one of it."""
    for text_of in hostile(expression.pattern):
        try:
            with limited():
                held_up = grows_too_fast(expression, text_of)
        except HeldUpError:
            held_up = True
        if held_up:
            return text_of(20)
    return None


def test_hostile_text_is_read_in_step_with_its_length() -> None:
    known = expressions()
    assert len(known) > 40
    assert {expression: text for expression in known if (text := slow(expression))} == {}


def test_what_the_document_gives_to_clients_is_as_safe(client: FlaskClient) -> None:
    patterns = set(patterns_in(client.get("/openapi.json").get_json()))
    assert len(patterns) > 10
    assert {pattern: text for pattern in patterns if (text := slow(Expression(pattern, 0, "search")))} == {}


def patterns_in(described: object) -> Iterator[str]:
    """The expressions that stand in a part of the document."""
    parts = described.items() if isinstance(described, dict) else enumerate(described) if isinstance(described, list) else ()
    for name, part in parts:
        if name == "pattern" and isinstance(part, str):
            yield part
        yield from patterns_in(part)


def test_an_expression_that_holds_up_is_found() -> None:
    """The first is by what names were read once: a run of letters could be cut into parts in every way."""
    assert slow(Expression("(?:[王]+|[a-z]+)(?:[· ]?(?:[王]+|[a-z]+))*", 0, "fullmatch"))
    assert slow(Expression("[ ]+\\Z", 0, "findall"))
    assert slow(Expression("[a-z]+", 0, "fullmatch")) is None
