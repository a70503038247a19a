"""How a rule is cited on a screen: instrument, article, and how sure we are of it."""

import re
from collections.abc import Mapping
from typing import Literal

from models.clauses import Rule, Source

Language = Literal["zh", "en"]

_ARTICLE = re.compile(r"^(\d+)(?:-(\d+))?(?:\((\d+)\))?$")
_DIGITS = "零一二三四五六七八九"

# Marks are part of the citation, so that no screen can show a doubtful article as law.
_CONFIDENCE: Mapping[str, tuple[str, str]] = {
    "found": ("", ""),
    "recalled": ("（条文待核）", " [to be verified]"),
    "uncertain": ("（存疑）", " [uncertain]"),
}
_KIND: Mapping[str, tuple[str, str]] = {
    "law": ("", ""),
    "policy_default": ("（系统默认，非法定）", " [our default, not law]"),
    "benchmark": ("（仅供参考）", " [benchmark]"),
}


def cite(rule: Rule, source: Source, lang: Language = "zh") -> str:
    """Cite a rule with its marks.

    Article 18 is 第十八条, 29(2) is 第二十九条第（二）项, 21-22 is 第二十一条至
    第二十二条; an article that is no number, such as an annex, stands as it is.
    """
    marks = _KIND[rule.kind], _CONFIDENCE[rule.confidence]
    if lang == "zh":
        mark = "".join(zh for zh, _ in marks)
        return f"《{source.zh}》{_article_zh(rule.article)}{mark}"
    mark = "".join(en for _, en in marks)
    return f"{source.en}, {_article_en(rule.article)}{mark}"


def numeral(number: int) -> str:
    """Write a number below 1000 as Chinese articles are numbered.

    10 is 十, 18 is 十八, 29 is 二十九, 105 is 一百零五, 110 is 一百一十.
    """
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones or not number else "")


def article_name(article: str, lang: Language) -> str:
    """Name an article without its instrument: 29(1) is 第二十九条第（一）项."""
    return _article_zh(article) if lang == "zh" else _article_en(article)


def _article_zh(article: str) -> str:
    found = _ARTICLE.match(article)
    if found is None:
        return article
    first, last, item = found.groups()
    text = f"第{numeral(int(first))}条"
    if last:
        text += f"至第{numeral(int(last))}条"
    return text + (f"第（{numeral(int(item))}）项" if item else "")


def _article_en(article: str) -> str:
    found = _ARTICLE.match(article)
    if found is None:
        return article
    return f"{'arts' if found[2] else 'art.'} {article}"
