"""Which of the offered options a message picks: by number, by order, or by its label."""

import re
from collections.abc import Sequence

from knowledge.text import fold

_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_NUMBER = re.compile(r"^(?:我?(?:选|要|是|就|点|按|那就|应该是|办)*)第?([一二两三四1234])(?:个|种|项|条|号|样)?(?:吧|的|呢|啊|那个|情况)*$")
_FIRST = re.compile(r"^(?:我?(?:选|要|是|就))*(?:最?(?:前|上)面的?(?:那|这)?个?|头一个|第一个)$")
_LAST = re.compile(r"^(?:我?(?:选|要|是|就))*(?:最?(?:后|下)面?的?(?:那|这)?(?:一)?个|最后的?)$")
_NONE = re.compile(
    r"^(?:都不是|都不对|不是|没有我要的|都没有|不是这些|一个都不是|不是这个意思|都不是我要的).{0,4}$"
    r"|^(?:你|您|列|给|说|讲|上面|下面|的|这|那|几|个|些|里面|选项)+(?:都|全|一个都)(?:不是|不对|不沾边?|没有|冇得|冇有|对不上)(?:的|了|啊|呀|哦|吧|哈|我要的|我想要的|我要办的)*$"
)
_DROPS = re.compile(r"^(?:那|就|还是|先)*(?:算了|不问了|不用了|没事了)(?:吧|啊|不问了|不用了|谢谢您?)*$")


def picked_number(text: str, count: int) -> int | None:
    """Index of the option that a text names by number or order (“第二个”, “2”, “最后一个”)."""
    key = fold(text)
    if _LAST.match(key):
        return count - 1
    if _FIRST.match(key):
        return 0
    found = _NUMBER.match(key)
    if found and _DIGITS[found.group(1)] <= count:
        return _DIGITS[found.group(1)] - 1
    return None


def picked_label(text: str, labels: Sequence[str]) -> int | None:
    """Index of the option whose label the text repeats."""
    key = fold(text)
    return next((i for i, label in enumerate(labels) if fold(label) == key), None)


def named_by_one(core: str, descriptions: Sequence[str]) -> int | None:
    """Index of the only option whose name holds all that the text says (“食品的”, “行驶证”)."""
    if len(core) < 2:
        return None
    holding = [i for i, description in enumerate(descriptions) if core in description]
    return holding[0] if len(holding) == 1 else None


def declines_all(text: str) -> bool:
    """Whether a text says that none of the options is meant (“都不是”)."""
    return bool(_NONE.match(fold(text)))


def drops(text: str) -> bool:
    """Whether a text says that nothing is wanted any more (“算了”)."""
    return bool(_DROPS.match(fold(text)))
