"""Which encoder a snapshot is searched with: the built-in one, trained on the snapshot's phrases, or one from the settings."""

from collections.abc import Sequence

from assistant.answering.encoder import BuiltinEncoder, Encoder, load_builtin
from assistant.answering.question import QuestionReader
from assistant.settings import Settings
from knowledge.snapshot import Phrase, Snapshot
from knowledge.text import Lexicon


def train_on(snapshot: Snapshot, phrases: Sequence[Phrase], reader: QuestionReader, seed: int = 7) -> BuiltinEncoder:
    """Train the built-in encoder on phrases of a snapshot; subjects of one family are hard negatives."""
    from assistant.answering.encoder_training import train_encoder  # torch: 300 MB and seconds, for those who train

    subjects = {s.id: number for number, s in enumerate(snapshot.subjects)}
    families: dict[str, int] = {}
    group = [families.setdefault(s.families[0] if s.families else s.id, len(families)) for s in snapshot.subjects]
    used = [p for p in phrases if p.subject in subjects and p.entry is None]
    labels = [subjects[p.subject] for p in used]
    terms = [reader.read(p.text).terms for p in used]
    return train_encoder(terms, labels, [group[label] for label in labels], reader.lexicon, seed=seed)


def load_encoder(settings: Settings, name: str, lexicon: Lexicon) -> Encoder:
    """The encoder that the settings or the build name."""
    if settings.encoder:
        from assistant.answering.external_encoder import ExternalEncoder  # torch again, for those who set one

        return ExternalEncoder(settings.encoder, settings.encoder_prompt)
    return load_builtin(settings.data / "encoders" / name, lexicon)
