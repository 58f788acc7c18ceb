"""What is drawn at random and read off paper: initial passwords and recovery codes."""

import secrets

# No letters and digits that look alike on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def initial_password() -> str:
    """A password to be handed on and changed at once: three groups of four, some 59 bits."""
    return _groups(3)


def recovery_code() -> str:
    """A code that is kept for years: four groups of four, some 79 bits, which nobody finds from its digest."""
    return _groups(4)


def _groups(number: int) -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(number))
