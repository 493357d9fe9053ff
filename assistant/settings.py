"""The one typed settings object. Every value can be set by an environment variable ZHIWEN_<NAME>."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


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
    session_hours: float = Field(default=10, gt=0, le=24, description="工作人员登录一次管多少小时")
    log_level: str = Field(default="INFO", description="日志级别")

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.data / 'zhiwen.db'}"
