"""The one typed settings object. Every value can be set by an environment variable ZHIWEN_<NAME>."""

import re
from pathlib import Path

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.people.duty import parse_hours
from assistant.staff.oidc import is_safe
from outside.models import System

ROOT = Path(__file__).resolve().parent.parent

_ADDRESS = r"^(https?://\S+)?$"


_ORIGIN = r"https?://[a-z0-9.-]+(:\d{1,5})?"


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


class Settings(BaseSettings):
    """What an installation may decide. Read once at start, then handed down."""

    model_config = SettingsConfigDict(env_prefix="ZHIWEN_", frozen=True)

    host: str = Field(default="127.0.0.1", description="服务监听的地址")
    port: int = Field(default=8000, ge=1, le=65535, description="服务监听的端口")
    data: Path = Field(default=ROOT / "data", description="数据目录：数据库、模型、快照、日志")
    knowledge: Path = Field(default=ROOT / "knowledge", description="知识文件的目录")
    database_url: str = Field(default="", description="数据库；空则用数据目录里的 SQLite，也可写 postgresql+psycopg://…")
    encoder: str = Field(default="", description="换用的 SentenceTransformer 目录或名称；空则用自带的编码器")
    encoder_prompt: str = Field(default="", description="换用的编码器要加在问句前的提示语")
    rasa_python: Path = Field(default=ROOT / ".venv-rasa" / "bin" / "python", description="装有 Rasa 3.6.21 的 Python 3.10")
    rasa_processes: int = Field(default=1, ge=0, le=8, description="Rasa 进程数；0 表示不启动，只用检索回答")
    rasa_timeout: float = Field(default=2.0, gt=0, description="等 Rasa 的秒数，超过就不等了，标记 degraded")
    region: str = Field(default="360100", pattern=r"^\d{6}$", description="本地行政区划代码")
    rate_limit: str = Field(default="60/minute", description="每个客户端的限速")
    rate_limit_loopback: bool = Field(default=False, description="本机访问是否也限速")
    hall: str = Field(default="政务服务中心综合窗口", min_length=2, max_length=40, description="告知单上落款的单位")
    retention_days: int = Field(default=180, ge=1, description="会话保存的天数")
    people_hours: str = Field(default="09:00-12:00,13:30-17:00", description="人工服务时间（北京时间），几段用逗号隔开")
    people_every_day: bool = Field(default=False, description="休息日也有人工服务；默认只在工作日（按国务院放假安排）")
    people_wait_minutes: float = Field(default=15, gt=0, description="排队等人工最多多少分钟，到了转成留言")
    people_silent_minutes: float = Field(default=10, gt=0, description="工作人员多少分钟没有回话，就换一位")
    oidc_issuer: str = Field(default="", description="统一账号系统（OpenID Connect）的地址，要用 https；空则只用自己的口令")
    oidc_client_id: str = Field(default="", description="在统一账号系统里登记的客户端编号")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="和它的密钥")
    oidc_claim: str = Field(default="preferred_username", description="统一账号里哪一项是我们的登录名")
    session_hours: float = Field(default=10, gt=0, le=24, description="工作人员登录一次管多少小时")
    case_number: str = Field(default=r"[A-Z]{2}\d{8}", description="办件编号的样子：去掉空格横线、字母大写以后的正则表达式")
    case_number_example: str = Field(default="SL20260001", description="给市民看的办件编号例子，要符合上面的样子")
    embed_origins: str = Field(
        default="", description="可以把聊天页嵌进去的网站，如 https://rsj.example.gov.cn，几个用逗号隔开；空则都不可以"
    )
    log_level: str = Field(default="INFO", description="日志级别")
    cases_url: str = Field(default="", pattern=_ADDRESS, description="一窗平台的地址；空则用自带的参考服务")
    business_url: str = Field(default="", pattern=_ADDRESS, description="业务专网的地址；空则用自带的参考服务")
    hotline_url: str = Field(default="", pattern=_ADDRESS, description="12345平台的地址；空则用自带的参考服务")
    ratings_url: str = Field(default="", pattern=_ADDRESS, description="好差评系统的地址；空则用自带的参考服务")
    licences_url: str = Field(default="", pattern=_ADDRESS, description="电子证照库的地址；空则用自带的参考服务")
    post_url: str = Field(default="", pattern=_ADDRESS, description="邮递查询的地址；空则用自带的参考服务")
    supervision_url: str = Field(default="", pattern=_ADDRESS, description="电子监察的地址；空则用自带的参考服务")
    outside_token: SecretStr = Field(default=SecretStr(""), description="外部系统认的口令（Bearer）；空则不带")
    # A case in a business network takes two questions, and a citizen waits 3 s at most.
    outside_timeout: float = Field(default=1.4, gt=0, description="等一个外部系统回答的秒数，连同重试")

    wechat_url: str = Field(default="https://api.weixin.qq.com", description="微信服务器接口的地址")
    wechat_app_id: str = Field(default="", description="公众号的 AppID")
    wechat_token: SecretStr = Field(default=SecretStr(""), description="公众号“服务器配置”里的令牌；空则不接公众号")
    wechat_aes_key: SecretStr = Field(default=SecretStr(""), description="公众号的 EncodingAESKey，43个字符；空则用明文模式")
    wechat_secret: SecretStr = Field(default=SecretStr(""), description="公众号的 AppSecret；空则不能主动发消息")
    miniprogram_app_id: str = Field(default="", description="小程序的 AppID")
    miniprogram_secret: SecretStr = Field(default=SecretStr(""), description="小程序的 AppSecret；空则不接小程序")

    @field_validator("people_hours")
    @classmethod
    def _hours(cls, hours: str) -> str:
        parse_hours(hours)
        return hours

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, issuer: str) -> str:
        if issuer and not is_safe(issuer):
            raise ValueError("统一账号系统的地址要以 https:// 开头")
        return issuer

    @field_validator("wechat_url")
    @classmethod
    def _wechat(cls, url: str) -> str:
        if not is_safe(url):
            raise ValueError("微信接口的地址要以 https:// 开头，密钥要发到那里")
        return url

    @field_validator("wechat_aes_key")
    @classmethod
    def _aes_key(cls, key: SecretStr) -> SecretStr:
        if not re.fullmatch(r"([A-Za-z0-9]{43})?", key.get_secret_value()):
            raise ValueError("EncodingAESKey 是43个字母和数字")
        return key

    @model_validator(mode="after")
    def _whole(self) -> "Settings":
        """Half a registration is a mistake, and better told at start than by WeChat."""
        if self.wechat_token.get_secret_value() and not self.wechat_app_id:
            raise ValueError("设了公众号的令牌，也要设 ZHIWEN_WECHAT_APP_ID")
        if self.miniprogram_secret.get_secret_value() and not self.miniprogram_app_id:
            raise ValueError("设了小程序的密钥，也要设 ZHIWEN_MINIPROGRAM_APP_ID")
        return self

    @field_validator("embed_origins")
    @classmethod
    def _origins(cls, origins: str) -> str:
        for origin in _listed(origins):
            if not re.fullmatch(_ORIGIN, origin):
                raise ValueError(f"“{origin}”要写成 https://域名 或 https://域名:端口 的样子，后面不带路径，也不用星号")
        return origins

    @property
    def embedding_origins(self) -> tuple[str, ...]:
        """The sites whose pages may frame the chat page."""
        return _listed(self.embed_origins)

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.data / 'zhiwen.db'}"

    @property
    def outside_urls(self) -> dict[System, str]:
        """The address of each outside system; empty for the reference server."""
        return {system: getattr(self, f"{system}_url") for system in System}
