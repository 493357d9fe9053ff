"""The one typed settings object. Every value can be set by an environment variable ZHIWEN_<NAME>."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.people.duty import parse_hours
from assistant.staff.oidc import is_safe
from outside.models import System

ROOT = Path(__file__).resolve().parent.parent

_ADDRESS = r"^(https?://\S+)?$"


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

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.data / 'zhiwen.db'}"

    @property
    def outside_urls(self) -> dict[System, str]:
        """The address of each outside system; empty for the reference server."""
        return {system: getattr(self, f"{system}_url") for system in System}
