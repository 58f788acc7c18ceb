"""What makes an address of a file good."""

from pydantic import Field

from web.shapes import Query


class SignedQuery(Query):
    """Until when an address is good, and by whose word."""

    expires: int = Field(ge=0, le=2**40, description="有效期（秒）")
    signature: str = Field(max_length=64, pattern=r"^[0-9a-f]{64}$", description="签名")
