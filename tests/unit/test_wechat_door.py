"""What comes in WeChat's name: signature, AES mode, XML; and what is not WeChat's."""

import base64

import pytest

from assistant.wechat.door import Door, Kind, NotWeChat
from tests.unit.wechat_side import ACCOUNT, AES_KEY, APP_ID, TOKEN, WeChatSide, encrypted, message, signature

ANN = "oAnn000000000000000000000000"
PLAIN, SECRET = Door(TOKEN, APP_ID, ""), Door(TOKEN, APP_ID, AES_KEY)
SIDE = WeChatSide(aes=True)


def sealed(xml: str, **changes: str) -> tuple[dict[str, str], bytes]:
    """A request in AES mode."""
    query, secret = SIDE.signed(), encrypted(xml)
    query["msg_signature"] = signature(TOKEN, query["timestamp"], query["nonce"], secret)
    return query | changes, f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt><![CDATA[{secret}]]></Encrypt></xml>".encode()


def test_the_address_is_confirmed_to_wechat_alone() -> None:
    query = SIDE.signed()
    assert PLAIN.greet(query | {"echostr": "4711"}) == "4711"
    with pytest.raises(NotWeChat):
        PLAIN.greet(query | {"echostr": "4711", "nonce": "another"})


@pytest.mark.parametrize("query", [{}, {"signature": "a" * 40}, {"signature": "签名", "timestamp": "时间", "nonce": ""}])
def test_what_is_not_signed_is_not_read(query: dict[str, str]) -> None:
    with pytest.raises(NotWeChat):
        PLAIN.read(query, message(ANN, "text", Content="你好", MsgId=1).encode())


def test_what_was_signed_long_ago_is_not_read_again() -> None:
    with pytest.raises(NotWeChat):
        PLAIN.read(SIDE.signed(age=3600), message(ANN, "text", Content="你好", MsgId=1).encode())


def test_a_message_is_read_in_plain_and_in_aes_mode() -> None:
    xml = message(ANN, "text", Content="身份证丢了 <怎么办> & 𠮷", MsgId=22334455667788)
    for heard in (PLAIN.read(SIDE.signed(), xml.encode()), SECRET.read(*sealed(xml))):
        assert (heard.kind, heard.openid, heard.account, heard.text) == (Kind.SAID, ANN, ACCOUNT, "身份证丢了 <怎么办> & 𠮷")
        assert heard.key == "22334455667788"
        assert ANN not in repr(heard)


def test_with_an_aes_key_plain_messages_are_refused() -> None:
    with pytest.raises(NotWeChat):
        SECRET.read(SIDE.signed(), message(ANN, "text", Content="你好", MsgId=1).encode())


def test_a_message_sealed_for_another_app_or_changed_on_its_way_is_refused() -> None:
    xml = message(ANN, "text", Content="你好", MsgId=1)
    query, body = sealed(xml, msg_signature="0" * 40)
    with pytest.raises(NotWeChat):
        SECRET.read(query, body)
    query, secret = SIDE.signed(), encrypted(xml, app_id="wx_another_app")
    query["msg_signature"] = signature(TOKEN, query["timestamp"], query["nonce"], secret)
    with pytest.raises(NotWeChat):
        SECRET.read(query, f"<xml><Encrypt>{secret}</Encrypt></xml>".encode())


@pytest.mark.parametrize(
    ("kind", "fields", "meant"),
    [
        ("voice", {"MediaId": "m", "Recognition": "身份证怎么补", "MsgId": 2}, (Kind.SAID, "身份证怎么补")),
        ("voice", {"MediaId": "m", "Recognition": "", "MsgId": 2}, (Kind.UNREADABLE, "")),
        ("voice", {"MediaId": "m", "MsgId": 2}, (Kind.UNREADABLE, "")),
        ("image", {"PicUrl": "http://p", "MediaId": "m", "MsgId": 3}, (Kind.UNREADABLE, "")),
        ("location", {"Location_X": "23", "Location_Y": "113", "Scale": "20", "Label": "", "MsgId": 4}, (Kind.UNREADABLE, "")),
        ("text", {"Content": "  ", "MsgId": 5}, (Kind.UNREADABLE, "")),
        ("event", {"Event": "subscribe", "EventKey": ""}, (Kind.CAME, "")),
        ("event", {"Event": "subscribe", "EventKey": "qrscene_hall_3", "Ticket": "t"}, (Kind.CAME, "")),
        ("event", {"Event": "unsubscribe", "EventKey": ""}, (Kind.LEFT, "")),
        ("event", {"Event": "CLICK", "EventKey": "转人工"}, (Kind.TAPPED, "转人工")),
        ("event", {"Event": "VIEW", "EventKey": "https://x"}, (Kind.OTHER, "")),
        ("event", {"Event": "a_new_event_of_2030"}, (Kind.OTHER, "")),
        ("a_new_kind", {"MsgId": 6}, (Kind.OTHER, "")),
    ],
)
def test_what_happened_is_understood(kind: str, fields: dict[str, object], meant: tuple[Kind, str]) -> None:
    heard = PLAIN.read(SIDE.signed(), message(ANN, kind, **fields).encode())
    assert (heard.kind, heard.text) == meant
    assert heard.spoken == (kind == "voice")


def test_an_event_without_a_number_is_known_by_who_and_when() -> None:
    xml = message(ANN, "event", Event="subscribe", EventKey="", CreateTime=1_700_000_000).encode()
    keys = {PLAIN.read(SIDE.signed(), xml).key for _ in range(2)}
    assert keys == {f"{ANN} 1700000000 subscribe"}
    assert PLAIN.read(SIDE.signed(), xml.replace(b"1700000000", b"1700000001")).key not in keys


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "body",
    [b"", b"<xml>", b"\xff\xfe", b"<xml></xml>", b"<other/>", b"{}", b"<xml><MsgType>text</MsgType></xml>", b"<xml>" * 5000,
     f"<!DOCTYPE x [{BOMB}]><xml><MsgType>text</MsgType><Content>&e8;</Content></xml>".encode(),
     b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><MsgType>text</MsgType><Content>&f;</Content></xml>',
     message(ANN, "text", Content="x", MsgId="nan").encode(), message(ANN, "event").encode()],
)  # fmt: skip
def test_rubbish_is_refused_even_when_it_is_signed(body: bytes) -> None:
    for door, query in ((PLAIN, SIDE.signed()), (SECRET, SIDE.signed() | {"msg_signature": "0" * 40})):
        try:
            heard = door.read(query, body)
        except NotWeChat:
            continue
        assert heard.kind is Kind.OTHER


def test_sealed_rubbish_is_refused() -> None:
    for secret in ("", "AAAA", base64.b64encode(b"\x00" * 64).decode(), "no base64 !"):
        query = SIDE.signed()
        query["msg_signature"] = signature(TOKEN, query["timestamp"], query["nonce"], secret)
        with pytest.raises(NotWeChat):
            SECRET.read(query, f"<xml><Encrypt><![CDATA[{secret}]]></Encrypt></xml>".encode())


@pytest.mark.parametrize("text", ["好的", "a]]>b<c>&", "第一行\n第二行", "𠮷" * 20])
def test_an_answer_is_read_by_wechat_as_it_was_written(text: str) -> None:
    for side, door in ((WeChatSide(), PLAIN), (SIDE, SECRET)):
        query = side.signed()
        request = message(ANN, "text", Content="x", MsgId=1)
        heard = door.read(query, request.encode()) if not side.aes else SECRET.read(*sealed(request))
        assert side.opened(ANN, door.write(heard, text, query)) == text.replace("]]>", "]] >")
