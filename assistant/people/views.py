"""What is shown of a hand-off: to the citizen, in the staff's queues, and to the one who has it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from assistant.people.states import Kind, Message, Reason, Sender, State


class MessageView(BaseModel):
    """说的一句话。"""

    sequence: int = Field(description="在这段会话里的序号，从1起；按它排，按它续传")
    sender: Sender = Field(description="citizen 市民，agent 工作人员，notice 通知")
    author: str = Field(description="工作人员的称呼；别人是空的")
    text: str
    key: str = Field(description="发的人自己起的编号")
    at: datetime

    @classmethod
    def of(cls, message: Message) -> "MessageView":
        """As it goes over the wire."""
        return cls(
            sequence=message.sequence, sender=message.sender, author=message.author, text=message.text, key=message.key, at=message.at
        )


class ConversationView(BaseModel):
    """市民看到的：现在由谁接待，排到第几，和新的话。"""

    state: Literal["bot", "waiting", "person"] = Field(description="bot 智问在答，waiting 在等工作人员，person 工作人员在接待")
    open: bool = Field(description="还有没有没结束的人工服务；留言和回电在有人处理以前也算")
    kind: Kind | None = Field(default=None, description="live 马上要人，message 留言，callback 回电")
    agent: str = Field(default="", description="接待的工作人员")
    position: int | None = Field(default=None, description="排第几")
    wait_minutes: int | None = Field(default=None, description="大约还要等几分钟；说不准就是 null")
    messages: list[MessageView]


class QueueRow(BaseModel):
    """队列里的一行。"""

    id: str
    state: State
    kind: Kind
    reason: Reason
    department: str = Field(description="在哪个部门的队里；空是总台")
    subject: str = Field(description="最后说到的事项")
    owner: str = Field(description="谁在接待")
    mine: bool
    asked_at: datetime
    waiting_since: datetime | None = Field(description="市民从什么时候起在等一句话")


class QueueView(BaseModel):
    """一个工作人员看到的队列。"""

    open_hours: bool = Field(description="现在是不是人工服务时间")
    online: int = Field(description="在线的人数")
    waiting: int = Field(description="在等的一共几个")
    rows: list[QueueRow] = Field(description="先来的在前；在等的最多给50个")


class Colleague(BaseModel):
    """可以转给的同事。"""

    name: str
    title: str
    department: str
    online: bool


class TurnView(BaseModel):
    """转人工以前的一轮。"""

    at: datetime
    text: str = Field(description="市民说的，遮盖过")
    reply: str
    outcome: str


class Candidate(BaseModel):
    """智问想到过的一件事。"""

    subject: str
    title: str
    share: float = Field(description="有几分像，0到1")
    phrase: str = Field(description="是哪一句问法像")
    answers: dict[str, str] = Field(description="问到的方面的已发布原文")


class HandOffDetail(BaseModel):
    """接待的人看到的：前面说了什么，问的什么，智问为什么没答好。"""

    row: QueueRow
    contact: str = Field(description="市民留的电话；没留就是空的")
    subject_title: str
    facets: list[str]
    slots: dict[str, Any] = Field(description="会话里记着的")
    turns: list[TurnView]
    candidates: list[Candidate]
    why: dict[str, Any] = Field(description="最后一次是怎么定的")
    messages: list[MessageView]


class Waiting(BaseModel):
    """一个队列的情况。"""

    department: str
    waiting: int
    talking: int
    left: int = Field(description="等着回的留言和回电")
    longest_seconds: float = Field(description="等得最久的等了多少秒")
    usual_seconds: float | None = Field(description="最近等多少秒（中位数）；太少说不准就是 null")
    online: int


class Overview(BaseModel):
    """班长看的：各队列有多少人在等，等了多久。"""

    queues: list[Waiting]
