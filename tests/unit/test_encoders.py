"""Sentence vectors: the encoder that we train ourselves, and any SentenceTransformer in its place."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from assistant.answering.encoder import UNKNOWN, BuiltinEncoder, load_builtin
from assistant.answering.encoder_training import DIMENSION, save_builtin, train_encoder
from assistant.answering.external_encoder import ExternalEncoder
from assistant.answering.index import SearchIndex
from assistant.answering.library import Library
from assistant.encoders import load_encoder
from assistant.settings import ROOT, Settings
from knowledge.text import Lexicon
from tests.unit.fakes import hand_ranker, write_model
from tests.unit.small_knowledge import LOST

LEXICON = Lexicon()
GROUPS = [
    ["身份证丢了", "身份证不见了", "身份证掉了", "丢了身份证"],
    ["公积金租房", "租房提公积金", "公积金房租提取", "房租用公积金"],
    ["星期六上班吗", "周末上班吗", "礼拜天上班吗", "周末开门吗"],
]


def trained(epochs: int = 40) -> BuiltinEncoder:
    """A built-in encoder of twelve phrases."""
    texts = [LEXICON.search_terms(t) for group in GROUPS for t in group]
    labels = [number for number, group in enumerate(GROUPS) for _ in group]
    return train_encoder(texts, labels, labels, LEXICON, epochs=epochs)


@pytest.fixture(scope="module")
def builtin() -> BuiltinEncoder:
    """Trained once."""
    return trained()


def test_training_draws_phrases_of_one_subject_together(builtin: BuiltinEncoder) -> None:
    vectors = builtin.encode([t for group in GROUPS for t in group])
    labels = np.repeat(np.arange(len(GROUPS)), 4)
    cosines, same = vectors @ vectors.T, labels[:, None] == labels[None, :]
    assert cosines[same].min() > cosines[~same].max()


def test_subjects_with_one_phrase_each_as_imported_guides_have_are_learned_too() -> None:
    names = ["高龄津贴申领", "高龄津贴停发", "失业保险金申领", "失业保险金停发", "公租房申领", "公租房停发"]
    encoder = train_encoder([LEXICON.search_terms(name) for name in names], range(6), [0, 0, 1, 1, 2, 2], LEXICON, epochs=400)
    vectors = encoder.encode(names)
    # 申领 and 停发 of one matter share most of their words; what sets them apart is what is learned.
    assert max(vectors[at] @ vectors[at + 1] for at in (0, 2, 4)) < 0.4
    assert (vectors @ encoder.encode(["停发失业保险金"])[0]).argmax() == 3


def test_training_is_repeatable(builtin: BuiltinEncoder) -> None:
    np.testing.assert_allclose(trained().encode(["身份证丢了"]), builtin.encode(["身份证丢了"]), atol=1e-6)


def test_several_starts_make_one_encoder_as_wide_as_each(builtin: BuiltinEncoder) -> None:
    assert builtin.weights.shape == (len(builtin.numbers), DIMENSION)


def test_vectors_are_of_length_one_also_for_words_never_seen(builtin: BuiltinEncoder) -> None:
    vectors = builtin.encode(["身份证丢了", "丢了"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.isfinite(builtin.encode(["ヅ", ""])).all()


def test_a_saved_encoder_gives_the_same_vectors(builtin: BuiltinEncoder, tmp_path: Path) -> None:
    save_builtin(builtin, tmp_path / "encoder")
    again = load_builtin(tmp_path / "encoder", LEXICON)
    np.testing.assert_array_equal(again.encode(["身份证丢了", "周末"]), builtin.encode(["身份证丢了", "周末"]))


def test_sentence_transformers_reads_it_and_finds_the_same_vectors(builtin: BuiltinEncoder, tmp_path: Path) -> None:
    save_builtin(builtin, tmp_path / "encoder")
    texts = ["身份证丢了", "周末上不上班", "ヅ", ""]
    model = SentenceTransformer(str(tmp_path / "encoder"), device="cpu")
    terms = [" ".join(LEXICON.search_terms(text)) or UNKNOWN for text in texts]
    np.testing.assert_allclose(builtin.encode(texts), model.encode(terms, normalize_embeddings=True), atol=1e-6)


def test_answering_needs_no_torch() -> None:
    # 300 MB, which only those have who train or set another encoder.
    told = "import sys, assistant.serving; sys.exit('torch' in sys.modules or 'sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=False).returncode == 0


@pytest.fixture(scope="module")
def outside_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The directory of a SentenceTransformer that is not ours."""
    return write_model(tmp_path_factory.mktemp("outside") / "model")


def test_one_setting_puts_another_sentence_transformer_in_place(outside_model: str, tmp_path: Path) -> None:
    encoder = load_encoder(Settings(encoder=outside_model, data=tmp_path), "", LEXICON)
    assert isinstance(encoder, ExternalEncoder)
    vectors = encoder.encode(["身份证丢了", "身份证坏了", "多少钱"])
    assert vectors.shape == (3, 8) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_its_query_prompt_is_put_before_the_text(outside_model: str, tmp_path: Path) -> None:
    prompted = load_encoder(Settings(encoder=outside_model, encoder_prompt="查询", data=tmp_path), "", LEXICON)
    plain = load_encoder(Settings(encoder=outside_model, data=tmp_path), "", LEXICON)
    np.testing.assert_allclose(prompted.encode(["丢了"]), plain.encode(["查询丢了"]), atol=1e-6)
    assert not np.allclose(prompted.encode(["丢了"]), plain.encode(["丢了"]))


def test_the_search_works_on_another_encoders_vectors(library: Library, outside_model: str) -> None:
    index = SearchIndex(library.snapshot, library.index.reader, ExternalEncoder(outside_model))
    _, ranking = Library.of(library.snapshot, index, hand_ranker()).rank("我的身份证丢了,要带什么")
    assert ranking.best is not None and ranking.best.match.subject == LOST
