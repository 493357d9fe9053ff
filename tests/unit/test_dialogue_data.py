"""What Rasa is trained on."""

from pathlib import Path

import yaml

from assistant.build import write_dialogue_data
from assistant.settings import ROOT
from knowledge.loader import load


def test_threads_are_examples_of_what_is_said_in_the_middle(tmp_path: Path) -> None:
    """Half a sentence of its one facet, acts of their own intents, and what has nothing to do with a matter of none."""
    knowledge, _ = load(ROOT / "knowledge")
    write_dialogue_data(knowledge, tmp_path / "training")
    blocks = yaml.safe_load((tmp_path / "training" / "threads.yml").read_text("utf-8"))["nlu"]
    examples = {block["intent"]: block["examples"].splitlines() for block in blocks}
    assert "- 那要多久" in examples["ask_time_limit"]
    assert len(examples["out_of_scope"]) > 50
    assert {"ask_general", "complaint", "handoff", "progress"} <= examples.keys()
