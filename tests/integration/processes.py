"""The processes beside the service that a test kills, and waiting for what comes back."""

import time
from collections.abc import Callable

import httpx
import psutil

RASA, REFERENCE = "rasa_server.py", "outside.reference"


def running(part: str) -> list[psutil.Process]:
    """The processes of this test run whose command line holds a part; what has just died is none."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if part in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether a condition came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.3)
    return False


def ready_again(url: str) -> bool:
    """Whether Rasa is back within two minutes: the tests after this one need it."""
    return wait_until(lambda: httpx.get(f"{url}/readyz", timeout=5, trust_env=False).json()["status"] == "ready", 120)
