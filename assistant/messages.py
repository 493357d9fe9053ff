"""The words that go over the wire: what a client sends, and the reply that every channel renders.

Shapes and names are fixed by the contract; the descriptions are what the OpenAPI page shows.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from knowledge.snapshot import Citation
from knowledge.vocabulary import Facet, Outcome

MAX_MESSAGE = 2000
"""Longest message that is taken; the search itself looks at the first 1,000 characters."""


class ChatRequest(BaseModel):
    """市民或窗口人员说的一句话。"""

    model_config = ConfigDict(extra="ignore")

    conversation_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = Field(
        default=None, description="会话编号；第一句话不填，之后填上一次返回的编号"
    )
    text: Annotated[str, StringConstraints(max_length=MAX_MESSAGE)] = Field(description=f"说的话，最多{MAX_MESSAGE}个字")
    channel: Literal["web", "miniprogram", "wechat", "clerk", "cli"] = Field(default="web", description="渠道")
    region: Annotated[str, StringConstraints(pattern=r"^\d{6}$")] | None = Field(
        default=None, description="行政区划代码（GB/T 2260），如 360100"
    )


@dataclass(frozen=True)
class Envelope:
    """What comes with a message beside its words. It stays in memory: nothing of it is stored or logged."""

    address: str = ""
    """The client's network address."""
    token: str = field(default="", repr=False)
    """The conversation's token, which the reply that opened it gave its client."""
    key: str = field(default="", repr=False)
    """The client's own name for this message: sent again after a lost reply, it is still the same message."""


class Answer(BaseModel):
    """一条已发布的答案，原文来自知识库。"""

    subject: str = Field(description="事项或话题的编号")
    facet: Facet | None = Field(description="问的方面；通用话题为 null")
    entry: str = Field(description="知识条目编号")
    title: str
    text: str
    citations: list[Citation] = Field(description="依据")
    version: str = Field(description="知识库版本")
    effective_from: date = Field(description="生效日期")
    reviewed_on: date = Field(description="复核日期，页面上显示为“更新于”")
    confidence: float = Field(ge=0, le=1, description="有多大把握是这件事，0到1")


class Option(BaseModel):
    """反问时给的一个选项。"""

    subject: str
    label: str = Field(description="按钮上的字")
    text: str = Field(description="点了以后要发回来的话")


class Action(BaseModel):
    """答复下面可以做的事。"""

    kind: Literal["rate", "handoff", "hotline", "call", "open", "download"]
    label: str
    value: str


class Reply(BaseModel):
    """对一句话的答复。"""

    conversation_id: str
    turn_id: str
    outcome: Outcome = Field(description="这一轮的结果，只有一个")
    degraded: bool = Field(default=False, description="对话引擎不在时为 true，答案照常给")
    text: str = Field(description="整段答复的纯文字")
    answers: list[Answer] = Field(default_factory=list)
    options: list[Option] = Field(default_factory=list)
    actions: list[Action] = Field(default_factory=list)


class FeedbackRequest(BaseModel):
    """对一条答复点赞或点踩。"""

    turn_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] = Field(description="答复里的 turn_id")
    helpful: bool = Field(description="有用为 true")
    comment: Annotated[str, StringConstraints(max_length=500)] = Field(default="", description="想说的话，可以不填")
