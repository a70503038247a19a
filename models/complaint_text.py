"""What a complaint is about, told from its text by a small model that runs anywhere.

Naive Bayes over pairs and triples of characters, learned from texts with a category on
record, and from a few words for each class that an officer would name: what people write
is not what the records of one office happen to hold. Kept as JSON; nothing else is needed
to use it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import polars as pl

from features.errors import ModelError

# Words of each class; each counts as so many texts that hold it, so that records which
# say it otherwise outweigh them in time.
WORDS: Mapping[str, Sequence[str]] = {
    "illness": (
        *(
            "拉肚子",
            "腹泻",
            "呕吐",
            "上吐下泻",
            "恶心",
            "肚子痛",
            "肚子疼",
            "腹痛",
            "发烧",
        ),
        *(
            "食物中毒",
            "急诊",
            "送医",
            "医院",
            "挂水",
            "过敏",
            "不舒服",
            "肠胃炎",
            "头晕",
        ),
    ),
    "spoiled": (
        *(
            "变质",
            "馊",
            "发霉",
            "霉",
            "异味",
            "发臭",
            "臭味",
            "发酸",
            "酸味",
            "腐烂",
            "烂",
        ),
        *("不新鲜", "发黏", "哈喇", "变味", "坏了", "怪味", "长毛"),
    ),
    "foreign_matter": (
        *(
            "头发",
            "异物",
            "塑料",
            "钢丝",
            "石子",
            "玻璃",
            "虫子",
            "小飞虫",
            "蛆",
            "金属",
        ),
        *("吃到", "喝出", "吃出", "铁丝", "创可贴", "指甲", "菜里有", "汤里有"),
    ),
    "expired": (
        *(
            "过期",
            "保质期",
            "改标签",
            "换了标签",
            "隔夜",
            "超期",
            "到期",
            "临期",
            "改日期",
        ),
        *("涂改生产日期", "过了期"),
    ),
    "hygiene": (
        *(
            "卫生差",
            "脏",
            "油污",
            "不戴口罩",
            "不戴手套",
            "不戴帽子",
            "没洗干净",
            "抹布",
        ),
        *("积水", "苍蝇拍", "没有消毒", "环境差", "地面", "餐具", "没有加盖", "垃圾桶"),
    ),
    "pests": (
        *("老鼠", "蟑螂", "苍蝇", "鼠", "蚂蚁", "老鼠屎", "飞蛾", "爬过", "看到老鼠"),
        *("看到蟑螂", "虫害", "乱飞"),
    ),
    "licence": (
        *(
            "无证",
            "许可证",
            "营业执照",
            "证照",
            "没有证",
            "健康证",
            "无照",
            "资质",
            "备案",
        ),
    ),
    "label": (
        *(
            "标签",
            "生产日期",
            "没有标",
            "配料",
            "过敏提示",
            "中文标签",
            "三无",
            "没有日期",
        ),
        *("营养成分", "虚假标注", "产地", "标识"),
    ),
    "price": (
        *(
            "价格",
            "多收",
            "乱收费",
            "收费",
            "缺斤少两",
            "餐位费",
            "结账",
            "标价",
            "涨价",
        ),
        *("称重", "短斤", "宰客", "扣款", "优惠", "券"),
    ),
    "service": (
        *("态度", "服务员", "退款", "退单", "发票", "道歉", "上菜慢", "骂人", "不理人"),
        *("充值卡", "会员卡", "排队", "预约", "送错", "漏送"),
    ),
    "other": (
        "油烟",
        "噪音",
        "扰民",
        "占道",
        "堆放",
        "人行道",
        "停车",
        "燃气",
        "广告牌",
    ),
}
_WORD_TEXTS = 6
# A pair that was never seen in a class is not impossible there.
_SMOOTHING = 0.2
_LONGEST, _SHORTEST = 3, 2
# A pair in fewer texts says more of one business's name than of what happened.
_LEAST_TEXTS = 3
FORMAT = "shian-complaint-text/1"


@dataclass(frozen=True)
class TextModel:
    """Log-odds of each piece of text for each class."""

    classes: tuple[str, ...]
    prior: tuple[float, ...]
    pieces: Mapping[str, tuple[float, ...]]

    def category(self, text: str) -> str | None:
        """Tell what a text is about; None where it holds nothing that was ever seen."""
        known = [self.pieces[p] for p in pieces_of(text) if p in self.pieces]
        if not known:
            return None
        score = [sum(column) for column in zip(self.prior, *known, strict=True)]
        return self.classes[score.index(max(score))]

    def categories(self, complaints: pl.DataFrame) -> pl.Series:
        """Tell each complaint's class by its text, else by the category it came with."""
        told = {t: self.category(t) for t in complaints["text"].drop_nulls().unique()}
        said = [told.get(text) if text else None for text in complaints["text"]]
        found = pl.Series("category", said, dtype=pl.String)
        return found.fill_null(complaints["category"]) if len(found) else found

    def as_json(self) -> str:
        """Write the model, the same text for the same model."""
        content = {
            "format": FORMAT,
            "classes": self.classes,
            "prior": self.prior,
            "pieces": self.pieces,
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "TextModel":
        """Read a model.

        Raises:
            ModelError: it is none.
        """
        try:
            content = json.loads(text)
            if content["format"] != FORMAT:
                raise KeyError(content["format"])
            pieces = {p: tuple(odds) for p, odds in content["pieces"].items()}
            return cls(tuple(content["classes"]), tuple(content["prior"]), pieces)
        except (ValueError, KeyError, TypeError) as error:
            message = f"this is no text model of {FORMAT}; make one with: shian alerts"
            raise ModelError(message) from error


def train(texts: pl.DataFrame) -> TextModel:
    """Learn from texts and their categories, and from the words of each class."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in WORDS}
    seen: Counter[str] = Counter(dict.fromkeys(WORDS, 1))
    for text, category in texts.select("text", "category").iter_rows():
        if text and category in counted:
            counted[category].update(set(pieces_of(text)))
            seen[category] += 1
    common = _common(counted.values())
    for name, words in WORDS.items():
        for word in words:
            counted[name].update(dict.fromkeys(pieces_of(word), _WORD_TEXTS))
            common.update(pieces_of(word))
    # All classes are as likely before a word was read: what an office recorded most must
    # not decide what an unusual text is about.
    return TextModel(
        classes=tuple(WORDS),
        prior=tuple(0.0 for _ in WORDS),
        pieces={
            piece: tuple(_odds(counted[name][piece], seen[name]) for name in WORDS)
            for piece in sorted(common)
        },
    )


def _common(counted: Iterable[Counter[str]]) -> set[str]:
    total: Counter[str] = Counter()
    for one in counted:
        total.update(one)
    return {piece for piece, count in total.items() if count >= _LEAST_TEXTS}


def _odds(count: int, texts: int) -> float:
    return round(log((count + _SMOOTHING) / (texts + 2 * _SMOOTHING + _WORD_TEXTS)), 4)


def pieces_of(text: str) -> set[str]:
    """Cut a text into its pairs and triples of characters; one character stands alone."""
    if len(text) < _SHORTEST:
        return {text} if text else set()
    return {
        text[at : at + size]
        for size in range(_SHORTEST, _LONGEST + 1)
        for at in range(len(text) - size + 1)
    }
