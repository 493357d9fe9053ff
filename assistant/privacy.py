"""Mask personal data before a text is stored, logged or handed to the dialogue engine."""

import re

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("[邮箱]", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
    # GB 11643: 17 digits and a check digit or X; spaces and dashes are typed between groups. A wrong check
    # digit is masked too, for a mistyped number is still somebody's.
    ("[证件号]", re.compile(r"(?<!\d)\d{6}[\s-]?(?:19|20)?\d{2}[\s-]?\d{2}[\s-]?\d{2}[\s-]?\d{3}[\dXx]?(?![\dA-Za-z])")),
    (
        "[信用代码]",
        re.compile(
            r"(?<![0-9A-Za-z])(?=[0-9A-Za-z]*[A-Za-z])[0-9A-HJ-NP-RTUW-Ya-hj-np-rtuw-y]{2}\d{6}[0-9A-HJ-NP-RTUW-Ya-hj-np-rtuw-y]{10}(?![0-9A-Za-z])"
        ),
    ),
    ("[银行卡号]", re.compile(r"(?<!\d)(?:\d[\s-]?){15,18}\d(?!\d)")),
    ("[手机号]", re.compile(r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")),
    ("[电话]", re.compile(r"(?<!\d)0\d{2,3}[\s-]\d{7,8}(?!\d)")),
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
    r"((?:我|他|她|本人|名字|姓名)(?:的名字)?(?:叫做?|是叫|是|:|\uff1a)\s?)([\u4e00-\u9fff]{2,4})(?=[,\uff0c。.;\uff1b!\uff01\s]|身份证|电话|手机|$)"
)
_SURNAMES = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊孟秦邱江尹薛闫段雷侯龙史陶黎贺毛郝顾龚邵万钱严武戴莫孔向汤"
)


def mask(text: str) -> str:
    """The text with numbers and names of people replaced by what they are.

    Reads NFKC text (full-width digits must be folded before), see `knowledge.text.clean`.
    """
    for label, pattern in _RULES:
        text = pattern.sub(label, text)
    return _NAME.sub(lambda m: f"{m.group(1)}[姓名]" if m.group(2)[0] in _SURNAMES else m.group(0), text)
