"""The forms and check digits of numbers that others issue: resident identity number, unified social credit code, telephone.

Sources: GB 11643-1999 (ISO 7064 MOD 11-2), GB 32100-2015 (mod 31) with the inner check of GB 11714; for the number of a foreigner with
permanent residence the rules that the immigration administration published for the card of 2023. Decide by field, never by
pattern: an all-digit credit code has the shape of an identity number.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_PROVINCES = frozenset("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split())
_ID_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


_FOREIGNER = "9"


class Sex(StrEnum):
    """As the 17th digit of the identity number has it."""

    MALE = "male"
    FEMALE = "female"


class NumberInvalid(ValueError):
    """Not a number of this kind; the message is one Chinese sentence for the person who typed it."""


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A verified 公民身份号码, or the number of a 外国人永久居留身份证, and what it says of its holder."""

    text: str
    born_on: date
    sex: Sex


def folded(text: str) -> str:
    """A number as it is printed, however it was typed: wide letters and digits as narrow ones, small letters as capitals, no blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def identity_number(text: str, *, today: date) -> IdentityNumber:
    """Read an 18-digit identity number, as it is printed or as somebody typed it (`folded`).

    A withdrawn county code is fine, codes are for life; the province must exist, the birth date be real, not in the future and not
    before 1900. A foreigner's begins with 9, then come the province that admitted them and the number of their country (ISO 3166); birth
    date, sex and check digit stand where a citizen's do. Raises NumberInvalid.
    """
    number = folded(text)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise NumberInvalid("身份证号应为18位")
    if _ID_CHECKS[sum(int(digit) * 2 ** (17 - i) for i, digit in enumerate(number[:17])) % 11] != number[17]:
        raise NumberInvalid("身份证号校验码不正确")
    province = number[1:3] if number.startswith(_FOREIGNER) else number[:2]
    if province not in _PROVINCES:
        raise NumberInvalid("身份证号地区码不正确")
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise NumberInvalid("身份证号出生日期不正确") from error
    if born_on > today or born_on.year < 1900:
        raise NumberInvalid("身份证号出生日期不正确")
    return IdentityNumber(number, born_on, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def identity_check_digit(first_17: str) -> str:
    """The 18th digit that belongs to the first 17 (for synthetic data)."""
    return _ID_CHECKS[sum(int(digit) * 2 ** (17 - i) for i, digit in enumerate(first_17)) % 11]


def credit_code(text: str) -> str:
    """Read a unified social credit code and give it in its canonical form. Raises NumberInvalid.

    A few codes that were really issued fail their own check; they are refused like any other slip.
    """
    code = folded(text)
    if len(code) != 18 or any(char not in _CREDIT_ALPHABET for char in code):
        raise NumberInvalid("统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z）")
    if credit_check_char(code[:17]) != code[17] or body_check_char(code[8:16]) != code[16]:
        raise NumberInvalid("统一社会信用代码校验码不正确")
    return code


def credit_check_char(first_17: str) -> str:
    """The 18th character that belongs to the first 17."""
    total = sum(_CREDIT_ALPHABET.index(char) * pow(3, i, 31) for i, char in enumerate(first_17))
    return _CREDIT_ALPHABET[-total % 31]


def body_check_char(first_8: str) -> str:
    """The 9th character of an organisation code (GB 11714), where letters run on from A = 10 without gaps."""
    rest = -sum(int(char, 36) * weight for char, weight in zip(first_8, _BODY_WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}")


def mobile_phone(text: str) -> str:
    """Read a mainland mobile number, as 11 digits. Raises NumberInvalid."""
    number = _national(text)
    if not _MOBILE.fullmatch(number):
        raise NumberInvalid("手机号应为11位")
    return number


def contact_phone(text: str) -> str:
    """Read a mobile number as 11 digits, or a land-line with its area code as the digits from the 0 on. Raises NumberInvalid."""
    number = _national(text)
    if not (_MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number)):
        raise NumberInvalid("请填写11位手机号，或者带区号的座机号，例如0951-5551234")
    return number


def _national(text: str) -> str:
    """The digits as one dials them within the country: without groups and country code, a land-line with its 0."""
    number = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", text))
    abroad = re.fullmatch(r"(?:\+|00)86([0-9]+)|86(1[0-9]{10})", number)
    if abroad is None:
        return number
    dialled = abroad[1] or abroad[2]
    return dialled if dialled.startswith("0") or _MOBILE.fullmatch(dialled) else f"0{dialled}"


def address_line(text: str) -> str:
    """An address in one form: wide letters and digits as narrow ones, without blanks, so that two spellings of one door are the same."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


# As people write them down: in groups, with a country code, in the wide digits of a Chinese keyboard (brought to ASCII first). Between the
# groups stand blanks, dashes of all kinds, dots, strokes and brackets, up to two; no commas, by which numbers are listed.
_BETWEEN = r"[\s\-\u2010-\u2015\u2212_.·•/()]{0,2}"
_MOBILE_WITHIN = re.compile(rf"(?<![0-9])(?:(?:\+?86|0086){_BETWEEN})?1[3-9][0-9](?:{_BETWEEN}[0-9]{{4}}){{2}}(?![0-9])")
_AREA_CODE = rf"(?:(?:\+|00)86{_BETWEEN}0?|0)(?:10|2[0-9]|[3-9][0-9]{{2}})"
_LANDLINE_WITHIN = re.compile(rf"(?<![0-9]){_AREA_CODE}{_BETWEEN}[2-9][0-9]{{2,3}}{_BETWEEN}[0-9]{{4}}(?![0-9])")
_NUMERALS = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
_IDENTITY_WITHIN = re.compile(rf"(?<![0-9])(?:[0-9]{_BETWEEN}){{17}}[0-9Xx](?![0-9])")


def holds_personal_number(text: str) -> bool:
    """Whether a mobile number or a valid identity number stands somewhere in the text. A number of other form, or without a valid check
    digit, is neither."""
    return any(
        _MOBILE_WITHIN.search(reading) or any(_is_identity_number(found[0]) for found in _IDENTITY_WITHIN.finditer(reading))
        for reading in _readings(text)
    )


def holds_telephone(text: str) -> bool:
    """Whether a mobile number or a land-line with its area code stands somewhere in the text."""
    return any(_MOBILE_WITHIN.search(reading) or _LANDLINE_WITHIN.search(reading) for reading in _readings(text))


def _readings(text: str) -> tuple[str, str]:
    """The text as who dials reads it: digits of all kinds as ASCII ones, without what nobody sees. Once with numerals as they are, for the
    last one of a name (张三) is none of the number behind it, and once as digits."""
    seen = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return seen, seen.translate(_NUMERALS)


def _is_identity_number(text: str) -> bool:
    try:
        identity_number(re.sub(r"[^0-9Xx]", "", text), today=date.max)
    except NumberInvalid:
        return False
    return True


def age_on(born_on: date, day: date) -> int:
    """Completed years of life on a day (someone born on 29 February completes one on 1 March)."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def latest_birth(age: int, day: date) -> date:
    """The day on or before which somebody was born who has completed so many years on a day."""
    try:
        return day.replace(year=day.year - age)
    except ValueError:  # that year has no 29 February
        return date(day.year - age, 2, 28)
