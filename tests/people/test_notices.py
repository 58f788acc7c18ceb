"""The notices that anybody may read, and what is no catalogue of them."""

import pytest

from backend.demands import rules
from backend.foundation.catalogues import CatalogueInvalid
from backend.people import notices
from backend.people.notices import NoticeName
from config.settings import CONFIG_FOLDER


def test_anybody_may_read_the_notices(client):
    items = client.get("/api/v1/notices").get_json()["items"]

    assert [item["name"] for item in items] == ["identity", "volunteer", "minor", "proxy", "party_member"]
    assert all("个人信息" in item["title"] and item["version"] for item in items)


def test_each_notice_names_who_handles_the_data_and_how_they_are_asked(settings):
    handler = notices.Handler("测试区青山街道办事处", "0999-5551234")
    told = notices.told_by(notices.read(CONFIG_FOLDER / "notices.toml"), handler)
    assert all(handler.name in notice.text and handler.contact in notice.text for notice in told.values())
    assert not any("{" in notice.text for notice in [*told.values(), *notices.current().values()])
    assert "{" not in rules.current().notice.text


def test_the_notices_say_what_really_happens_with_party_membership_and_the_unit():
    for name in (NoticeName.IDENTITY, NoticeName.VOLUNTEER, NoticeName.PARTY_MEMBER):
        text = notices.notice(name).text
        assert all(said in text for said in ("党员身份属于敏感个人信息", "工作单位", "单位的联络员看得到"))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('name = "volunteer"', 'name = "visitor"'), "第 23 行"),
        (('name = "volunteer"', 'name = "identity"'), "每一项须有且只有一次"),
        (('version = "2026-12-01"', 'version = "newest"'), "version"),
        (('title = "', 'headline = "'), "title"),
        (("处理者：{handler}", "处理者：本街道办事处"), "{handler}"),
        (("联系方式：{contact}", "联系方式见大厅公示"), "{contact}"),
    ],
)
def test_a_notice_that_nobody_could_agree_to_stops_the_start(project_root, tmp_path, change, complaint):
    shipped = (project_root / "config" / "notices.toml").read_text(encoding="utf-8")
    edited = tmp_path / "notices.toml"
    edited.write_text(shipped.replace(*change, 1), encoding="utf-8")

    with pytest.raises(CatalogueInvalid, match=complaint):
        notices.read(edited)
