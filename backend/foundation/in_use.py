"""Holds what a process gets once, at its start: keys and catalogues. An import gives it nothing."""

from typing import Generic, TypeVar

Given = TypeVar("Given")


class InUse(Generic[Given]):
    """One of them; `name` says which in the error of a process that was not given it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._given: Given | None = None

    def use(self, given: Given) -> None:
        """Give it to this process."""
        self._given = given

    def current(self) -> Given:
        """What this process has. Raises RuntimeError before `use`."""
        if self._given is None:
            raise RuntimeError(f"no {self._name}: the process was not started by create_app")
        return self._given
