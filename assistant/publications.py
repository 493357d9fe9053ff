"""Publications: which snapshot is live, since when, by whom and why. The pointer is the one moment of change.

data/current.json               the live publication; replaced in one step
data/publications/<number>.json every publication so far, written before the pointer
data/audit.jsonl                everything that was done to the knowledge, one line each
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import BuildError
from assistant.settings import Settings
from knowledge.snapshot import Snapshot, read_snapshot


class Publication(BaseModel):
    """One version that was or is live."""

    model_config = ConfigDict(frozen=True)

    number: int = 0
    snapshot: str
    encoder: str
    by: str = ""
    at: datetime | None = None
    reason: str = ""
    back_to: int | None = None
    """Of a rollback: the version that it brought back. It holds until somebody publishes."""
    off: dict[str, str] = {}
    """Ids of subjects and entries that are not answered from for now, and why. Publications and rollbacks keep them."""

    @property
    def build(self) -> tuple[str, str]:
        """What the search is built of."""
        return self.snapshot, self.encoder


def read_current(settings: Settings) -> Publication | None:
    """What is live; None before the first publication.

    Raises:
        ValueError: the pointer is spoiled.

    """
    try:
        return Publication.model_validate_json((settings.data / "current.json").read_bytes())
    except FileNotFoundError:
        return None


def snapshot_path(settings: Settings, version: str) -> Path:
    """Where a snapshot is."""
    return settings.data / "snapshots" / version / "snapshot.json"


def live_snapshot(settings: Settings) -> Snapshot | None:
    """The live snapshot; None where there is none, or none that this version of the program reads."""
    current = read_current(settings)
    try:
        return None if current is None else read_snapshot(snapshot_path(settings, current.snapshot))
    except (OSError, ValidationError):
        return None


def go_live(settings: Settings, snapshot: str, encoder: str, by: str, reason: str, back_to: int | None = None) -> Publication:
    """Make a snapshot live. Killed at any moment, either the old or the new publication is live, whole."""
    current = read_current(settings)
    new = Publication(snapshot=snapshot, encoder=encoder, by=by, reason=reason, back_to=back_to, off=current.off if current else {})
    return _replace(settings, new, "publish" if back_to is None else "rollback")


def switch_off(settings: Settings, what: str, by: str, reason: str) -> Publication:
    """Stop answering from a subject (gaj-sfz-bl), one of its facets (gaj-sfz-bl#fee) or a manual entry, at once.

    Raises:
        BuildError: there is no such thing.

    """
    current, snapshot = read_current(settings), live_snapshot(settings)
    if current is None or snapshot is None or not any(what in (e.id, e.subject) for e in snapshot.entries):
        raise BuildError(f"没有“{what}”。写事项、话题或问答的编号；只停一个方面写成 编号#方面，例如 gaj-sfz-bl#fee。")
    return _replace(settings, current.model_copy(update={"by": by, "reason": reason, "off": {**current.off, what: reason}}), "off")


def switch_on(settings: Settings, what: str, by: str, reason: str) -> Publication:
    """Answer from it again.

    Raises:
        BuildError: it is not off.

    """
    current = read_current(settings)
    if current is None or what not in current.off:
        raise BuildError(f"“{what}”没有停答。停着的有：{'、'.join(current.off if current else ()) or '无'}。")
    off = {name: why for name, why in current.off.items() if name != what}
    return _replace(settings, current.model_copy(update={"by": by, "reason": reason, "off": off}), "on")


def _replace(settings: Settings, new: Publication, action: str) -> Publication:
    """Give a publication its number and make it the live one."""
    with _alone(settings):
        current = read_current(settings)
        number = current.number + 1 if current else 1
        new = new.model_copy(update={"number": number, "at": datetime.now(UTC)})
        for path in (settings.data / "publications" / f"{number}.json", settings.data / "current.json"):
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.write_text(new.model_dump_json(), "utf-8")
            os.replace(fresh, path)
    audit(settings, action, new.by, str(number), new.reason)
    return new


def versions(settings: Settings) -> list[Publication]:
    """Every publication so far, newest first. One that was written and never became live is none."""
    current = read_current(settings)
    paths = (settings.data / "publications").glob("*.json")
    found = [Publication.model_validate_json(path.read_bytes()) for path in paths]
    return sorted((p for p in found if current and p.number <= current.number), key=lambda p: -p.number)


def rollback(settings: Settings, number: int | None, by: str, reason: str) -> Publication:
    """Bring back an earlier version: the named one, or the last one before the present with another content.

    Raises:
        BuildError: there is no such version, or what it consists of was deleted.

    """
    known = versions(settings)
    if not known:
        raise BuildError("还没有发布过，退不回去。")
    earlier = [p for p in known if (p.number == number if number is not None else p.snapshot != known[0].snapshot)]
    if not earlier:
        raise BuildError("没有更早的版本。" if number is None else f"没有第 {number} 版。用 ./zhiwen knowledge versions 看有哪些。")
    target = earlier[0]
    encoder_is_there = not target.encoder or (settings.data / "encoders" / target.encoder).is_dir()
    if not snapshot_path(settings, target.snapshot).exists() or not encoder_is_there:
        raise BuildError(f"第 {target.number} 版的快照或编码器已经删掉了，退不回去。")
    return go_live(settings, target.snapshot, target.encoder, by, reason, target.number)


def audit(settings: Settings, action: str, by: str, what: str, reason: str) -> None:
    """Add a line to the audit."""
    settings.data.mkdir(parents=True, exist_ok=True)
    line = {"at": datetime.now(UTC).isoformat(), "action": action, "by": by, "what": what, "reason": reason}
    with (settings.data / "audit.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One at a time; the lock of a killed process is gone with it."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "publish.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
