"""Mask personal data before a text is stored, logged or handed to the dialogue engine."""

import re
from collections.abc import Collection

_PHONE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)")
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("[邮箱]", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
    # GB 11643: 17 digits and a check digit or X; spaces and dashes are typed between groups. A wrong check
    # digit is masked too, for a mistyped number is still somebody's.
    ("[证件号]", re.compile(r"(?<!\d)\d{6}[\s-]?(?:(?:19|20)\d{2}[\s-]?\d{2}[\s-]?\d{2}[\s-]?\d{3}[\dXx]|\d{6}[\s-]?\d{3})(?![\dA-Za-z])")),
    (
        "[信用代码]",
        re.compile(
            r"(?<![0-9A-Za-z])(?=[0-9A-Za-z]*[A-Za-z])[0-9A-HJ-NP-RTUW-Ya-hj-np-rtuw-y]{2}\d{6}[0-9A-HJ-NP-RTUW-Ya-hj-np-rtuw-y]{10}(?![0-9A-Za-z])"
        ),
    ),
    ("[银行卡号]", re.compile(r"(?<!\d)(?:\d[\s-]?){15,18}\d(?!\d)")),
    ("[手机号]", _PHONE),
    ("[电话]", _LANDLINE),
    ("[护照号]", re.compile(r"(?<![0-9A-Za-z])[CDEGHKLMPSTcdeghklmpst](?:\d{8,10}|[A-Za-z]\d{7})(?![0-9A-Za-z])")),
    (
        "[车牌]",
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z][\s·]?[A-HJ-NP-Za-hj-np-z0-9]{5,6}(?![0-9A-Za-z])"
        ),
    ),
    ("[号码]", re.compile(r"(?<!\d)\d{9,}(?!\d)")),
)
_NAME = re.compile(
    r"((?:我|他|她|本人|爸爸?|妈妈?|父亲|母亲|老公|老婆|爱人|丈夫|妻子|儿子|女儿|孩子|小孩|崽)叫做?\s?|(?:名字|姓名)(?:叫|是|:|\uff1a)\s?)"
    r"((?:欧阳|司马|上官|诸葛|夏侯|皇甫|尉迟|[\u4e00-\u9fff])[\u4e00-\u9fff]{1,2})"
)
_NOT_IN_NAMES = set("丢掉坏办想要在是去来补换被有没不和跟的了也今昨前身户驾护居电手住")
"""Characters that begin the next word rather than end a name."""
_COMPOUND = {"欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟"}
_SURNAMES = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊孟秦邱江尹薛闫段雷侯龙史陶黎贺毛郝顾龚邵万钱严武戴莫孔向汤"
)


def mask(text: str, keep: Collection[str] = ()) -> str:
    """The text with numbers and names of people replaced by what they are.

    Reads NFKC text (full-width digits must be folded before), see `knowledge.text.clean`. Labels in `keep` are not
    put in: staff may name an office's telephone.
    """
    for label, pattern in _RULES:
        if label not in keep:
            text = pattern.sub(label, text)
    return _NAME.sub(_mask_name, text)


def phone_in(text: str) -> str | None:
    """The first telephone number in a text, digits alone; what it is for decides the caller, who must not store it in clear."""
    mobile, landline = _PHONE.search(text), _LANDLINE.search(text)
    found = mobile or landline
    return None if found is None else "".join(c for c in found.group() if c.isdigit())


def _mask_name(found: re.Match[str]) -> str:
    name = found.group(2)
    if name[0] not in _SURNAMES and name[:2] not in _COMPOUND:
        return found.group(0)
    rest = name[-1] if name[-1] in _NOT_IN_NAMES else ""
    return f"{found.group(1)}[姓名]{rest}"
