"""Runs the reference server on loopback. Usage: python -m outside.reference --port PORT --database FILE"""

import argparse
import ctypes
import os
import signal
import sys
from datetime import date
from pathlib import Path

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until told to stop, or until the parent is gone (Linux)."""
    parser = argparse.ArgumentParser(prog="python -m outside.reference")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", type=Path, required=True)
    chosen = parser.parse_args()
    _end_with_parent()

    # Only now: a parent that dies during these imports must not leave us behind.
    import uvicorn

    from outside.reference.app import make_app
    from outside.reference.store import Store

    app = make_app(Store(chosen.database, date.today()))
    # No access log: addresses hold case numbers.
    uvicorn.run(app, host="127.0.0.1", port=chosen.port, log_level="warning", access_log=False)


def _end_with_parent() -> None:
    """Be told to stop when the parent dies; it may have died already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.environ.get("ZHIWEN_PARENT", str(os.getppid())) != str(os.getppid()):
        sys.exit(0)


if __name__ == "__main__":
    main()
