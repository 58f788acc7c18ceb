"""A street brings its register of elders: sealed, known again by name and address, and gone again while nothing refers to them."""

from sqlalchemy import func, select

from backend.demands.models import ADDRESS, Beneficiary
from backend.foundation.database import db
from backend.foundation.sealing import keyring
from tests.imports.test_volunteers import number_of
from tests.support.demands import AGREED


def elder(**fields):
    row = {"name": "王桂芳", "called": "王奶奶", "community": "和平社区", "address": "和平小区3号楼2单元101室", "born_in": 1942}
    return row | fields


def there() -> int:
    return db.session.scalar(select(func.count()).select_from(Beneficiary))


def test_elders_are_sealed_known_again_and_undone(street, officer, brought, ejia):
    rows = [
        elder(phone="0951-5551234"),
        elder(name="李国强", called="李爷爷"),
        elder(address="和平小区３号楼 2单元101室"),
        elder(address="别处1号", phone="0951-5551234"),
        elder(name="孙某", called="孙某说"),
        elder(born_in="四二年"),
        elder(born_in=1700),
        elder(phone="12345"),
    ]
    first = brought("beneficiaries", rows)
    assert "已导入3行，已有1行，不能导入4行" in first.output, first.output
    moved = brought("beneficiaries", [elder(address="第三处", phone="0951-5551234")], "--check", name="again")
    assert "同名同电话" in moved.output
    seen = {line["called"] for line in officer.seen("/beneficiaries")["items"]}
    assert seen == {"王奶奶", "李爷爷"}
    row = db.session.scalars(select(Beneficiary).where(Beneficiary.name == "李国强")).one()
    assert keyring().unseal(row.address_sealed, field=ADDRESS, row=row.id) == "和平小区3号楼2单元101室"

    assert ejia("import", "undo", number_of(first)).exit_code == 0
    assert there() == 0
    assert brought("beneficiaries", rows).exit_code == 0
    again = number_of(brought("beneficiaries", rows))
    officer.made(f"/beneficiaries/{officer.seen('/beneficiaries')['items'][0]['id']}/basis", AGREED)
    assert "import_in_use" in ejia("import", "undo", again).output
    assert there() == 3
