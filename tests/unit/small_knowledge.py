"""A knowledge folder small enough to read at a glance: one family of three items, two topics, one question back,
four boundaries. Written as files, so that every test goes through the real loader."""

from pathlib import Path
from typing import Any

import yaml

Record = dict[str, Any]

LOST, EXPIRED, BROKEN = "gaj-sfz-bl", "gaj-sfz-hl", "gaj-sfz-shhl"
WEEKEND, FOR_CLERKS = "t-zhoumo", "t-yuanze"
WHICH_CHANGE = "c-sfz-huan"
ABROAD = "m-gaj-sfz-bl-1"
FIRE, FORGERY, PHONE_CARD, NOISE = "x-huozai", "x-jiazheng", "x-shoujika", "x-zaoyin"

OWN_FACETS = ("conditions", "process", "result", "validity", "proxy", "delivery", "forms", "cross_region", "exempt")


def dated(**changes: Any) -> Record:
    """What every entry carries."""
    return {"region": "360100", "fact_status": "checked", "effective_from": "2020-01-01", "reviewed_on": "2024-05-01"} | changes


def item(subject: str, name: str, label: str, **changes: Any) -> Record:
    """An item with everything that a valid file needs; `changes` replaces fields."""
    base = dated() | {
        "id": subject, "name": name, "label": label, "parent": "居民身份证签发", "department": "公安局", "families": ["sfz"],
        "elements": {
            "kind": "行政确认", "audience": ["自然人"], "theme": "户籍身份", "levels": ["县"], "authority": "派出所受理",
            "scope": "签发身份证", "rights": "可以复议", "duties": "如实说明",
        },
        "window": {"kind": "分类", "name": "公安综窗"},
        "handling": "综合收件限时转办",
        "sources": {"law": {"title": "中华人民共和国居民身份证法", "locator": "第十一条"}, "price": {"title": "收费标准的通知"}},
        "materials": [{"name": "居民户口簿", "source": "law"}],
        "limits": {
            "promised": {"value": 10, "unit": "工作日", "sample": True},
            "statutory": {"value": 60, "unit": "自然日", "source": "law"},
        },
        "fee": {"amount": 20, "unit": "元/证", "rule": f"{label}每证20元。", "source": "price"},
        "online": {"depth": "网上申请现场核验", "visits": 1, "text": "指纹要当面采。"},
        "answers": {facet: {"text": f"{name}：{facet}的说明。", "source": "law"} for facet in OWN_FACETS},
        "review_points": ["只给窗口看的审查要点"],
        "names": [name], "situations": [], "questions": {"any": []},
    }  # fmt: skip
    return base | changes


def items() -> list[Record]:
    """Three granules of one family: lost, expired, broken."""
    return [
        item(
            LOST, "身份证丢失补领", "证丢了，要补一张",
            fee={"amount": 40, "unit": "元/证", "rule": "丢失补领每证40元。", "source": "price"},
            situations=["丢", "不见了"],
            questions={
                "any": ["身份证丢了怎么办"],
                "materials": ["身份证丢了补办要带什么"],
                "fee": ["补一张丢了的身份证多少钱"],
                "time_limit": ["丢了的身份证补办要多久"],
            },
            negatives=[{"text": "身份证到期了算不算丢失", "subject": EXPIRED}],
        ),
        item(
            EXPIRED, "身份证到期换领", "身份证过期了，换新的", situations=["过期", "到期"],
            questions={"any": ["身份证过期了怎么办"], "materials": ["身份证到期换新要带什么"], "fee": ["到期换身份证多少钱"]},
        ),
        item(
            BROKEN, "身份证损坏换领", "身份证坏了刷不出", situations=["坏", "折断", "消磁"],
            questions={"any": ["身份证坏了怎么办"], "materials": ["身份证折断了要带什么"]},
        ),
    ]  # fmt: skip


def topics() -> list[Record]:
    """One topic for everybody, one for clerks alone."""
    common = dated() | {"department": "政务服务局", "sources": {"rule": {"title": "服务规范"}}}
    return [
        common | {
            "id": WEEKEND, "title": "周末和节假日上班吗", "label": "周末上班吗", "audience": "both",
            "text": "星期六上午有人值班。", "clerk_text": "值班表在内网。",
            "names": ["周末上班"], "questions": ["星期六能去办事吗", "大厅周末开门吗"],
        },
        common | {
            "id": FOR_CLERKS, "title": "收件审查要点", "label": "收件审查要点", "audience": "clerk", "text": "先核对人像再收件。",
            "names": ["审查要点"], "questions": ["收件的时候要审查哪几样"],
        },
    ]  # fmt: skip


def manual() -> list[Record]:
    """What no field of the item holds: one entry on an item, one on a topic."""
    common = dated() | {"department": "公安局", "sources": [{"title": "中华人民共和国居民身份证法", "locator": "第十一条"}]}
    return [
        common | {
            "id": ABROAD, "subject": LOST, "facet": "proxy", "question": "人在国外，身份证丢了能让家里人补吗",
            "similar": ["老公在国外，证丢了我能去补吗"], "answer": "要等本人回国再补。", "sample": True,
        },
        common | {
            "id": "m-zhoumo-1", "subject": WEEKEND, "facet": None, "question": "春节七天有人值班吗", "answer": "初一到初三没有。",
            "department": "政务服务局",
        },
    ]  # fmt: skip


def clarifications() -> list[Record]:
    """A question that three items fit."""
    return [
        {
            "id": WHICH_CHANGE, "ask": "您要换身份证，是下面哪种情况？", "options": [EXPIRED, BROKEN, LOST],
            "questions": ["换身份证", "换身份证要带什么", "换身份证多少钱"],
        }
    ]  # fmt: skip


def boundaries() -> list[Record]:
    """An emergency, something to refuse, somebody else's business, and a nuisance for 12345."""
    return [
        {"id": FIRE, "title": "着火", "outcome": "emergency", "reply": "请马上拨打119！", "questions": ["着火了", "家里起火怎么办"]},
        {"id": FORGERY, "title": "假证", "outcome": "refused", "reply": "这件事我不能帮您。", "questions": ["哪里能买到假证"]},
        {"id": PHONE_CARD, "title": "手机卡", "reply": "手机卡请找运营商。", "questions": ["手机卡丢了怎么补"]},
        {"id": NOISE, "title": "噪音", "outcome": "hotline", "reply": "扰民可以打110。", "questions": ["隔壁装修吵得睡不着"]},
    ]


def departments() -> Record:
    """Two offices."""
    office = {"place": {"text": "一楼大厅。", "sample": True}, "hours": {"text": "工作日9点到17点。"}, "phone": {"text": "0791-12345。"}}
    return {"公安局": office | {"aliases": ["派出所"]}, "政务服务局": office}


def defaults() -> Record:
    """Facets that hold for every item."""
    law = [{"title": "中华人民共和国行政许可法", "locator": "第三十二条"}]
    return {"supplement": {"text": "缺什么一次说清。", "sources": law}, "remedies": {"text": "可以复议。", "sources": law}}


TERMS = ["身份证", "公积金", "营业执照", "户口簿"]
REWRITES = {"什么": ["什哩", "啥"], "怎么办": ["啷办"], "多久": ["几久"], "身份证": ["身份正"], "可以吗": ["行啵"]}
FILLERS = ["请问", "你好"]
CUES = {
    "materials": ["(要|需要)?带(什么|哪些)", "(什么|哪些)?材料"],
    "fee": ["(要|收)?多少钱", "收费"],
    "time_limit": ["(要)?多久", "几天"],
    "place": ["(在|去)哪里(办)?"],
    "process": ["怎么办"],
}


def write(path: Path, value: object) -> Path:
    """Write one YAML file, making its folder; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), "utf-8")
    return path


def item_file(folder: Path, subject: str) -> Path:
    """Where an item's file is."""
    return folder / "items" / subject.split("-")[0] / f"{subject}.yml"


def write_folder(folder: Path, *, words: bool = True) -> Path:
    """Write the whole folder. Without `words` there are no terms, and loading need not wake jieba (0.5 s)."""
    for record in items():
        write(item_file(folder, record["id"]), record)
    for record in topics():
        write(folder / "topics" / f"{record['id']}.yml", record)
    write(folder / "manual" / "gaj.yml", manual())
    write(folder / "clarifications" / "sfz.yml", clarifications())
    write(folder / "boundaries" / "all.yml", boundaries())
    write(folder / "popular.yml", {"ask": "您要办哪件事？", "options": [LOST, EXPIRED]})
    write(folder / "canned.yml", ["请稍等，我查一下。"])
    write(folder / "departments.yml", departments())
    write(folder / "defaults.yml", defaults())
    write(folder / "lexicon" / "terms.yml", TERMS if words else [])
    write(folder / "lexicon" / "rewrites.yml", REWRITES)
    write(folder / "lexicon" / "fillers.yml", FILLERS)
    write(folder / "lexicon" / "pinyin.yml", {"diu": "丢", "le": "了"})
    write(folder / "lexicon" / "facets.yml", CUES)
    write(folder / "lexicon" / "situations.yml", {})
    return folder


def edit(path: Path, **changes: Any) -> Path:
    """Replace fields of a record's file; returns its path."""
    return write(path, yaml.safe_load(path.read_text("utf-8")) | changes)
