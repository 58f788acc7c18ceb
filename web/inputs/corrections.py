"""Corrections of who somebody is."""

from pydantic import ConfigDict, Field

from backend.corrections.models import CorrectionProof, CorrectionStatus
from backend.corrections.service import NewIdentity
from web.inputs.people import NamedIn
from web.inputs.volunteers import PeopleQuery
from web.shapes import ForMe


class IdentityCorrectionIn(NamedIn):
    """What the papers say, whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "章三", "id_number": "639999199001010014", "proof": "id_card"}]})

    proof: CorrectionProof = Field(title="看到的证件", description=CorrectionProof.listed())

    def wanted(self) -> NewIdentity:
        """As the service takes it."""
        return NewIdentity(self.name, self.id_number, self.proof)


class IdentityCorrectionQuery(PeopleQuery):
    """Which corrections are asked for; the days are those of the proposal."""

    status: CorrectionStatus | None = None
    for_me: ForMe = False
