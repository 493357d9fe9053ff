"""Tells the person at the terminal what is going on."""

import sys
from typing import NoReturn


def say(text: str) -> None:
    """One line of news."""
    print(f"· {text}", flush=True)


def fail(message: str) -> NoReturn:
    """End the program with one clear message."""
    print(f"出错了：{message}", file=sys.stderr, flush=True)
    raise SystemExit(1)
