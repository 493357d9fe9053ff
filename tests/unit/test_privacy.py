"""Personal data never leaves the first step; harmless numbers stay, or the question would lose its sense."""

import pytest

from assistant.privacy import mask
from knowledge.text import clean


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("我的身份证360102199001011234丢了", "我的身份证[证件号]丢了"),
        ("36010219900101123X", "[证件号]"),
        ("36010219900101123x,丢了", "[证件号],丢了"),
        ("360102 19900101 1234", "[证件号]"),
        ("360102 1990 0101 123X", "[证件号]"),
        ("360102-19900101-1234", "[证件号]"),
        ("３６０１０２１９９００１０１１２３４", "[证件号]"),
        ("36010219900101123Ｘ", "[证件号]"),
        ("360102\u200b199001011234", "[证件号]"),
        ("老证号360102900101123", "老证号[证件号]"),
        ("电话13800138000", "电话[手机号]"),
        ("138 0013 8000", "[手机号]"),
        ("138-0013-8000", "[手机号]"),
        ("+86 13800138000", "[手机号]"),
        ("１３８００１３８０００", "[手机号]"),
        ("打0791-88886666找我", "打[电话]找我"),
        ("卡号6222021234567890123", "卡号[银行卡号]"),
        ("6222 0212 3456 7890 123", "[银行卡号]"),
        ("发到wang.xm+1@mail.example.com.cn", "发到[邮箱]"),
        ("车牌赣A12345", "车牌[车牌]"),
        ("赣A·D1234F", "[车牌]"),
        ("赣ad12345", "[车牌]"),
        ("护照E12345678", "护照[护照号]"),
        ("新护照EA1234567", "新护照[护照号]"),
        ("港澳通行证C12345678", "港澳通行证[护照号]"),
        ("代码91360100MA35ABCD1X", "代码[信用代码]"),
        ("我叫张三", "我叫[姓名]"),
        ("我叫张小三，身份证丢了", "我叫[姓名],身份证丢了"),
        ("他叫王五电话13800138000", "他叫[姓名]电话[手机号]"),
        ("姓名：李四", "姓名:[姓名]"),
        ("我的名字叫赵六。", "我的名字叫[姓名]。"),
    ],
)
def test_personal_data_is_replaced_by_what_it_is(typed: str, stored: str) -> None:
    assert mask(clean(typed)) == stored


@pytest.mark.parametrize(
    "harmless",
    [
        "2024年12月15日", "2024-12-15", "20241215", "12345", "打12345", "110", "10个工作日", "100元", "1,000,000元", "注册资本10000000元",
        "13:30-17:00", "第三十二条", "360100", "16岁", "A4纸2份", "40元/证", "3个月20天", "国办发〔2020〕53号", "12306", "12123", "C1驾照",
        "我叫你帮忙", "我是外地人", "身份证丢了要带什么", "京津冀通办", "赣服通怎么用", "95-98年",
    ],
)  # fmt: skip
def test_harmless_numbers_and_words_stay(harmless: str) -> None:
    assert mask(harmless) == harmless


def test_everything_in_one_message_is_masked_and_the_question_is_left() -> None:
    said = "我叫张三,身份证36010219900101123X,手机13800138000,卡6222021234567890123,补办要多少钱"
    assert mask(said) == "我叫[姓名],身份证[证件号],手机[手机号],卡[银行卡号],补办要多少钱"


def test_an_address_takes_no_chinese_words_with_it() -> None:
    assert mask("身份证丢了回复wang@qq.com要带什么") == "身份证丢了回复[邮箱]要带什么"


def test_masking_twice_changes_nothing_more() -> None:
    once = mask("我叫张三,电话13800138000,车牌赣A12345")
    assert mask(once) == once


def test_a_name_does_not_take_the_question_with_it() -> None:
    assert "丢了" in mask("我叫张三丢了身份证")


@pytest.mark.parametrize("said", ["我是高中生,要办身份证", "我是石家庄人,在南昌买房"])
def test_what_somebody_is_is_not_a_name(said: str) -> None:
    assert mask(said) == said
