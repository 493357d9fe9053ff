"""Trains the built-in encoder: a sentence-transformers model with a vector for each term of our own phrases."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from assistant.answering.encoder import UNKNOWN, BuiltinEncoder, Vectors
from knowledge.text import Lexicon

DIMENSION = 256
"""Width of the built-in vectors: 128 lost a point of accuracy, 512 brought nothing on our phrases."""
STARTS = 3
"""Trainings from different starts, put together: any one of them depends on where it began. Against one, strict rises by 0.01 on
development dialogues (docs/decisions/0002-encoder.md), for 40 s more each."""
MIN_COUNT = 2
"""Phrases a term must occur in to get a vector of its own; terms seen once teach nothing and are half of all."""


def train_encoder(
    texts: Sequence[Sequence[str]],
    labels: Sequence[int],
    groups: Sequence[int],
    lexicon: Lexicon,
    *,
    epochs: int = 30,
    seed: int = 7,
) -> BuiltinEncoder:
    """Train the built-in encoder: several models from different starts, folded into one as wide as each of them.

    Args:
        texts: search terms of each phrase.
        labels: subject number of each phrase.
        groups: family number of each phrase, for hard negatives.
        lexicon: the tokeniser that made the terms.
        epochs: passes over the phrases, of each model.
        seed: makes the result repeatable.

    """
    torch.set_num_threads(1)  # the batches are small: a second thread mostly waits for the first
    numbers, idf = _vocabulary(texts)
    phrases = [np.array([numbers[term] for term in terms if term in numbers] or [0]) for terms in texts]
    steps = max(1, epochs * len(texts) // (_SUBJECTS_PER_BATCH * _PHRASES_PER_SUBJECT))
    models = [_train_model(phrases, labels, groups, idf, steps, seed + start) for start in range(STARTS)]
    return BuiltinEncoder(numbers, _fold(np.concatenate(models, axis=1), phrases), lexicon)


def _fold(weights: Vectors, phrases: Sequence[NDArray[np.int64]]) -> Vectors:
    """Vectors of several models side by side, in the DIMENSION directions along which the phrases differ most.

    A phrase's vector is a mean, so that what is done to the phrases' vectors (a principal component analysis about the
    origin, which cosines are measured from) can be done to the terms' once and for all.
    """
    vectors = np.array([weights[numbers].mean(axis=0) for numbers in phrases])
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    return np.ascontiguousarray(weights @ directions[:, ::-1][:, :DIMENSION], dtype=np.float32)


def _train_model(
    phrases: Sequence[NDArray[np.int64]],
    labels: Sequence[int],
    groups: Sequence[int],
    idf: NDArray[np.float32],
    steps: int,
    seed: int,
) -> Vectors:
    """Train one model with a supervised contrastive loss; gives the vector of each term.

    Phrases of one subject are drawn together, all others of the batch are pushed apart. Half of a batch
    comes from one group (a family of granules), so that the neighbours a citizen confuses are the
    negatives it learns from. Source: Khosla et al. 2020, Supervised Contrastive Learning, eq. 2.
    """
    generator = np.random.default_rng(seed)
    torch.manual_seed(seed)
    # The starting vectors are random directions, as long as the term is telling (IDF).
    first = torch.randn(len(idf), DIMENSION) / DIMENSION**0.5 * torch.from_numpy(idf)[:, None]
    # A batch touches few terms; a dense update would cost ten times as much.
    terms = torch.nn.EmbeddingBag.from_pretrained(first, freeze=False, mode="mean", sparse=True)
    optimiser = torch.optim.SparseAdam(list(terms.parameters()), lr=_LEARNING_RATE)
    by_label: dict[int, list[int]] = {}
    for at, label in enumerate(labels):
        by_label.setdefault(label, []).append(at)
    group_of = {label: groups[members[0]] for label, members in by_label.items()}
    # The rate falls to nothing at the end: what was learned last does not outweigh the rest, and one phrase more or
    # less moves the results little.
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, steps)
    for _ in range(steps):
        chosen = _draw_batch(by_label, group_of, generator)
        bags = [_drop_terms(phrases[i], generator) for i in chosen]
        offsets = np.cumsum([0, *(len(bag) for bag in bags[:-1])])
        pooled = terms(torch.from_numpy(np.concatenate(bags)), torch.from_numpy(offsets))
        vectors = torch.nn.functional.normalize(pooled, dim=1)
        loss = _contrastive_loss(vectors, torch.tensor([labels[i] for i in chosen]))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()  # type: ignore[no-untyped-call]
        schedule.step()
    return np.asarray(terms.weight.detach().numpy(), dtype=np.float32)


def save_builtin(encoder: BuiltinEncoder, folder: Path) -> None:
    """Write an encoder as a SentenceTransformer directory."""
    module = StaticEmbedding(_tokenizer(encoder.numbers), embedding_weights=encoder.weights)
    SentenceTransformer(modules=[module], device="cpu").save_pretrained(str(folder))


_LEARNING_RATE = 1e-2
_SUBJECTS_PER_BATCH = 48
_PHRASES_PER_SUBJECT = 4
_TEMPERATURE = 0.07
"""Softness of the contrastive loss; the value of the paper."""
_DROP = 0.3
"""Share of terms left out of a training phrase, so that no single word decides."""


def _vocabulary(texts: Sequence[Sequence[str]]) -> tuple[dict[str, int], NDArray[np.float32]]:
    """The number of each term that gets a vector, and how telling it is (IDF), by number."""
    counts: dict[str, int] = {}
    for terms in texts:
        for term in set(terms):
            counts[term] = counts.get(term, 0) + 1
    vocabulary = [UNKNOWN, *sorted(t for t, n in counts.items() if n >= MIN_COUNT)]
    idf = [0.0] + [np.log(1 + len(texts) / counts[t]) for t in vocabulary[1:]]
    return {term: number for number, term in enumerate(vocabulary)}, np.array(idf, dtype=np.float32)


def _tokenizer(numbers: Mapping[str, int]) -> Tokenizer:
    """Reads terms that are separated by spaces (a term holds none)."""
    tokenizer = Tokenizer(WordLevel(dict(numbers), unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return tokenizer


def _draw_batch(by_label: dict[int, list[int]], group_of: dict[int, int], generator: np.random.Generator) -> list[int]:
    labels = list(by_label)
    chosen = set(generator.choice(labels, size=min(_SUBJECTS_PER_BATCH // 2, len(labels)), replace=False).tolist())
    for label in list(chosen):
        kin = [other for other in labels if group_of[other] == group_of[label] and other not in chosen]
        if kin:
            chosen.add(int(generator.choice(kin)))
    picked: list[int] = []
    for label in sorted(chosen):
        members = by_label[label]
        # One phrase alone, as of an imported guide, is drawn with itself: other terms are left out of each of the two.
        size = min(_PHRASES_PER_SUBJECT, len(members))
        picked += members * 2 if size == 1 else generator.choice(members, size=size, replace=False).tolist()
    return picked


def _drop_terms(numbers: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.int64]:
    kept = numbers[generator.random(len(numbers)) > _DROP]
    return kept if len(kept) else numbers


def _contrastive_loss(vectors: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    same = labels[:, None] == labels[None, :]
    itself = torch.eye(len(labels), dtype=torch.bool)
    logits = (vectors @ vectors.T / _TEMPERATURE).masked_fill(itself, float("-inf"))
    log_share = torch.log_softmax(logits, dim=1)
    positive = same & ~itself
    count = positive.sum(1)
    return -(log_share.masked_fill(~positive, 0).sum(1)[count > 0] / count[count > 0]).mean()
