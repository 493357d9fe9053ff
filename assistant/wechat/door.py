"""What WeChat's servers send, made safe to read, and what they are answered: signature, AES mode, XML.

In plain mode the signature covers the query alone and not the message, so AES mode is the one to use; where its key is
set, plain messages are refused.
"""

import struct
import time
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from xml.parsers.expat import ExpatError

from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.messages import BaseMessage
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature

FRESH_SECONDS = 600
"""How far WeChat's clock and ours may be apart: what is older was kept by somebody and sent again."""


class NotWeChat(Exception):
    """What came is not WeChat's, or cannot be read. The message is for the log and holds nothing of anybody's."""


class Kind(StrEnum):
    """What happened in WeChat."""

    SAID = "said"
    """Words, typed or recognised from speech."""
    TAPPED = "tapped"
    """A button of the account's menu; its key is what the button says."""
    CAME = "came"
    """Somebody follows the account from now on."""
    LEFT = "left"
    """Somebody follows it no more."""
    UNREADABLE = "unreadable"
    """A picture, a place, speech that WeChat has not recognised."""
    OTHER = "other"
    """Nothing that wants an answer."""


@dataclass(frozen=True)
class Heard:
    """One message or event. Nothing of it is logged."""

    kind: Kind
    openid: str = field(repr=False)
    account: str = field(repr=False)
    """The account that it was sent to, as WeChat names it."""
    key: str = field(repr=False)
    """By which WeChat's repetitions are known: the MsgId; an event has none and is known by who and when."""
    text: str = field(default="", repr=False)
    spoken: bool = False
    """Whether the text was recognised from speech."""


class Door:
    """One official account's side of the protocol."""

    def __init__(self, token: str, app_id: str, aes_key: str) -> None:
        """`aes_key` is the account's EncodingAESKey of 43 characters; empty for plain mode."""
        self._token = token
        self._crypto = WeChatCrypto(token, aes_key, app_id) if aes_key else None

    def greet(self, query: Mapping[str, str]) -> str:
        """Answer WeChat's check of our address; raises NotWeChat."""
        self._checked(query)
        return query.get("echostr", "")

    def read(self, query: Mapping[str, str], body: bytes) -> Heard:
        """Open one message; raises NotWeChat."""
        self._checked(query)
        try:
            text = body.decode()
            if self._crypto is not None:
                given = (query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", ""))
                text = self._crypto.decrypt_message(text, *given)
            return _heard(parse_message(text))
        except (WeChatException, ExpatError, Base64Error, struct.error, LookupError, ValueError, TypeError, AttributeError) as error:
            raise NotWeChat(type(error).__name__) from None

    def write(self, heard: Heard, text: str, query: Mapping[str, str]) -> str:
        """The XML that answers a message with a text."""
        # “]]>” would end the text early: wechatpy does not look for it.
        reply = TextReply(source=heard.account, target=heard.openid, content=text.replace("]]>", "]] >"), time=int(time.time()))
        xml = str(reply.render())
        return xml if self._crypto is None else str(self._crypto.encrypt_message(xml, query.get("nonce", "")))

    def _checked(self, query: Mapping[str, str]) -> None:
        timestamp = query.get("timestamp", "")
        try:
            check_signature(self._token, query.get("signature", ""), timestamp, query.get("nonce", ""))
        except WeChatException:
            raise NotWeChat("signature") from None
        if not timestamp.isascii() or not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > FRESH_SECONDS:
            raise NotWeChat("not fresh, or the clocks differ")


def _heard(message: BaseMessage | None) -> Heard:
    if message is None or not message.source or not message.target:
        raise NotWeChat("no message")
    kind, text = _meaning(message)
    key = str(message.id) if message.id else f"{message.source} {message.time} {getattr(message, 'event', '')}"
    return Heard(kind, message.source, message.target, key, text, spoken=message.type == "voice")


def _meaning(message: BaseMessage) -> tuple[Kind, str]:
    if message.type in ("text", "voice"):
        text = str((message.content if message.type == "text" else message.recognition) or "").strip()
        return (Kind.SAID, text) if text else (Kind.UNREADABLE, "")
    if message.type == "unknown":  # a kind of message or event that the library has not heard of
        return (Kind.OTHER, "")
    if message.type != "event":
        return (Kind.UNREADABLE, "")
    if message.event == "click":
        return (Kind.TAPPED, str(message.key or ""))
    return ({"subscribe": Kind.CAME, "subscribe_scan": Kind.CAME, "unsubscribe": Kind.LEFT}.get(message.event, Kind.OTHER), "")
