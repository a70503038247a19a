"""What `shian publish` says while it writes: files, what is overdue, what was taken down."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from features.errors import UsageError
from pipelines.console import Voice
from pipelines.folder import Folder
from pipelines.public.cards import Shown
from pipelines.public.publishing import Chosen, publish_cards, publish_red_black
from pipelines.publication.ledger import By
from pipelines.publication.publishing import Sources, State, publish_due, state_on
from pipelines.settings import TOP_ROWS
from pipelines.site.building import build_site
from pipelines.wording import several

_HEADER = {"zh": ("编号", "原因"), "en": ("item", "why")}
_WHY = {
    "term_over": ("公示期满", "term over"),
    "annulled": ("已撤销", "annulled"),
    "repaired": ("信用修复", "repaired"),
    "removed": ("已移出", "removed from the list"),
    "unknown": ("来源中已无此项", "no longer in the records"),
}


class Desk:
    """One call of the command: where things are, on which day, in whose name."""

    def __init__(
        self, voice: Voice, sources: Sources, shown: Shown, by: str | None
    ) -> None:
        self._voice = voice
        self._sources = sources
        self._shown = shown
        self._by = by
        self.made: dict[str, Any] = {"as_of": shown.as_of}

    def credit(
        self, folder: Path, at: datetime, account: str, *, only_removals: bool
    ) -> None:
        """Publish and take down, or say what would be where nobody has approved it."""
        day = self._shown.as_of
        with self._voice.progress("核对公示", "comparing") as progress:
            progress("facts", 0.1)
            state = state_on(self._sources, day)
        self._say_due(state)
        if self._by is None and not only_removals:
            self._voice.say(
                "以上只是核对，没有公示也没有撤下；审定后加 --by 姓名",
                "Compared only: nothing was published or taken down; approve with --by NAME",
            )
            return
        if self._by is not None and not self._by.strip():
            message = "--by names whoever approves the publication; it is blank"
            told = "--by 要写审定人的姓名，不能为空"
            raise UsageError(message, said=told)
        by = By(self._by or account, at)
        files = publish_due(
            self._sources, state, folder, by, only_removals=only_removals
        )
        self.made["credit"] = files
        self._voice.say(f"信用公示文件：{folder}", f"Files for publication: {folder}")

    def cards(self, folder: Path, chosen: Chosen) -> None:
        """Write cards and sheets."""
        with self._voice.progress("制作公示码", "writing cards") as progress:
            pages = publish_cards(
                self._sources.warehouse, folder, self._shown, chosen, progress
            )
        count = len(pages.written)
        self.made |= {"cards": folder, "pages": count}
        self._voice.say(
            f"公示码：{folder}（{count} 页）",
            f"Cards: {folder} ({several(count, 'page')})",
        )
        self._say_cleared(pages)

    def red_black(self, folder: Path) -> None:
        """Write the red and black list, or its draft."""
        made = publish_red_black(self._sources.warehouse, folder, self._shown, self._by)
        path = made.written[0]
        state = (
            ("已审定", "approved")
            if self._by
            else ("草稿，未经审定不得公布", "a draft, not to be published")
        )
        self.made |= {"red_black": path, "is_draft": self._by is None}
        self._voice.say(
            f"红黑榜：{path}（{state[0]}）", f"Red and black list: {path} ({state[1]})"
        )
        self._say_cleared(made)

    def site(self, folder: Path) -> None:
        """Write the internal site."""
        with self._voice.progress("制作概况", "writing the site") as progress:
            files = build_site(
                self._sources.warehouse, folder, self._shown.lang, progress
            )
        self.made["site"] = folder / "index.html"
        self._voice.say(
            f"内部概况：{folder / 'index.html'}（{len(files.written)} 个文件，不得对外）",
            f"Internal site: {folder / 'index.html'} ({several(len(files.written), 'file')}, for the office)",
        )
        self._say_cleared(files)

    def _say_cleared(self, folder: Folder) -> None:
        """Say what of an earlier run was taken back, and what could not be."""
        self.made["taken_back"] = [*self.made.get("taken_back", ()), *folder.removed]
        self.made["changed_by_others"] = [
            *self.made.get("changed_by_others", ()),
            *folder.left,
        ]
        if folder.removed:
            count = len(folder.removed)
            self._voice.say(
                f"撤下以前写入而现已不应存在的文件 {count} 个",
                f"Taken back: {several(count, 'file')} of earlier runs",
            )
        unknown = folder.strangers()
        if unknown:
            names = "、".join(path.name for path in unknown[:TOP_ROWS])
            self._voice.say(
                f"文件夹中另有 {len(unknown)} 个网页不是本程序登记写入的，未动，请核对是否仍应存在：{names}",
                f"{several(len(unknown), 'page')} in the folder not noted by this program and left; see what may stay: {names}",
            )
        if folder.left:
            names = "、".join(path.name for path in folder.left[:TOP_ROWS])
            self._voice.say(
                f"有 {len(folder.left)} 个文件应撤下，但写入后被人改过，未动，请人工核对后删除：{names}",
                f"{several(len(folder.left), 'file')} to be taken back, changed by somebody since and left; look and delete: {names}",
            )

    def _say_due(self, state: State) -> None:
        day, due = self._shown.as_of, state.due
        overdue = due.overdue(day)
        self.made |= {
            "standing": len(due.standing),
            "to_publish": [
                _wanted(w.item, w.publish_by, w.ends_on) for w in due.publish
            ],
            "overdue": len(overdue),
            "to_take_down": [vars(removal) for removal in due.take_down],
        }
        self._voice.say(
            f"{day}：公示中 {len(due.standing)} 项，待公示 {len(due.publish)} 项"
            f"（已逾期 {len(overdue)} 项），应撤下 {len(due.take_down)} 项",
            f"{day}: {len(due.standing)} public, {len(due.publish)} to publish "
            f"({len(overdue)} overdue), {len(due.take_down)} to take down",
        )
        if due.take_down:
            self._voice.table(
                ("应撤下", "to take down"),
                _HEADER[self._voice.lang],
                [
                    (removal.item, self._voice.pick(*_WHY[removal.why]))
                    for removal in due.take_down[:TOP_ROWS]
                ],
            )


def _wanted(item: str, publish_by: date, ends_on: date) -> dict[str, object]:
    return {"item": item, "publish_by": publish_by, "ends_on": ends_on}
