"""How text is read: what is kept, what is folded, how dialect and slips become standard words."""

import pytest

from knowledge.text import MAX_TEXT, Lexicon, clean, fold, normalise, typeset

LEXICON = Lexicon(
    terms=("公积金", "身份证", "户口簿"),
    rewrites=(("啷办", "怎么办"), ("好多钱", "多少钱"), ("几久", "多久"), ("户口本", "户口簿")),
    fillers=("请问", "那个"),
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ＡＢＣ１２３", "ABC123"),
        ("身份证，丢了！", "身份证,丢了!"),
        ("  身份证 \r\n\t 丢了  ", "身份证 丢了"),
        ("身\u200b份\u0000证\u202e丢了", "身份证丢了"),
        ("丢了😭😭", "丢了😭😭"),
        ("身份證遺失", "身份證遺失"),
        ("\u0007\u200d\ufeff", ""),
    ],
)
def test_cleaning_makes_a_message_safe_and_keeps_what_the_person_wrote(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_a_message_is_cut_at_the_longest_text_that_is_looked_at() -> None:
    assert clean("证" * 5000) == "证" * MAX_TEXT


def test_cleaning_twice_changes_nothing_more() -> None:
    for typed in ("①② ㎡ ﬁ", "ｅ\u0301１２", " 全\u3000角 空格 ", "㈱🈚"):
        assert clean(clean(typed)) == clean(typed)


@pytest.mark.parametrize(
    ("typed", "matched"),
    [
        ("身份證遺失補辦", "身份证遗失补办"),
        ("ABC Sfz", "abc sfz"),
        ("丢了!!!!!", "丢了!"),
        ("哈哈哈哈哈哈", "哈"),
        ("看看户口", "看看户口"),
    ],
)
def test_what_is_matched_is_simplified_lower_case_and_without_runs(typed: str, matched: str) -> None:
    assert normalise(typed) == matched


def test_the_exact_key_ignores_spaces_signs_and_emoji() -> None:
    assert fold("身份证，丢了 怎么办？？😭") == fold("身份證丢了怎么办") == "身份证丢了怎么办"


def test_a_message_of_signs_alone_has_no_key() -> None:
    assert fold("？！…… 😭👍 ___") == ""


@pytest.mark.parametrize(
    ("said", "standard"),
    [
        ("身份证丢了啷办", "身份证丢了怎么办"),
        ("补一张好多钱", "补一张多少钱"),
        ("戶口本要等幾久", "户口簿要等多久"),
        ("公机金怎么提", "公积金怎么提"),
        ("我的工积金", "我的公积金"),
        ("申份证丢了", "身份证丢了"),
    ],
)
def test_dialect_old_names_and_homophones_are_read_as_standard_words(said: str, standard: str) -> None:
    assert LEXICON.standardise(said) == standard


@pytest.mark.parametrize("said", ["公积金怎么提", "身份证和公积金", "今天天气真好", "公园里的金鱼"])
def test_words_that_are_right_already_stay(said: str) -> None:
    assert LEXICON.standardise(said) == said


@pytest.mark.parametrize("said", ["深份证", "身分正", "身芬证", "森份证"])
def test_flat_and_curled_tongue_and_both_nasals_are_one_in_terms_of_three_characters(said: str) -> None:
    assert Lexicon(terms=("身份证",)).standardise(f"{said}丢了") == "身份证丢了"


def test_in_two_characters_only_the_very_sound_counts() -> None:
    assert Lexicon(terms=("驾照",)).standardise("架照掉了") == "驾照掉了"
    assert Lexicon(terms=("驾照",)).standardise("加早掉了") == "加早掉了"


def test_a_not_is_never_swallowed_by_a_homophone() -> None:
    assert LEXICON.standardise("户口不在南昌能办吗") == "户口不在南昌能办吗"


def test_the_longest_variant_wins() -> None:
    lexicon = Lexicon(rewrites=(("小电驴子", "电动车"), ("电驴子", "摩托车")))
    assert lexicon.standardise("小电驴子上牌") == "电动车上牌"


def test_domain_terms_stay_whole_and_fillers_and_signs_are_passed_over() -> None:
    words = LEXICON.words("请问公积金,那个身份证?")
    assert words == ["公积金", "身份证"]


def test_search_terms_hold_words_and_runs_of_up_to_three_characters() -> None:
    terms = LEXICON.search_terms("请问身份证丢了")
    assert "身份证" in terms
    assert {"#丢", "#证丢", "#份证丢", "#身份证"} <= set(terms)
    assert not any("请问" in term for term in terms)
    assert max(len(term) for term in terms if term.startswith("#")) == 4


def test_a_text_without_words_has_no_search_terms() -> None:
    assert LEXICON.search_terms("?! 😭") == []


def test_what_was_cleaned_is_set_again_as_people_read_it() -> None:
    assert typeset(clean("您好，要办什么？【3.5元，9:00】ok, go!")) == "您好，要办什么？【3.5元，9:00】ok, go!"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("shenfenzheng丢了", "身份证丢了"),
        ("gjj怎么取", "公积金怎么取"),
        ("linshi的多少钱", "临时的多少钱"),
        ("zhuxiaofeiyong", "注销费用"),
        ("在app上办", "在app上办"),
        ("ktv 12123app", "ktv 12123app"),
    ],
)
def test_pinyin_and_initials_are_read_as_words_and_other_latin_stays(typed: str, read: str) -> None:
    assert Lexicon(terms=("公积金", "身份证", "注销")).standardise(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("shen fen zheng diu le", "身份证丢了"),
        ("身份zheng diule", "身份证丢了"),
        ("每yue要shenme", "每月要什么"),
        ("要qian不", "要钱不"),
        ("zai nali", "在哪里"),
        ("wifi连不上", "wifi连不上"),
    ],
)
def test_pinyin_is_read_spaced_joined_and_beside_characters(typed: str, read: str) -> None:
    preferred = (("diu", "丢"), ("le", "了"), ("qian", "钱"), ("nali", "哪里"), ("zai", "在"))
    assert Lexicon(terms=("身份证",), pinyin=preferred).standardise(typed) == read
