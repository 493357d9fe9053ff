"""Runs the reference server on loopback. Usage: python -m outside.reference --port PORT --database FILE"""

import argparse
import ctypes
import signal
import sys
from datetime import date
from pathlib import Path

import uvicorn

from outside.reference.app import make_app
from outside.reference.store import Store

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until told to stop, or until the parent is gone (Linux)."""
    parser = argparse.ArgumentParser(prog="python -m outside.reference")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", type=Path, required=True)
    chosen = parser.parse_args()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    app = make_app(Store(chosen.database, date.today()))
    # No access log: addresses hold case numbers.
    uvicorn.run(app, host="127.0.0.1", port=chosen.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
