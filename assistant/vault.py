"""The installation's one secret: seals what must be readable again, fingerprints what must only be recognised.

The key is a file in the data directory that its owner alone can read. A copy of the database without it tells
nobody a telephone number or a case number; losing it costs exactly these, and the open tokens.
"""

import base64
import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

KEY_BYTES = 32


class Vault:
    """Everything that needs the key. Each purpose has a key of its own derived from it (RFC 2104), so that none can stand for another."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._fernet = Fernet(base64.urlsafe_b64encode(hmac.digest(key, b"seal", "sha256")))

    @classmethod
    def at(cls, folder: Path) -> "Vault":
        """The vault of a data directory; its key file is made at the first use."""
        file = folder / "secret.key"
        if not file.exists():
            _make_key(file)
        return cls(file.read_bytes())

    def seal(self, text: str) -> str:
        """Encrypt a text for the database."""
        return self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str, max_age: int | None = None) -> str | None:
        """What was sealed; None when it was sealed with another key, is damaged, or is older than `max_age` seconds."""
        try:
            return self._fernet.decrypt(sealed.encode("utf-8", "surrogatepass"), max_age).decode()
        except InvalidToken:
            return None

    def fingerprint(self, purpose: str, text: str) -> str:
        """64 hex digits by which a text is recognised for one purpose, and not guessed without the key."""
        own_key = hmac.digest(self._key, purpose.encode(), "sha256")
        return hmac.new(own_key, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()

    def fits(self, purpose: str, text: str, fingerprint: str) -> bool:
        """Whether a fingerprint is that of a text, compared in constant time."""
        return hmac.compare_digest(self.fingerprint(purpose, text).encode(), fingerprint.encode("utf-8", "surrogatepass"))


def _make_key(file: Path) -> None:
    """Write the key beside its place and link it there: a crash leaves no half key, and of two starts at once one wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        output.write(secrets.token_bytes(KEY_BYTES))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
