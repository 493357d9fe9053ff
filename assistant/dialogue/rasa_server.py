"""Starts Rasa's server. Runs in Rasa's own runtime (Python 3.10), never in ours.

usage: python rasa_server.py rasa-arguments …
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Die with the parent (Linux), leave JAX out, import skops before TensorFlow (saves 6 s), hand over to Rasa."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.environ.get("ZHIWEN_PARENT", str(os.getppid())) != str(os.getppid()):
        sys.exit(0)  # it has died already
    sys.modules["jax"] = None  # type: ignore[assignment]  # 65 MB; TensorFlow tries to import it and does without
    import skops.io  # noqa: F401  # it scans every loaded module once TensorFlow is in
    from rasa.__main__ import main as rasa
    from rasa.core.actions.action import RemoteAction

    # Rasa checks the JSON schema itself, and then our answer against it, at every action call: 15 ms of 25.
    # The answers come from our own process, made by rasa-sdk, so nothing is left to check.
    RemoteAction._validate_action_result = lambda self, result: True

    sys.exit(rasa())


if __name__ == "__main__":
    main()
