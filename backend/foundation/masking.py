"""Masks personal data. Who knows a value can recognise it; nobody can use it (domain facts §6.3)."""

from sqlalchemy import ColumnElement, Dialect, Label, Text, TypeDecorator, case, literal, type_coerce
from sqlalchemy.orm import InstrumentedAttribute

_COMPOUND_SURNAMES = frozenset(
    (
        "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 "
        "宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐"
    ).split()
)


def masked_name(name: str) -> str:
    """张三 → 张*, 欧阳小明 → 欧阳**, 阿卜杜·热合曼 → 阿卜杜·***, 丹 → *."""
    head, dot, tail = name.partition("·")
    if dot:
        return head + dot + "*" * len(tail)
    if len(name) == 1:
        return "*"
    shown = 2 if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES else 1
    return name[:shown] + "*" * max(len(name) - shown, 1)


class _Masked(TypeDecorator[str]):
    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else masked_name(value)


def masked(name: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """A name as a statement selects it to be shown to others: its rows hold it masked."""
    return type_coerce(name, _Masked()).label(name.key)


class _Shown(_Masked):
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or value.startswith(_IN_FULL):
            return None if value is None else value[1:]
        return super().process_result_value(value[1:], dialect)


_IN_FULL, _MASKED = "+", "-"


def shown(name: InstrumentedAttribute[str], *, in_full: ColumnElement[bool]) -> Label[str]:
    """A name as a statement selects it for a viewer: in full in those rows of which the condition is true, masked in all others."""
    return type_coerce(case((in_full, literal(_IN_FULL)), else_=literal(_MASKED)) + name, _Shown()).label(name.key)


def masked_phone(phone: str | None) -> str:
    """13800001234 → 138****1234; stars only where no key opens the number any more."""
    return "*" * 11 if phone is None else f"{phone[:3]}****{phone[-4:]}"


def masked_id_number(number: str | None) -> str:
    """639999199001010014 → 639999********0014; stars only where no key opens the number any more."""
    return "*" * 18 if number is None else f"{number[:6]}********{number[-4:]}"
