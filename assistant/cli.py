"""The commands behind ./zhiwen. The launcher has made sure that both environments are there."""

import asyncio
import json
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click
import httpx

from assistant.errors import BuildError
from assistant.settings import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """智问：政务服务智能问答。"""


def _settings(**given: object) -> Settings:
    return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


_DATA = click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="数据目录（默认 ./data)")


@main.command()
@click.option("--host", help="监听的地址（默认 127.0.0.1)")
@click.option("--port", type=click.IntRange(1, 65535), help="监听的端口（默认 8000)")
@_DATA
def run(host: str | None, port: int | None, data: Path | None) -> None:
    """准备好一切并开始服务。"""
    from assistant import serving

    settings = _settings(host=host, port=port, data=data)
    try:
        serving.check_port(settings)
        serving.configure_logging(settings)
        model = serving.prepare(settings)
        serving.say("正在启动服务和对话引擎…")
        asyncio.run(serving.serve(settings, model))
    except BuildError as error:
        serving.fail(str(error))
    except KeyboardInterrupt:
        pass
    serving.say("已停止。")


@main.command()
@click.argument("question")
@_DATA
@click.option("--json", "as_json", is_flag=True, help="输出完整的答复（JSON)")
def ask(question: str, data: Path | None, as_json: bool) -> None:
    """问一句话，例如：./zhiwen ask "身份证丢了要带什么"。已有服务在运行就问它，没有就临时启动一个。"""
    with _service(_settings(data=data)) as url:
        reply = httpx.post(f"{url}/api/v1/chat", json={"text": question, "channel": "cli"}, timeout=30, trust_env=False).json()
    click.echo(json.dumps(reply, ensure_ascii=False, indent=2) if as_json else reply.get("text") or reply.get("detail"))


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--url", help="要评测的服务（默认用正在运行的，没有就临时启动一个）")
@click.option("--failures", type=int, default=0, help="列出多少句没答对的")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="把全部结果写到这个文件（JSON)")
@_DATA
def evaluate(file: Path, url: str | None, failures: int, report: Path | None, data: Path | None) -> None:
    """用一份对话(JSON Lines)给服务打分。"""
    from assistant import evaluation, serving

    try:
        dialogues = evaluation.read_dialogues(file)
        if url is not None:
            runs = asyncio.run(evaluation.run_dialogues(url, dialogues))
        else:
            with _service(_settings(data=data)) as found:
                runs = asyncio.run(evaluation.run_dialogues(found, dialogues))
    except evaluation.EvaluationError as error:
        serving.fail(str(error))
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
    """检查、编译知识。"""


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


@knowledge.command("build")
@_DATA
def knowledge_build(data: Path | None) -> None:
    """检查并编译知识；正在运行的服务十来秒内换上新版本，不用重启，也不重新训练。"""
    from assistant import build, serving

    started = time.perf_counter()
    try:
        build.build_knowledge(_settings(data=data), serving.say, retrain=False)
    except BuildError as error:
        serving.fail(str(error))
    serving.say(f"已发布，用了 {time.perf_counter() - started:.1f} 秒。")


@knowledge.command("calibrate")
def knowledge_calibrate() -> None:
    """重新拟合排序权重和置信度，写入 assistant/answering/calibration.json（要几分钟）。"""
    from assistant import calibration, serving

    calibration.refit(_settings(), serving.say)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--questions", type=click.Path(path_type=Path, dir_okay=False), help="用来比准确率的对话文件")
@click.option("--epochs", type=click.IntRange(1, 1000), default=100, show_default=True, help="普通机器人训练多少轮")
@_DATA
def bench(as_json: bool, questions: Path | None, epochs: int, data: Path | None) -> None:
    """和一个普通的 Rasa FAQ 机器人比速度、内存、训练时间和准确率（要半小时以上）。"""
    from assistant import serving
    from benchmarks import versus_stock_rasa

    say = (lambda _line: None) if as_json else serving.say
    try:
        result = versus_stock_rasa.compare(_settings(data=data), questions, say, epochs)
    except BuildError as error:
        serving.fail(str(error))
        return
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if as_json else versus_stock_rasa.table(result))


def _service(settings: Settings) -> AbstractContextManager[str]:
    """The running service, or one for the length of a block."""
    from assistant import serving

    found = serving.running_url(settings)
    if found is not None:
        return nullcontext(found)
    serving.configure_logging(settings)
    try:
        return serving.temporary_service(settings, serving.prepare(settings))
    except BuildError as error:
        serving.fail(str(error))


if __name__ == "__main__":
    main()
