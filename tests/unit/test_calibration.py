"""Calibration: the swap of the encoder from the setting to the answer, and what is kept of a fit."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import calibration
from assistant.answering.library import Library
from assistant.build import build_knowledge
from assistant.calibration import Verdict, calibrate, comparison
from assistant.errors import BuildError
from assistant.settings import Settings
from assistant.shelf import CALIBRATION, calibration_path, load_ranker, open_library, open_ranker
from tests.unit.fakes import write_model
from tests.unit.small_knowledge import BROKEN, EXPIRED, LOST, write_folder


@pytest.fixture
def swapped(tmp_path: Path) -> Settings:
    """An installation whose encoder is a model made on the spot."""
    model = write_model(tmp_path / "model")
    return Settings(data=tmp_path / "data", knowledge=write_folder(tmp_path / "knowledge"), encoder=model, encoder_prompt="查询")


@pytest.fixture
def dialogues(tmp_path: Path) -> Path:
    """What the fit is judged on."""
    asked = {"我的身份证丢了怎么办": LOST, "身份证过期了": EXPIRED, "身份证坏了咋办": BROKEN}
    lines = [
        {"id": subject, "turns": [{"user": text, "expect": {"outcome": "answered", "items": [subject]}}]} for text, subject in asked.items()
    ]
    path = tmp_path / "mine.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


def test_one_setting_swaps_the_encoder_from_the_publication_to_the_answer(swapped: Settings, dialogues: Path) -> None:
    publication = build_knowledge(swapped, lambda _line: None, retrain=True)
    assert publication.encoder == "" and not (swapped.data / "encoders").exists(), "nothing of ours is trained"
    assert open_library(swapped).ranker == load_ranker(), "until it is calibrated, our weights stand in"
    told: list[str] = []
    calibrate(swapped, [dialogues], told.append, accept=True)
    path = calibration_path(swapped)
    assert path.parent == swapped.data / "calibration" and path.exists()
    library = open_library(swapped)
    assert library.ranker == load_ranker(path) != load_ranker()
    assert library.index.encoder.name == swapped.encoder
    best = library.rank("我的身份证丢了要带什么")[1].best
    assert best is not None and best.match.subject == LOST
    assert any("strict" in line and "之前" in line and "不答" in line for line in told)


def test_each_encoder_and_prompt_has_weights_of_its_own(swapped: Settings) -> None:
    others = [swapped.model_copy(update=change) for change in ({"encoder_prompt": ""}, {"encoder": "other"})]
    assert len({calibration_path(settings) for settings in (swapped, *others)}) == 3
    assert calibration_path(swapped.model_copy(update={"encoder": ""})) == CALIBRATION


OLD = Verdict(strict=0.8, helped=0.9, wrong=0.05, bands={"答了": (80, 75), "反问": (15, 15), "不答": (5, 0)})


@pytest.mark.parametrize("new", [replace(OLD, strict=0.79), replace(OLD, wrong=0.06)])
def test_a_fit_that_is_worse_is_kept_only_when_it_is_accepted(
    swapped: Settings, dialogues: Path, library: Library, monkeypatch: pytest.MonkeyPatch, new: Verdict
) -> None:
    fitted = replace(load_ranker(), known_bias=0.5)
    monkeypatch.setattr(calibration, "fit", lambda _settings, _say: replace(library, ranker=fitted, _ranked={}))
    monkeypatch.setattr(calibration, "judge", lambda _settings, asked, _dialogues: new if asked.ranker == fitted else OLD)
    with pytest.raises(BuildError, match="--accept"):
        calibrate(swapped, [dialogues], lambda _line: None, accept=False)
    assert open_ranker(swapped) == load_ranker()
    calibrate(swapped, [dialogues], lambda _line: None, accept=True)
    assert open_ranker(swapped) == fitted


def test_the_comparison_shows_figures_and_bands_before_and_after() -> None:
    lines = comparison(OLD, replace(OLD, strict=0.82, bands={**OLD.bands, "答了": (82, 78)}))
    assert "strict      0.800     0.820" in lines
    assert "答了：之前 80 轮（帮上 75），之后 82 轮（帮上 78）" in lines
