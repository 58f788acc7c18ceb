"""Names and numbers as they may be shown (domain facts §6.3): recognised by who knows them, of no use to others."""

import pytest

from backend.foundation.masking import masked_id_number, masked_name, masked_phone


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("李小明", "李**"),
        ("欧阳", "欧*"),
        ("欧阳明", "欧阳*"),
        ("欧阳小明", "欧阳**"),
        ("阿卜杜·热合曼", "阿卜杜·***"),
        ("买买提·吐尔逊·阿不都", "买买提·*******"),
        ("𠮷田", "𠮷*"),
        ("Li Ming", "L******"),
        ("丹", "*"),
    ],
)
def test_a_name_shows_its_first_part_only(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_numbers_show_their_ends() -> None:
    assert masked_phone("13800001234") == "138****1234"
    assert masked_id_number("63999919660318005X") == "639999********005X"
