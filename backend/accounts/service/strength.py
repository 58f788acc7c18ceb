"""Which passwords may be set.

zxcvbn is loaded with the first password that is to be set: its lists of words are megabytes, and most processes set none.
"""

from typing import ClassVar

from backend.foundation.errors import Unprocessable

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 128
LEAST_GUESSES = 10**8

_ESTIMATED = 40
_MOST_READINGS = 100
_HOUSE_WORDS = ["ejia", "shequ", "jiedao", "wangge", "community", "street", "officer", "admin", "社区", "街道", "社区e家"]


class PasswordTooWeak(Unprocessable):
    """Too short or too long, the login name in it, or easily guessed. What characters it is made of is free (NIST SP 800-63B 3.1.1.2)."""

    code: ClassVar[str] = "password_too_weak"
    detail = "密码不符合要求"


def refuse_weak(password: str, *, name: str, field: str = "password") -> None:
    """Let pass a password that may be set for a login name. Raises PasswordTooWeak, which says what to mend."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise _too_weak(field, f"密码应为{SHORTEST_PASSWORD}至{LONGEST_PASSWORD}个字符")
    if name.lower() in password.lower():
        raise _too_weak(field, "密码不能包含用户名")
    if _guesses(_judged(password), [name, *_HOUSE_WORDS]) <= LEAST_GUESSES:
        raise _too_weak(field, "密码太常见或太有规律，请换一个不易猜到的")


def _judged(password: str) -> str:
    """The beginning that is estimated: more makes no password weaker.

    Characters that may stand for letters (4 for a, 1 for i or l) are read in every combination, and one password can hold thousands: it is
    judged up to where they become too many.
    """
    from zxcvbn.matching import L33T_TABLE

    judged, readings = "", 1
    for character in password[:_ESTIMATED]:
        if character not in judged:
            readings *= 1 + sum(character in standing for standing in L33T_TABLE.values())
        if readings > _MOST_READINGS and len(judged) >= SHORTEST_PASSWORD:
            break
        judged += character
    return judged


def _guesses(password: str, words: list[str]) -> int:
    """As `zxcvbn()` estimates, which keeps the words of a call in a table of its module: two at once would read each other's."""
    from zxcvbn.matching import RANKED_DICTIONARIES, build_ranked_dict, omnimatch
    from zxcvbn.scoring import most_guessable_match_sequence

    dictionaries = RANKED_DICTIONARIES | {"user_inputs": build_ranked_dict([word.lower() for word in words])}
    return int(most_guessable_match_sequence(password, omnimatch(password, dictionaries))["guesses"])


def _too_weak(field: str, sentence: str) -> PasswordTooWeak:
    return PasswordTooWeak(sentence, errors={field: [sentence]})
