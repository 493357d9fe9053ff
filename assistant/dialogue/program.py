"""How a Rasa process of this service is started."""

import os
from pathlib import Path

from assistant.settings import ROOT, Settings
from assistant.supervisor import Program

ACTION_PATH = "/internal/actions/webhook"
"""Where Rasa calls our actions back."""


def rasa_program(settings: Settings, model: Path, port: int, action_token: str) -> Program:
    """A single-worker Rasa process with a dialogue model, on a loopback port."""
    environment = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "ZHIWEN_ACTION_URL": f"http://127.0.0.1:{settings.port}{ACTION_PATH}",
        "ZHIWEN_ACTION_TOKEN": action_token,
        "PYTHONPATH": str(ROOT),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OMP_NUM_THREADS": "1",
    }
    # Compiled files save Rasa 8 s at every start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [
        str(settings.rasa_python), str(ROOT / "assistant/dialogue/rasa_server.py"), "run",
        "--model", str(model), "--endpoints", str(ROOT / "endpoints.yml"),
        "--credentials", str(ROOT / "credentials.yml"), "--interface", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    return Program("rasa", command, environment, settings.data / "logs" / "rasa.log")
