"""The command that writes what others may see, and the internal site: publish."""

from pathlib import Path
from typing import Annotated

import typer

from features.errors import UsageError
from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import AsOf, Json, Lang, Quiet, Register, Warehouse

Credit = Annotated[
    Path | None,
    typer.Option(
        "--credit",
        help="信用公示文件夹：行政处罚双公示、严重违法失信名单、撤下清单、告知单 / folder "
        "for published penalties, the serious list, what is taken down, and notices",
    ),
]
OnlyDue = Annotated[
    bool,
    typer.Option(
        "--due",
        help="日常任务：只撤下到期、撤销、修复的，并列出应公示而未公示的 / the daily job: "
        "take down what is over, annulled or repaired, and list what is overdue",
    ),
]
Published = Annotated[
    Path, typer.Option("--published", help="公示台账文件 / ledger of publications")
]
Cards = Annotated[
    Path | None,
    typer.Option(
        "--cards",
        help="公示码文件夹：一企一码页面和各街道公示栏 / folder for a card per business "
        "and a sheet per street",
    ),
]
RedBlack = Annotated[
    Path | None,
    typer.Option(
        "--red-black",
        help="红黑榜文件夹；不写 --by 即为草稿 / folder for the red and black list; a "
        "draft without --by",
    ),
]
Site = Annotated[
    Path | None,
    typer.Option(
        "--site",
        help="内部概况网页文件夹，数字都可点到明细 / folder for the internal site, in "
        "which every number leads to its rows",
    ),
]
Business = Annotated[
    str | None,
    typer.Option("--business", help="只做这一家 / only this business number"),
]
Street = Annotated[
    str | None,
    typer.Option("--street", help="只做这个街道 / only this street, name or code"),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        "--base-url",
        help="公示码文件夹将来的网址；不写则码中直接写事实 / where the cards will be "
        "reachable; without it a code holds the facts themselves",
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        help="审定公示的人 / who approves what is published",
    ),
]


_NOTHING = "say what to write: --credit, --cards, --red-black or --site, each with a FOLDER, or --due"
_NOTHING_ZH = (
    "请写明要做什么：--credit、--cards、--red-black 或 --site，各跟一个文件夹，或 --due"
)


def publish(
    credit: Credit = None,
    due: OnlyDue = False,
    cards: Cards = None,
    red_black: RedBlack = None,
    site: Site = None,
    as_of: AsOf = None,
    business: Business = None,
    street: Street = None,
    base_url: BaseUrl = None,
    by: By = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    register: Register = settings.REGISTER,
    published: Published = settings.PUBLISHED,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """制作公示内容和内部概况 / write what others may see, and the internal site

    信用公示（--credit、--due）、一企一码（--cards）和红黑榜（--red-black）；风险等级不
    公开，不在其中。--site 另做内部概况网页，不得对外。

    Penalties and listings, cards with the catering grade and health code, and the red
    and black list: the risk grade is not public and not in them. --site writes the
    internal pages, which are for the office alone.
    """
    from pipelines.public.cards import Shown
    from pipelines.public.publishing import Chosen
    from pipelines.publication.publishing import Sources
    from pipelines.screens.publish import Desk

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    if due and credit is None:
        credit = settings.CREDIT
    if not any((credit, cards, red_black, site)):
        raise UsageError(_NOTHING, said=_NOTHING_ZH)
    sources = Sources(warehouse, register, published)
    desk = Desk(voice, sources, Shown(options.day(as_of), lang, base_url), by)
    if credit is not None:
        desk.credit(credit, options.now(), options.account(), only_removals=due)
    if cards is not None:
        desk.cards(cards, Chosen(business, street))
    if red_black is not None:
        desk.red_black(red_black)
    if site is not None:
        desk.site(site)
    voice.facts(desk.made)
