"""How the reference server, which stands in for outside systems that are not connected, is started."""

import os
import sys

from assistant.settings import ROOT, Settings
from assistant.supervisor import Program
from outside.models import System


def reference_program(settings: Settings, port: int) -> Program:
    """The reference server on a loopback port, with its own database in the data folder."""
    command = [sys.executable, "-m", "outside.reference", "--port", str(port), "--database", str(settings.data / "reference.db")]
    return Program("reference", command, {**os.environ, "PYTHONPATH": str(ROOT)}, settings.data / "logs" / "reference.log")


def addresses(settings: Settings, port: int) -> dict[System, str]:
    """Where each outside system is: at the county's own address, or at the reference server on this port."""
    return {system: settings.outside_urls[system] or f"http://127.0.0.1:{port}/{system}" for system in System}
