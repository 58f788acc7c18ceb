"""What is wrong with a field of a request, a setting or a catalogue, in plain Chinese: pydantic's errors as sentences."""

from collections.abc import Iterable

from pydantic_core import ErrorDetails

ROOT = "$"
# A person reads none beyond these; a body of twenty thousand unknown fields, each with a long name, would be sent back as a longer answer.
_MOST_FIELDS, _LONGEST_PATH = 100, 200

# Plain Chinese for pydantic's error types; `{…}` is filled from the error's context.
_SENTENCES = {
    "missing": "必填",
    "extra_forbidden": "不支持的字段",
    "string_type": "应为文字",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "格式不正确",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字超出范围",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "finite_number": "数字超出范围",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "multiple_of": "应为 {multiple_of} 的倍数",
    "uuid_type": "编号格式不正确",
    "uuid_parsing": "编号格式不正确",
    "uuid_version": "编号格式不正确",
    "date_type": "应为日期，例如 2026-03-05",
    "date_parsing": "应为日期，例如 2026-03-05",
    "date_from_datetime_parsing": "应为日期，例如 2026-03-05",
    "datetime_type": "应为带时区的时间，例如 2026-03-05T09:00:00+08:00",
    "datetime_parsing": "应为带时区的时间，例如 2026-03-05T09:00:00+08:00",
    "datetime_from_date_parsing": "应为带时区的时间，例如 2026-03-05T09:00:00+08:00",
    "timezone_aware": "时间须带时区，例如 +08:00",
    "enum": "只能是：{expected}",
    "literal_error": "只能是：{expected}",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "set_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "union_tag_invalid": "类型只能是：{expected_tags}",
    "union_tag_not_found": "缺少类型",
    "none_required": "不应填写",
}


def field_errors(errors: Iterable[ErrorDetails], *, prefix: str = "") -> dict[str, list[str]]:
    """Each field's path, dotted (`roles.0.slots`), with plain Chinese sentences. The values sent are never repeated."""
    by_field: dict[str, list[str]] = {}
    for error in errors:
        path = (prefix + ".".join(str(step) for step in error["loc"]) or ROOT)[:_LONGEST_PATH]
        if path not in by_field and len(by_field) == _MOST_FIELDS:
            break
        sentence = sentence_of(error)
        sentences = by_field.setdefault(path, [])
        if sentence not in sentences:
            sentences.append(sentence)
    return by_field


def sentence_of(error: ErrorDetails) -> str:
    """What is wrong, in one plain Chinese sentence. The value that was given is not repeated."""
    template = _SENTENCES.get(error["type"])
    if template is not None:
        return template.format_map({name: _plain(value) for name, value in error.get("ctx", {}).items()})
    # Our own PydanticCustomErrors are Chinese already, and a plain ValueError in a validator is written to be read.
    return error["msg"].removeprefix("Value error, ") if not error["msg"].isascii() else "填写有误"


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace(" or ", "、").replace(", ", "、").replace("'", "")
