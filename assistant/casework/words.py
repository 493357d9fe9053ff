"""Small words that mean the same in every form: stop, skip, wait, correct. They are language, and stand in one place."""

import re

from knowledge.text import fold

_STOP = re.compile(
    r"(?:算了|取消|退出|停止|拉倒|不(?:用|想)?(?:查|投诉|举报|反映|建议|表扬|提|交|提交|登记|评|评价|打分|弄|搞|办|问|要|填|写|报|说|讲|发)"
    r"(?:了|咯|哈)|不想?(?:查|投诉|举报|反映|交|提交|评|评价|登记)(?:了|咯)?|别(?:查|交|提交|登记|评)了?|先不(?:查|交|提交|投诉|反映|评|弄|登记|说)"
    r"|莫查|莫交|冇查|撤回|撤销|不搞|放弃|下次再(?:查|说|评)|改天再(?:查|说|评)|以后再说|就这样吧不)"
)
_WEARY = re.compile(r"(?:算了|那|就|我)*不想(?:再)?(?:写|填|说|讲|弄|搞|查|问|交|提交|投诉|举报|反映|评|评价|登记)(?:了|咯)?(?:算了|吧)*")
_NOT_STOP = re.compile(r"不要了吗|取消了我|被(?:取消|撤销)|给?我(?:取消|撤销)|窗口|不给|不办|说不")
_SKIP = re.compile(
    r"^(?:就?(?:跳过|略过|没有|没了|冇得|无|不清楚|不知道|不晓得|不记得|记不清|忘了|忘记|说不清|不说|不写|不填|不用写|不用|没什么|随便|都行|都可以|看着办|不好说|pass|下一步|下一个))"
    r"(?:了|吧|哦|啊|呢|咯|的|具体|时间|地方|原因)*$"
)
_WAIT = re.compile(r"^(?:好的?|嗯|那)?(?:等一?下|等等|稍等|等我|等会|等哈|我(?:去)?(?:找|翻|看|查)(?:一?下|找|看)?|马上|莫急|别急|慢点)")
_YES = re.compile(
    r"^(?:好|好的|好呀|好吧|行|行吧|可以|可以的|要|要的|需要|是|是的|对|对的|嗯+|ok|确认|确定|没错|没问题|同意|就这样|中|得|登记|登记吧|帮我登记|要得|麻烦了|麻烦你了|可以了|没有问题|对头|是滴|好咯)"
    r"(?:吧|的|啊|呀|咯|了|谢谢|麻烦你|麻烦您)*$"
)
_RETRY = re.compile(r"再(?:查|试)|重(?:新)?(?:查|试)|继续查|好了没|现在(?:能|可以)查")
_AT_ONCE = re.compile(
    r"直接(?:提交|交|登记|报)|^(?:确认)?提交(?:吧|了)?$|就(?:这些|这样)(?:了|吧)?(?:提交|交|登记)?$|没有(?:别的|其他|要补充)|说完了|其他(?:都)?(?:不填|不写|没有)|别的(?:都)?没有"
)
_ASKS = re.compile(
    r"[?？]|吗|么|呢|什么|怎么|咋|如何|多少|多久|几(?:天|时|点|个|号)|哪|谁|啥|啷"
    r"|能不能|可不可以|行不行|要不要|是不是|有没有|(?:不|没|啵|冇)[。 ]*$"
)


def stops(text: str) -> bool:
    """Whether somebody wants to leave the form (“算了不查了”)."""
    key = fold(text)
    found = _STOP.search(key)
    if found is None or _NOT_STOP.search(key):
        return False
    # A longer message stops at its beginning or not at all: further on it tells what others did.
    return len(key) <= 16 or (found.start() <= 2 and found.group().startswith(("算了", "不", "先不", "别")) and asks(text))


def wearies(text: str) -> bool:
    """Whether somebody has had enough of a form and says nothing else (“不想写了”), which sounds much like having had enough of life."""
    return bool(_WEARY.fullmatch(fold(text)))


def skips(text: str) -> bool:
    """Whether somebody passes a question over (“跳过”, “说不清楚”)."""
    return bool(_SKIP.match(fold(text)))


def waits(text: str) -> bool:
    """Whether somebody asks for a moment (“等一下我找找”)."""
    key = fold(text)
    return len(key) <= 14 and bool(_WAIT.match(key))


def agrees(text: str) -> bool:
    """Whether somebody says yes and nothing else."""
    return bool(_YES.match(fold(text)))


def retries(text: str) -> bool:
    """Whether somebody wants the same again (“再查一下”)."""
    key = fold(text)
    return len(key) <= 12 and bool(_RETRY.search(key))


def at_once(text: str) -> bool:
    """Whether somebody has said all (“没有别的了”, “直接提交”)."""
    key = fold(text)
    return len(key) <= 16 and bool(_AT_ONCE.search(key))


def asks(text: str) -> bool:
    """Whether a message is worded as a question."""
    return bool(_ASKS.search(text))
