"""What every shape stands on that a person sends, whether it comes as JSON, in a query or by a form; the shapes are in inputs/."""

import re
from collections.abc import Callable, Collection
from typing import Annotated, Any, TypeVar, get_args

from flask import request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError
from werkzeug.datastructures import MultiDict

from backend.foundation.errors import Unprocessable
from backend.foundation.paging import PageRequest, TimeSort
from backend.foundation.search import LONGEST_SEARCH, MOST_WORDS, Days, words_of
from web.fields import SENT, CursorText, Day, Id, Limit, NoNumbers, Text
from web.in_hand import request_in_hand
from web.refusals import BodyTooLarge, InvalidInput

FORM_TOKEN, SUBMISSION_KEY = "csrf_token", "submission_key"
"""What stands in every form beside what a person fills in: whose page it was, and which submission (forgery.py, submissions.py)."""
_ON_THE_WALL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")

AnyModel = TypeVar("AnyModel", bound=BaseModel)


class Body(BaseModel):
    """What a request carries as JSON. Read strictly: "1" is no number, 1 is no text, an unknown field is refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, hide_input_in_errors=True, frozen=True)


class Query(BaseModel):
    """What stands behind the question mark. Values are text and are read as what the field says; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, hide_input_in_errors=True, frozen=True)


ForMe = Annotated[bool, Field(description="true：只看等我办理的，和“等我办理的事”数目相同")]
"""Of a list, what waits for who asks."""


Sorted = Annotated[TimeSort, Field(description=TimeSort.listed())]
"""From which end a list in the order of time is read."""


class ListQuery(Query):
    """The page of a list that is asked for."""

    limit: Limit = 20
    cursor: CursorText | None = None
    count: bool = Field(default=False, description="true：另给出总数 total")

    @property
    def page(self) -> PageRequest:
        """The same for a query of the domain."""
        return PageRequest(self.limit, self.cursor, self.count)


def _of_few_words(value: str) -> str:
    if len(words_of(value)) > MOST_WORDS:
        raise PydanticCustomError("too_many_words", "最多{most}个词", {"most": MOST_WORDS})
    return value


SearchText = Annotated[str, Text(max=LONGEST_SEARCH), NoNumbers, AfterValidator(_of_few_words)]
"""What somebody looks for. A mobile or identity number is none: it would stand in an address, and those stand in logs."""


TitleSought = Annotated[SearchText | None, Field(description="标题或其中一部分")]
CommunitySought = Annotated[Id | None, Field(description="只看这个社区的")]
BrandSought = Annotated[str, Text(max=40)] | None
TeamSought = Annotated[Id | None, Field(description="只看这支服务队的")]
OrganisationSought = Annotated[Id | None, Field(description="只看这个社会组织的")]
WorkUnitSought = Annotated[Id | None, Field(description="只看这个单位的")]
PartyOrganisationSought = Annotated[Id | None, Field(description="只看这个党组织的，见 GET /party-organisations")]
PersonSought = Annotated[Id | None, Field(description="只看这位居民的")]
PersonNamed = Annotated[
    SearchText | None,
    Field(description="志愿者编号或其中一部分；姓名由可以查看姓名原文的工作人员查", examples=["V00000042"]),
]
DemandSought = Annotated[Id | None, Field(description="只看这件服务需求的")]
DemandNumbered = Annotated[
    Annotated[str, Text(max=30), NoNumbers] | None,
    Field(description="服务需求的编号或其中一部分，「需」也可写作 XQ", examples=["XQ2026-000123"]),
]
"""By what lists are narrowed down, each in one form. A field of these names in a query is one of these."""


class TimedQuery(ListQuery):
    """The same, of a list in the order of time."""

    sort: Sorted = TimeSort.LATEST


class SearchQuery(ListQuery):
    """The same, of a list that is searched."""

    q: SearchText | None = Field(
        default=None, description="名称、编号或其中一部分；不分全角半角、大小写，多个词（最多八个）用空格隔开，须同时符合"
    )


class DaysQuery(ListQuery):
    """The same, of a list that has days."""

    since: Day | None = Field(default=None, description="从哪天起")
    until: Day | None = Field(default=None, description="到哪天为止，含当天")

    @property
    def days(self) -> Days:
        """The same for a query of the domain."""
        return Days(self.since, self.until)


class SpanQuery(SearchQuery, DaysQuery):
    """The same, of a list that is searched and has days."""


def query_reader(model: type[AnyModel], *, of_page: bool = False) -> Callable[[], AnyModel]:
    """What reads the query of the request in hand as this model, or refuses with 422. `of_page`: as a page writes it, a field that
    was left empty is as though it were not there."""
    lists = {name for name, info in model.model_fields.items() if _takes_many(info.annotation)}
    flags = {name for name, info in model.model_fields.items() if bool in (info.annotation, *get_args(info.annotation))}

    def read() -> AnyModel:
        sent = request.args
        if of_page:
            sent = MultiDict((name, value) for name, value in sent.items(multi=True) if value)
        values = _single_values(sent, lists)
        # Pydantic would take "on", "Y" and "1" as well, which the document does not: named with the other faults.
        values |= {name: "" for name in flags & values.keys() if values[name] not in ("true", "false")}
        try:
            return model.model_validate(values, context=SENT)
        except ValidationError as error:
            raise InvalidInput(error) from None

    return read


def form_reader(model: type[AnyModel]) -> Callable[[], AnyModel]:
    """What reads the form in hand as this model, or refuses with 422. A field that was left empty is as though it were not there; what
    stands inside of another is named by its path: `elder.name`."""
    lists = {name for name, info in model.model_fields.items() if _takes_many(info.annotation)}
    instants = {name for name, info in model.model_fields.items() if AwareDatetime in kinds_of(info.annotation)}
    needed = {name for name, info in model.model_fields.items() if info.is_required() and shape_in(info.annotation)}

    def read() -> AnyModel:
        filled = MultiDict(
            (name, in_shanghai(value) if name in instants else value)
            for name, value in sent_form().items(multi=True)
            if value and name not in (FORM_TOKEN, SUBMISSION_KEY)
        )
        try:
            return model.model_validate(_nested(_single_values(filled, lists), needed), context=SENT)
        except ValidationError as error:
            raise InvalidInput(error) from None

    return read


def sent_form() -> MultiDict[str, str]:
    """The fields of the form in hand; none where something else was sent. Raises BodyTooLarge."""
    sent_body()  # kept, so that it can be digested too
    return request.form


def sent_body() -> bytes:
    """The whole body of the request in hand. Raises BodyTooLarge."""
    sent = request_in_hand()
    raw = sent.get_data(cache=True)
    # Werkzeug cuts a body that comes in chunks at the limit and says nothing.
    if len(raw) >= (sent.max_content_length or 0) and sent.content_length is None:
        raise BodyTooLarge
    return raw


def in_shanghai(value: str) -> str:
    """An instant as a browser's form writes it, by the clock on the wall, as a request says it."""
    return f"{value}+08:00" if _ON_THE_WALL.fullmatch(value) else value


def kinds_of(annotation: Any) -> set[Any]:
    """What a field may hold, without what is said beside it: `{int, NoneType, …}` of `Annotated[int, …] | None`, `list` of any list."""
    return {getattr(part, "__origin__", part) for part in (annotation, *get_args(annotation))}


def _takes_many(annotation: Any) -> bool:
    return not kinds_of(annotation).isdisjoint({list, set, tuple, frozenset})


def _single_values(sent: MultiDict[str, str], lists: set[str]) -> dict[str, str | list[str]]:
    repeated = {name: ["只能出现一次"] for name, values in sent.lists() if len(values) > 1 and name not in lists}
    if repeated:
        raise Unprocessable(errors=repeated)
    return {name: sent.getlist(name) if name in lists else sent[name] for name in sent}


def shape_in(annotation: Any) -> type[BaseModel] | None:
    """The shape that a field holds, if it holds one."""
    return next((kind for kind in kinds_of(annotation) if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _nested(values: dict[str, str | list[str]], needed: Collection[str]) -> dict[str, Any]:
    """Values by their paths as the shape has them, one inside of the other. What is `needed` is there, so that what it lacks is named."""
    made: dict[str, Any] = {name: {} for name in needed}
    for path, value in values.items():
        outer, dot, name = path.partition(".")
        inner = made.setdefault(outer, {}) if dot else made
        if not isinstance(inner, dict):
            raise Unprocessable(errors={path: ["不能这样填写"]})
        inner[name if dot else path] = value
    return made
