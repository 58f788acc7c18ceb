"""The notices that anybody may read, and what is no catalogue of them."""

import pytest

from backend.foundation.catalogues import CatalogueInvalid
from backend.people import notices


def test_anybody_may_read_the_notices(client):
    items = client.get("/api/v1/notices").get_json()["items"]

    assert [item["name"] for item in items] == ["identity", "volunteer", "minor", "proxy"]
    assert all("个人信息" in item["title"] and item["version"] for item in items)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('name = "volunteer"', 'name = "visitor"'), "第 20 行"),
        (('name = "volunteer"', 'name = "identity"'), "每一项须有且只有一次"),
        (('version = "2026-11-01"', 'version = "newest"'), "version"),
        (('title = "', 'headline = "'), "title"),
    ],
)
def test_a_notice_that_nobody_could_agree_to_stops_the_start(project_root, tmp_path, change, complaint):
    shipped = (project_root / "config" / "notices.toml").read_text(encoding="utf-8")
    edited = tmp_path / "notices.toml"
    edited.write_text(shipped.replace(*change, 1), encoding="utf-8")

    with pytest.raises(CatalogueInvalid, match=complaint):
        notices.read(edited)
