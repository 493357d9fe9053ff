"""The commands behind ./zhiwen. The launcher has made sure that both environments are there."""

import asyncio
import getpass
import json
import logging
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import httpx
import uvloop

from assistant import terminal
from assistant.errors import BuildError
from assistant.settings import Settings
from assistant.staff.roles import KEEPING, Role

if TYPE_CHECKING:
    from assistant.staff.accounts import Accounts


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """智问：政务服务智能问答。"""


def _settings(**given: object) -> Settings:
    return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


@contextmanager
def _told(kind: type[Exception]) -> Iterator[None]:
    """An expected error ends the program with its own message."""
    try:
        yield
    except kind as error:
        terminal.fail(str(error))


_BY = click.option("--by", default=getpass.getuser, show_default="登录名", help="谁做的")
_DATA = click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="数据目录（默认 ./data）")


@main.command()
@click.option("--host", help="监听的地址（默认 127.0.0.1）")
@click.option("--port", type=click.IntRange(1, 65535), help="监听的端口（默认 8000）")
@_DATA
def run(host: str | None, port: int | None, data: Path | None) -> None:
    """准备好一切并开始服务。"""
    from assistant import serving

    settings = _settings(host=host, port=port, data=data)
    try:
        serving.check_port(settings)
        serving.configure_logging(settings)
        had_torch = "torch" in sys.modules
        model = serving.prepare(settings)
        if "torch" in sys.modules and not had_torch:
            # An encoder was trained: begin anew in this very process, or torch's 300 MB stay for as long as the service runs.
            os.execv(sys.executable, sys.orig_argv)
        terminal.say("正在启动服务和对话引擎…")
        uvloop.run(serving.serve(settings, model))
    except BuildError as error:
        terminal.fail(str(error))
    except KeyboardInterrupt:
        pass
    terminal.say("已停止。")


@main.command()
@click.argument("question")
@_DATA
@click.option("--json", "as_json", is_flag=True, help="输出完整的答复（JSON）")
def ask(question: str, data: Path | None, as_json: bool) -> None:
    """问一句话，例如：./zhiwen ask "身份证丢了要带什么"。已有服务在运行就问它，没有就临时启动一个。"""
    with _service(_settings(data=data)) as url:
        reply = httpx.post(f"{url}/api/v1/chat", json={"text": question, "channel": "cli"}, timeout=30, trust_env=False).json()
    click.echo(json.dumps(reply, ensure_ascii=False, indent=2) if as_json else reply.get("text") or reply.get("detail"))


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--url", help="要评测的服务（默认用正在运行的，没有就临时启动一个）")
@click.option("--failures", type=int, default=0, help="列出多少句没答对的")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="把全部结果写到这个文件（JSON）")
@_DATA
def evaluate(file: Path, url: str | None, failures: int, report: Path | None, data: Path | None) -> None:
    """用一份对话(JSON Lines)给服务打分。"""
    from assistant import evaluation

    try:
        dialogues = evaluation.read_dialogues(file)
        if url is not None:
            runs = asyncio.run(evaluation.run_dialogues(url, dialogues))
        else:
            with _service(_settings(data=data)) as found:
                runs = asyncio.run(evaluation.run_dialogues(found, dialogues))
    except evaluation.EvaluationError as error:
        terminal.fail(str(error))
        return
    summary = evaluation.summarise(runs)
    for name, figure in summary.items():
        click.echo(f"{name:18} {figure['share']:.4f}  ({figure['hits']}/{figure['of']})")
    wrong = [row for rows in runs for row in rows if row["figures"] and not row["figures"]["right"]]
    for row in wrong[:failures]:
        reply = row["reply"]
        got = [(a["subject"], a["facet"]) for a in reply.get("answers", [])] or [o["subject"] for o in reply.get("options", [])]
        click.echo(f"✗ {row['id']} {row['user']}\n    要：{row['expect']}\n    得：{reply.get('outcome')} {got}")
    if report is not None:
        report.write_text(json.dumps({"summary": summary, "dialogues": runs}, ensure_ascii=False, indent=1), "utf-8")


@main.group()
def knowledge() -> None:
    """检查、导入、复核、发布知识。"""
    import jieba

    jieba.setLogLevel(logging.WARNING)


@knowledge.command("check")
def knowledge_check() -> None:
    """检查知识文件；有错误时以 1 结束。"""
    from assistant.build import check_knowledge

    found, problems = check_knowledge(_settings())
    errors = sum(not p.warning for p in problems)
    for problem in sorted(problems, key=lambda p: p.warning):
        click.echo(str(problem))
    click.echo(f"{len(found.items)} 个事项，{len(found.topics)} 个话题：{errors} 处错误，{len(problems) - errors} 处提醒。")
    raise SystemExit(1 if errors else 0)


@knowledge.command("publish")
@click.option("--reason", default="", help="为什么发布（不写就记改了什么）")
@click.option("--accept", is_flag=True, help="试问时有原来对、以后不对的，也发布")
@_BY
@_DATA
def knowledge_publish(data: Path | None, by: str, reason: str, accept: bool) -> None:
    """检查、编译、发布知识；正在运行的服务十来秒内换上新版本，不用重启，也不重新训练。"""
    from assistant import build
    from assistant.gate import try_out

    started = time.perf_counter()
    settings = _settings(data=data)
    with _told(BuildError):
        live = build.build_knowledge(
            settings,
            terminal.say,
            retrain=False,
            by=by,
            reason=reason,
            gate=lambda candidate: try_out(settings, candidate, terminal.say, accept=accept),
        )
    terminal.say(f"第 {live.number} 版已发布，用了 {time.perf_counter() - started:.1f} 秒。")


# The name that it had before there were versions.
knowledge.add_command(knowledge_publish, "build")


@knowledge.command("diff")
@_DATA
def knowledge_diff(data: Path | None) -> None:
    """现在发布会改变什么：材料少了几件，时限短了几天，哪些条目变了。"""
    from assistant import build

    with _told(BuildError):
        found = build.compare_knowledge(_settings(data=data))
    click.echo("\n".join([*found.lines, found.summary + "。"]))


@knowledge.command("test")
@click.argument("question")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@_DATA
def knowledge_test(question: str, as_json: bool, data: Path | None) -> None:
    """试问一句：发布的知识会怎么答，候选和分数，读成了什么，由哪条界线定的。"""
    from assistant.hit_test import hit_test, told
    from assistant.shelf import open_library

    settings = _settings(data=data)
    with _told(BuildError):
        library = open_library(settings)
    found = hit_test(library, question, date.today(), settings.region)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else told(found, library))


@knowledge.command("report")
@click.option("--department", default="", help="只看这个部门的")
@click.option("--due", type=click.IntRange(0), default=60, show_default=True, help="多少天内到期的算该复核")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@_DATA
def knowledge_report(department: str, due: int, as_json: bool, data: Path | None) -> None:
    """按部门、事项、方面看写了多少，哪些该复核，市民问了哪些没答上（遮盖过的话）。"""
    from assistant import report
    from assistant.storage.conversations import Conversations, make_engine
    from assistant.storage.migrate import migrate
    from knowledge.loader import load

    settings = _settings(data=data)
    migrate(settings.database)
    found = report.make_report(
        load(settings.knowledge)[0],
        Conversations(make_engine(settings.database)).latest_turns(report.UNANSWERED, report.LATEST),
        date.today(),
        due,
        department,
    )
    click.echo(found.model_dump_json(indent=2) if as_json else report.told(found))


@knowledge.command("versions")
@_DATA
def knowledge_versions(data: Path | None) -> None:
    """发布过的版本，新的在前：谁、什么时候、为什么。"""
    from assistant import publications

    settings = _settings(data=data)
    for at, version in enumerate(publications.versions(settings)):
        when = version.at.astimezone().strftime("%Y-%m-%d %H:%M") if version.at else ""
        back = f"退回到第 {version.back_to} 版 " if version.back_to else ""
        off = f" 停答：{'、'.join(version.off)}" if version.off else ""
        click.echo(f"{'*' if at == 0 else ' '} {version.number:4} {version.snapshot} {when} {version.by} {back}{version.reason}{off}")


@knowledge.command("rollback")
@click.argument("version", type=int, required=False)
@click.option("--reason", required=True, help="为什么退回")
@_BY
@_DATA
def knowledge_rollback(version: int | None, reason: str, by: str, data: Path | None) -> None:
    """退回到一个发布过的版本（不写就是上一个）；一直有效，到下次 publish 为止。"""
    from assistant import publications

    with _told(BuildError):
        live = publications.rollback(_settings(data=data), version, by, reason)
    terminal.say(f"现在是第 {live.number} 版，内容和第 {live.back_to} 版一样。")


@knowledge.command("off")
@click.argument("what")
@click.option("--reason", required=True, help="为什么停答")
@_BY
@_DATA
def knowledge_off(what: str, reason: str, by: str, data: Path | None) -> None:
    """马上停答一个事项、话题、问答，或一个方面（编号#方面）；问到时说清找谁问。"""
    from assistant import publications

    with _told(BuildError):
        live = publications.switch_off(_settings(data=data), what, by, reason)
    terminal.say(f"第 {live.number} 版：停答 {what}。")


@knowledge.command("on")
@click.argument("what")
@click.option("--reason", required=True, help="为什么恢复")
@_BY
@_DATA
def knowledge_on(what: str, reason: str, by: str, data: Path | None) -> None:
    """恢复停答的。"""
    from assistant import publications

    with _told(BuildError):
        live = publications.switch_on(_settings(data=data), what, by, reason)
    terminal.say(f"第 {live.number} 版：恢复 {what}。")


@knowledge.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--mapping", type=click.Path(path_type=Path, dir_okay=False), help="列名对照文件（默认用 knowledge/import/ 里的）")
@click.option("--department", default="", help="文件里没写部门的，算哪个部门的")
@click.option("--dry-run", is_flag=True, help="只看每一行会怎样，什么都不写")
@click.option("--failures", type=click.Path(path_type=Path, dir_okay=False), help="把没导入的行写到这个文件，改好可以再导入")
@_BY
def knowledge_import(file: Path, mapping: Path | None, department: str, dry_run: bool, failures: Path | None, by: str) -> None:
    """导入答疑手册或办事指南（xlsx、csv、docx、json），写成草稿等人复核。"""
    from assistant.publications import audit
    from knowledge.exchange import importing
    from knowledge.exchange.errors import ExchangeError
    from knowledge.exchange.files import write_table
    from knowledge.exchange.mapping import load_mapping
    from knowledge.exchange.plan import FAILED, Setting, Verdict
    from knowledge.loader import load

    settings = _settings()
    known, _ = load(settings.knowledge)
    with _told(ExchangeError):
        mappings = [load_mapping(mapping)] if mapping else importing.shipped_mappings(settings.knowledge)
        setting = Setting(known, settings.region, date.today(), department)
        plan, draft = importing.import_file(settings.knowledge, file, mappings, setting, by, dry_run=dry_run)
        if failures is not None and any(o.verdict in FAILED for o in plan.outcomes):
            write_table(failures, *plan.failures())
    for flaw in plan.flaws:
        click.echo(f"[{flaw.kind}] {flaw.what}")
    for outcome in plan.outcomes:
        if dry_run or outcome.verdict in FAILED:
            click.echo(str(outcome))
    click.echo("，".join(f"{verdict} {plan.count(verdict)} 行" for verdict in Verdict) + "。")
    if draft is not None:
        audit(settings, "import", by, f"{file.name} → {draft.name}", "")
        click.echo(f"写成草稿 {draft}，还没有生效。请另一个人看过后运行：./zhiwen knowledge review {draft.stem}")


@knowledge.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--department", default="", help="只导出这个部门的")
@click.option("--guides", is_flag=True, help="导出办事指南（xlsx、csv、json），不写就导出答疑手册")
def knowledge_export(file: Path, department: str, guides: bool) -> None:
    """把答疑手册或办事指南导出成 xlsx、csv、docx 或 json（看文件名），改好可以再导入。"""
    from knowledge.exchange import importing
    from knowledge.exchange.errors import ExchangeError
    from knowledge.exchange.mapping import GuideMapping, ManualMapping
    from knowledge.loader import load

    settings = _settings()
    with _told(ExchangeError):
        known, mappings = load(settings.knowledge)[0], importing.shipped_mappings(settings.knowledge)
        if guides:
            guide_mapping = next(m for m in mappings if isinstance(m, GuideMapping))
            count = importing.export_guides(file, known, guide_mapping, department)
        else:
            manual_mapping = next(m for m in mappings if isinstance(m, ManualMapping))
            count = importing.export_manual(file, known, manual_mapping, department)
    click.echo(f"导出了 {count} 条，在 {file}。")


@knowledge.command("review")
@click.argument("draft", default="")
@click.option("--department", default="", help="复核人的部门")
@click.option("--reason", default="同意", help="意见")
@_BY
def knowledge_review(draft: str, department: str, reason: str, by: str) -> None:
    """复核一份草稿，放进知识；不写名字就列出等着复核的。复核人不能是导入的人，部门要对得上。"""
    from assistant.publications import audit
    from knowledge.exchange.drafts import Review, accept_draft, load_drafts
    from knowledge.exchange.errors import ExchangeError
    from knowledge.loader import load

    settings = _settings()
    with _told(ExchangeError):
        if not draft:
            for name, waiting in load_drafts(settings.knowledge).items():
                owners = "、".join(sorted(waiting.departments))
                click.echo(f"{name}：{len(waiting.records)} 条，{owners}，{waiting.imported_by} {waiting.imported_on} 导入")
            return
        review = Review(by, department, date.today())
        ids = accept_draft(settings.knowledge, load(settings.knowledge)[0], draft, review)
    audit(settings, "review", by, f"{draft}: {'、'.join(ids)}", reason)
    click.echo(f"复核通过 {len(ids)} 条。要生效请运行：./zhiwen knowledge publish")


@knowledge.command("calibrate")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--accept", is_flag=True, help="拟合以后差了也要")
@_DATA
def knowledge_calibrate(files: tuple[Path, ...], accept: bool, data: Path | None) -> None:
    """按现在的问法和编码器重新拟合排序和把握，说清前后的差别（要几分钟）。不写文件就用开发集比。"""
    from assistant.calibration import calibrate

    with _told(BuildError):
        calibrate(_settings(data=data), files, terminal.say, accept=accept)


@main.command()
@click.option("--week", is_flag=True, help="上一个整周（星期一到星期日）")
@click.option("--first", type=click.DateTime(["%Y-%m-%d"]), help="第一天，如 2026-11-01")
@click.option("--last", type=click.DateTime(["%Y-%m-%d"]), help="最后一天")
@click.option("--department", default="", help="只看这个部门的")
@click.option("--channel", default="", help="只看这个渠道的：web、miniprogram、wechat、clerk")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=".", help="写到哪个目录（默认这里）")
@click.option("--format", "formats", type=click.Choice(["xlsx", "docx", "pdf", "html"]), multiple=True, help="写成什么（默认前三样都写）")
@_DATA
def report(
    week: bool,
    first: datetime | None,
    last: datetime | None,
    department: str,
    channel: str,
    out: Path,
    formats: tuple[str, ...],
    data: Path | None,
) -> None:
    """咨询情况的报表：量、结果、热点、涨幅、没答上的、满意度、转人工和等待，带图。每周一份：./zhiwen report --week。"""
    from assistant.console.gaps import Gaps
    from assistant.shelf import open_library
    from assistant.statistics.figures import Scope, Statistics, week_before
    from assistant.statistics.papers import Format, title, write
    from assistant.storage.conversations import make_engine
    from assistant.storage.migrate import migrate

    if week == (first is not None and last is not None):
        terminal.fail("请写 --week，或者写 --first 和 --last。")
    period = week_before(date.today()) if first is None or last is None else Scope(first.date(), last.date())
    if period.first > period.last:
        terminal.fail("最后一天要在第一天以后。")
    scope = replace(period, department=department, channel=channel)
    settings = _settings(data=data)
    migrate(settings.database)
    engine = make_engine(settings.database)
    with _told(BuildError):
        figures = Statistics(engine, Gaps(engine)).figures(scope, open_library(settings))
        out.mkdir(parents=True, exist_ok=True)
        for wanted in formats or ("xlsx", "docx", "pdf"):
            path = out / f"{title(scope)}.{wanted}"
            path.write_bytes(write(figures, Format(wanted)))
            terminal.say(str(path))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--questions", type=click.Path(path_type=Path, dir_okay=False), help="用来比准确率的对话文件")
@click.option("--epochs", type=click.IntRange(1, 1000), default=100, show_default=True, help="普通机器人训练多少轮")
@_DATA
def bench(as_json: bool, questions: Path | None, epochs: int, data: Path | None) -> None:
    """和一个普通的 Rasa FAQ 机器人比速度、内存、训练时间和准确率（要半小时以上）。"""
    from benchmarks import versus_stock_rasa

    say = (lambda _line: None) if as_json else terminal.say
    try:
        result = versus_stock_rasa.compare(_settings(data=data), questions, say, epochs)
    except BuildError as error:
        terminal.fail(str(error))
        return
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if as_json else versus_stock_rasa.table(result))


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/nightly"), show_default=True, help="报告写到哪里"
)
@_DATA
def nightly(files: tuple[Path, ...], out: Path, data: Path | None) -> None:
    """另起一个服务，问完全部对话，量快慢和内存，写一份带图的报告（report.html 和 report.json）。不写文件就问开发集。"""
    import jieba

    from benchmarks.nightly.run import nightly as measure

    jieba.setLogLevel(logging.WARNING)
    with _told(BuildError):
        report = measure(_settings(data=data), files, out, terminal.say)
    missed = [figure["title"] for figure in report["contract"] if not figure["met"]]
    terminal.say(f"{len(report['contract'])} 项里 {len(missed)} 项没够目标。{'；'.join(missed)}")
    terminal.say(f"报告在 {out / 'report.html'}")


@main.command()
@click.option("--kills", type=click.IntRange(1, 10_000), default=200, show_default=True, help="一共杀多少次")
@click.option("--seed", type=int, default=1, show_default=True, help="随机数的种子")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="专用的数据目录（默认 ./data/chaos，原来的会清掉）")
@click.option("--builds", type=click.Path(path_type=Path, file_okay=False), help="从哪个数据目录借用训练好的模型（默认 ./data）")
def chaos(kills: int, seed: int, data: Path | None, builds: Path | None) -> None:
    """随机 kill -9 服务、Rasa 和参考服务，同时有人在问、在投诉、在找人工；看有没有丢的、重的、乱的。有就以 1 结束。"""
    import jieba

    from benchmarks.chaos.run import chaos as play

    jieba.setLogLevel(logging.WARNING)
    usual = builds or _settings().data
    with _told(BuildError):
        result = play(data or usual / "chaos", kills, seed, usual, lambda line: click.echo(line, err=True))
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    raise SystemExit(1 if result["violations"] else 0)


@main.group()
def outside() -> None:
    """外部系统：写出智问对它们的要求。"""


@outside.command("describe")
def outside_describe() -> None:
    """按参考服务重写 docs/outside/*.json（OpenAPI），给要接自己系统的地方看。"""
    from assistant.settings import ROOT
    from outside.models import System
    from outside.reference.app import describe

    for system in System:
        file = ROOT / "docs" / "outside" / f"{system}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(describe(system), ensure_ascii=False, indent=2) + "\n", "utf-8")
        terminal.say(str(file))


@main.group()
def wechat() -> None:
    """微信公众号。"""


@wechat.command("menu")
def wechat_menu() -> None:
    """把菜单（能问什么、查件评价、人工服务）放到公众号底部；改了要等几分钟才看得到。"""
    from assistant.wechat.api import WeChatAway, WeChatRefused
    from assistant.wechat.wiring import open_api
    from assistant.wechat.words import MENU

    api = open_api(_settings())
    if api is None:
        terminal.fail("要先设 ZHIWEN_WECHAT_APP_ID 和 ZHIWEN_WECHAT_SECRET。")
        return
    try:
        asyncio.run(api.make_menu(MENU))
    except WeChatRefused as error:
        terminal.fail(f"微信没有收：错误码 {error.code}。40164 是这台机器的地址不在公众号的 IP 白名单里，48001 是公众号没有认证。")
    except WeChatAway as error:
        terminal.fail(f"微信连不上（{error}），请看看这台机器能不能访问 ZHIWEN_WECHAT_URL。")
    terminal.say("菜单放好了。")


@main.group()
def staff() -> None:
    """工作人员的账号：增加、列出、改口令、停用。"""


@contextmanager
def _accounts(data: Path | None) -> Iterator["Accounts"]:
    """The accounts of a data directory; what cannot be done ends the program with the reason."""
    from assistant.staff.accounts import Accounts, StaffError
    from assistant.storage.conversations import make_engine
    from assistant.storage.migrate import migrate

    settings = _settings(data=data)
    migrate(settings.database)
    with _told(StaffError):
        yield Accounts(make_engine(settings.database))


_GENERATE = click.option("--generate", is_flag=True, help="随机起一个口令，显示一次（不写就在终端里输入）")


def _password(generate: bool) -> tuple[str, str]:
    """A password, and what is said of it once it is set."""
    if not generate:
        return str(click.prompt("口令（至少10个字符，输入时不显示）", hide_input=True, confirmation_prompt="再输一次")), ""
    password = secrets.token_urlsafe(12)
    return password, f"口令是 {password}（只显示这一次）。"


@staff.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="agent", show_default=True, help="角色")
@click.option("--department", default="", help="部门，要和事项目录里的写法一样；不写是总台，接所有没指定部门的")
@click.option("--title", default="", help="市民看到的称呼，例如“小李”（不写就用登录名）")
@_GENERATE
@_BY
@_DATA
def staff_add(name: str, role: str, department: str, title: str, generate: bool, by: str, data: Path | None) -> None:
    """增加一个账号。"""
    with _accounts(data) as accounts:
        password, told = _password(generate)
        accounts.add(name, title, Role(role), department, password, by)
    page = "/console" if Role(role) in KEEPING else "/desk"
    terminal.say(f"账号 {name} 可以登录了，网址是服务的 {page}。{told}")


@staff.command("list")
@_DATA
def staff_list(data: Path | None) -> None:
    """列出账号。"""
    from assistant.staff.roles import ROLE_TITLES

    with _accounts(data) as accounts:
        for row in accounts.all():
            state = "" if row.active else " 已停用"
            click.echo(f"{row.name:20} {ROLE_TITLES[Role(row.role)]:8} {row.department or '总台':16} {row.title}{state}")


@staff.command("password")
@click.argument("name")
@_GENERATE
@_BY
@_DATA
def staff_password(name: str, generate: bool, by: str, data: Path | None) -> None:
    """换口令，解锁，并让原来的登录都失效。"""
    with _accounts(data) as accounts:
        password, told = _password(generate)
        accounts.set_password(name, password, by)
    terminal.say(f"{name} 的口令换好了。{told}")


@staff.command("disable")
@click.argument("name")
@_BY
@_DATA
def staff_disable(name: str, by: str, data: Path | None) -> None:
    """停用一个账号，马上退出登录；账号本身留着，因为记录里有它。"""
    with _accounts(data) as accounts:
        accounts.set_active(name, False, by)
    terminal.say(f"{name} 停用了。")


@staff.command("enable")
@click.argument("name")
@_BY
@_DATA
def staff_enable(name: str, by: str, data: Path | None) -> None:
    """恢复一个停用的账号。"""
    with _accounts(data) as accounts:
        accounts.set_active(name, True, by)
    terminal.say(f"{name} 可以登录了。")


def _service(settings: Settings) -> AbstractContextManager[str]:
    """The running service, or one for the length of a block."""
    from assistant import serving

    found = serving.running_url(settings)
    if found is not None:
        return nullcontext(found)
    serving.configure_logging(settings)
    with _told(BuildError):
        return serving.temporary_service(settings, serving.prepare(settings))


if __name__ == "__main__":
    main()
