"""The catalogue of indicators: a wrong block stops the start and names file and line."""

import pytest

from backend.foundation.catalogues import CatalogueInvalid
from backend.statistics import indicators
from config.settings import CONFIG_FOLDER

GOOD = """[[indicator]]
code = "teams"
name = "志愿服务队伍"
group = "队伍"
unit = "个"
measure = "teams"
kind = "stock"
definition = "口径"
"""


@pytest.mark.parametrize(
    ("was", "now", "line", "says"),
    [
        ('measure = "teams"', 'measure = "tems"', 6, "没有名为 tems 的统计口径"),
        ('measure = "teams"', 'measure = "services"', 1, "没有存量"),
        ('kind = "stock"', 'kind = "distinct_stock"', 1, "不能按人去重"),
        ('kind = "stock"', 'kind = "stocks"', 7, "kind"),
        ('unit = "个"', 'unit = "箱"', 5, "unit"),
        ('kind = "stock"', 'kind = "stock"\nonly = "sports"', 1, "only 只能是"),
        ('kind = "stock"', 'kind = "stock"\nsql = "select 1"', 8, "不支持的字段"),
    ],
)
def test_a_wrong_block_is_named_with_its_line(app, tmp_path, was, now, line, says):
    file = tmp_path / "indicators.toml"
    file.write_text(GOOD.replace(was, now))

    with pytest.raises(CatalogueInvalid) as refusal:
        indicators.read(file)

    assert f"indicators.toml 第 {line} 行" in str(refusal.value)
    assert says in str(refusal.value)


def test_a_code_stands_for_one_indicator(app, tmp_path):
    file = tmp_path / "indicators.toml"
    file.write_text(GOOD + GOOD)

    with pytest.raises(CatalogueInvalid, match="有两个指标的 code 都是 teams"):
        indicators.read(file)


def test_one_number_stands_once(app, tmp_path):
    file = tmp_path / "indicators.toml"
    again = GOOD.replace('code = "teams"', 'code = "groups"').replace('kind = "stock"', 'kind = "stock"\nsplit = true')
    file.write_text(GOOD + again)

    with pytest.raises(CatalogueInvalid, match="teams 和 groups 是同一个数"):
        indicators.read(file)


def test_the_catalogue_of_the_street_can_be_used(app):
    assert indicators.read(CONFIG_FOLDER / "indicators.toml") == indicators.current()
