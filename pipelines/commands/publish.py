"""The command that writes what others may see: publish."""

from pathlib import Path
from typing import Annotated

import typer

from features.errors import UsageError
from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import AsOf, Json, Lang, Quiet, Warehouse

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
    typer.Option("--by", help="审定红黑榜的人 / who approves the red and black list"),
]


def publish(
    cards: Cards = None,
    red_black: RedBlack = None,
    site: Site = None,
    as_of: AsOf = None,
    business: Business = None,
    street: Street = None,
    base_url: BaseUrl = None,
    by: By = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """制作公示内容和内部概况 / write what others may see, and the internal site

    一企一码（餐饮量化等级、健康码、检查结果、公示中的处罚）和红黑榜；风险等级不公开，
    不在其中。--site 另做内部概况网页，不得对外。

    Cards with the catering grade, health code, results of checks and penalties being
    published, and the red and black list: the risk grade is not public and not in
    them. --site writes the internal pages, which are for the office alone.
    """
    from pipelines.public.cards import Shown
    from pipelines.public.publishing import Chosen, publish_cards, publish_red_black

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    if cards is None and red_black is None and site is None:
        message = (
            "say what to write: --cards, --red-black or --site, each with a FOLDER"
        )
        raise UsageError(message)
    shown = Shown(options.day(as_of), lang, base_url)
    made: dict[str, Path | None] = {"cards": cards, "red_black": None}
    written = 0
    if cards is not None:
        with voice.progress("制作公示码", "writing cards") as progress:
            chosen = Chosen(business, street)
            written = len(publish_cards(warehouse, cards, shown, chosen, progress))
        voice.say(
            f"公示码：{cards}（{written} 页）", f"Cards: {cards} ({written} pages)"
        )
    if red_black is not None:
        made["red_black"] = publish_red_black(warehouse, red_black, shown, by)
        state = ("已审定", "approved") if by else ("草稿，未经审定不得公布", "a draft")
        voice.say(
            f"红黑榜：{made['red_black']}（{state[0]}）",
            f"Red and black list: {made['red_black']} ({state[1]})",
        )
    if site is not None:
        from pipelines.site.building import build_site

        with voice.progress("制作概况", "writing the site") as progress:
            files = build_site(warehouse, site, lang, progress)
        made["site"] = site / "index.html"
        voice.say(
            f"内部概况：{made['site']}（{len(files)} 个文件）",
            f"Internal site: {made['site']} ({len(files)} files)",
        )
    voice.facts({"as_of": shown.as_of, "pages": written, **made})
