"""Commands that have a page of their own: it says before what will happen and to whom, and asks for the reason, or what else belongs to
it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic
from uuid import UUID

from flask import Response

from backend.accounts.commands import AnyCommand
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal
from console.drawing import done, draw, draw_again
from console.forms import Form
from console.places import Place


@dataclass(frozen=True, slots=True)
class Asking(Generic[AnyCommand]):
    """One of them: the heading of its page, what will happen, the verb of its button, and what is asked."""

    command: AnyCommand
    title: str
    follows: str
    verb: str
    form: Form[Any]


@dataclass(frozen=True, slots=True)
class Doing(Asking[AnyCommand]):
    """One that is done to the thing alone: `do`, given the form as it was sent and the instant."""

    do: Callable[[Actor, UUID, Any, datetime], object]

    def work(self, actor: Actor, subject_id: UUID) -> Callable[[], None]:
        """What does it as the form in hand says."""

        def work() -> None:
            self.do(actor, subject_id, self.form.read(), clock.now())

        return work


@dataclass(frozen=True, slots=True)
class About:
    """To what it is done: how that is called, where its own page is and in which place it lies; and, counted, what will happen beside.
    `standing`: what stands in the fields before anybody fills them in; `seen`: which version of it the page shows, as the form says it;
    `choices`: of a field that takes one of some things, value and word of each."""

    viewer: Actor
    place: Place
    called: str
    address: str
    beside: Sequence[str] = ()
    standing: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)


def one_of(paths: Collection[str]) -> str:
    """The part of an address that is one of these: `<{one_of(_ASKED)}:step>`."""
    return "any({})".format(", ".join(f'"{path}"' for path in paths))


def ask(asking: Asking[Any], about: About) -> Response:
    """The page of a command."""
    return draw("asking.html", typed=about.standing, **_shown(asking, about))


def answered(asking: Asking[Any], work: Callable[[], None], *, to: str, about: Callable[[], About]) -> Response:
    """Do what the form in hand asks, and lead on; what is refused comes back on the page, about the thing as it is then."""

    return done(work, to=to, again=lambda refusal: ask_again(asking, refusal, about()))


def ask_again(asking: Asking[Any], refusal: Refusal, about: About) -> Response:
    """The page of a command that was refused, with what was typed."""
    return draw_again("asking.html", refusal, keep=asking.form.names, **_shown(asking, about))


def _shown(asking: Asking[Any], about: About) -> dict[str, Any]:
    return {"viewer": about.viewer, "place": about.place, "asking": asking, "about": about}
