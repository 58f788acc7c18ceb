"""What makes an address of a file good, and a file that is sent."""

from typing import Annotated

from pydantic import ConfigDict, Field, Strict

from web.shapes import Body, Query


class SignedQuery(Query):
    """Until when an address is good, and by whose word."""

    expires: int = Field(ge=0, le=2**40, description="有效期（秒）")
    signature: str = Field(max_length=64, pattern=r"^[0-9a-f]{64}$", description="签名")


class UploadIn(Body):
    """One file."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"file": "%PDF-1.7"}]})

    file: Annotated[bytes, Strict()] = Field(
        description="照片（JPEG、PNG、WebP）或 PDF，最大 10 MB；照片中的拍摄地点、时间和设备信息会被去掉"
    )
