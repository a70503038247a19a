"""Commands about the model: train, backtest."""

from typing import TYPE_CHECKING

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import AsOf, Json, Lang, Quiet, Store, Warehouse
from pipelines.console import Voice

if TYPE_CHECKING:
    from pipelines.train import TrainReport


def train(
    as_of: AsOf = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    cluster: options.Cluster = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """训练模型 / train the risk model

    只用截止日前已记录的检查结果，登记为候选模型，用 shian promote 启用。在集群上训练的
    模型单调约束不变，但不能逐字节重现。

    Learns from results recorded before the day, and makes the model the challenger, for
    shian promote to bring into use. Grown on a cluster it keeps every monotone
    direction, but cannot be repeated to the byte.
    """
    from pipelines.train import train as run

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("训练", "training") as progress:
        report = run(
            warehouse,
            as_of=options.day(as_of),
            store=store,
            grower=options.grower(cluster),
            progress=progress,
        )
    voice.facts(report.as_dict())
    voice.table(
        ("训练完成", "Trained"),
        (voice.pick("项目", "what"), voice.pick("值", "value")),
        [
            (voice.pick("模型版本", "model version"), report.model_version),
            (voice.pick("数据截止日", "as of"), report.as_of.isoformat()),
            (voice.pick("检查次数", "visits"), f"{report.visits:,}"),
            (voice.pick("严重不合格比例", "serious"), f"{report.serious_share:.1%}"),
            (voice.pick("经营者数", "businesses"), f"{report.businesses:,}"),
            (voice.pick("企业信用评分卡", "scorecard"), _scorecard(voice, report)),
            (voice.pick("训练方式", "grown by"), _grown_by(voice, report)),
            (voice.pick("规则版本", "law version"), report.law_version),
            (voice.pick("数据指纹", "data fingerprint"), report.data_fingerprint),
        ],
    )
    _say_next(voice, report, f"--warehouse {warehouse} --store {store}")


def _say_next(voice: Voice, report: "TrainReport", where: str) -> None:
    voice.say(
        f"已登记为候选模型。下一步：shian promote --by 姓名 --reason 理由 {where}\n"
        f"首次启用之前，shian score --as-of {report.as_of} {where} 以候选模型试评",
        f"Kept as the challenger. Next: shian promote --by NAME --reason WHY {where}\n"
        f"Until a first model is promoted, shian score --as-of {report.as_of} {where} "
        "grades by the challenger, on trial",
    )


def _grown_by(voice: Voice, report: "TrainReport") -> str:
    """Say how the model was grown; one process is the rule."""
    is_usual = report.grown_by == type(report).grown_by
    lone = voice.pick("单进程，可逐字节重现", "one process, the same bytes again")
    return lone if is_usual else report.grown_by


def _scorecard(voice: Voice, report: "TrainReport") -> str:
    """Name the scorecard, or say why there is none."""
    cases = f"{report.scorecard_cases:,}"
    lacking = f"未建：企业年样本{cases}个，样本不足或信用规则尚未施行"
    if not report.scorecard_version:
        return voice.pick(lacking, report.scorecard_note)
    zh, en = f"树桩卡{report.stumps_version}为挑战者", "challenged by stumps"
    beside = voice.pick(zh, f"{en} {report.stumps_version}")
    return f"{report.scorecard_version} ({beside})"


def backtest(
    start: options.From,
    end: options.To,
    window: options.Window = "2mo",
    warehouse: Warehouse = settings.WAREHOUSE,
    out: options.Metrics = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """回溯检验 / does the model work

    每个过去的窗口只用其开始前已记录的事实，与各种简单排序并列，附95%区间。

    Predicts every past window from what was recorded before it began, beside naive
    rankers, with 95% intervals.
    """
    from pipelines.backtest import backtest as run
    from pipelines.screens.grades import show_backtest

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("回溯检验", "backtest") as progress:
        report = run(
            warehouse,
            start=options.day(start, "--from"),
            end=options.day(end, "--to"),
            window=window,
            progress=progress,
        )
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        report.overall.write_parquet(out / "overall.parquet")
        report.windows.write_parquet(out / "windows.parquet")
    voice.facts(report.as_dict())
    show_backtest(voice, report)
