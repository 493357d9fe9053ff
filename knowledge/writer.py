"""Writes knowledge files: each is there whole or not at all."""

import os
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

from knowledge.schema import Record


def plain(record: Record) -> dict[str, Any]:
    """A record as it stands in a file: what is as usual is left out."""
    return record.model_dump(mode="json", exclude_defaults=True)


def to_yaml(content: Any) -> str:
    """Content as YAML, in the order that it has."""
    return str(yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120))


def write_file(path: Path, content: Any) -> None:
    """Write a YAML file in one step; the notes above what was there stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(_notes(path) + to_yaml(content), "utf-8")
    os.replace(partial, path)


def _notes(path: Path) -> str:
    """The lines above the content of a file; none where there is no file."""
    lines = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
    return "".join(takewhile(lambda line: line.startswith("#"), lines))
