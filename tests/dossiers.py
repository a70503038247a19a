"""An explanation of a candidate cut down to one row of each kind, for dossiers."""

from datetime import date
from typing import Any

from tests.register_requests import RULES

DAY = date(2026, 3, 9)
# What today's explanation of a candidate holds, cut down to one row of each.
SEEN: dict[str, Any] = {
    "as_of": "2026-03-09",
    "business_id": "b",
    "who": {"name": "老王<烧烤>", "usci": "9133", "legal_form": "individual"},
    "risk_grade": "D",
    "total_points": 61.0,
    "probability": 0.31,
    "probability_lower": 0.2,
    "probability_upper": 0.4,
    "shap": {"base": -2.0, "serious_3y": 1.2, "visits_1y": -0.01, "gone_feature": 0.3},
    "reasons": [["一年内严重不合格2次", "two serious findings within a year"]],
    "parts": [
        {
            "zh": "面积",
            "en": "area",
            "points": 2.0,
            "article": "附件1",
            "article_en": "1",
        }
    ],
    "evidence": [
        {
            "penalty_id": "p-b",
            "trigger": "F5-2",
            "document_no": "罚〔2026〕1号",
            "decided_on": "2026-02-10",
            "kinds": "fine+confiscation",
            "discretion_grade": "heavier",
            "law_article": "fsl:123+fsl_reg:68",
            "fine_yuan": 50000.0,
        }
    ],
    "excluded": [],
    "gravity": [
        {
            "zh": "货值",
            "en": "value",
            "article": "第六十七条",
            "article_en": "art. 67",
            "evidence_id": "p-b",
            "happened_on": "2026-02-10",
        }
    ],
    "doubts": [{"kind": "few_data", "zh": "只检查过1次", "en": "one visit only"}],
    "events": [
        {
            "day": "2026-02-10",
            "kind": "penalty",
            "zh": "行政处罚：添加药品",
            "en": "penalty: drugs added",
            "is_bad": True,
            "row": "p-b",
            "recorded_on": "2026-02-11",
        }
    ],
    "similar": {
        "zh": "最相似的 2 次检查中，1 次发现严重不合格。",
        "en": "Of the 2 visits most alike, 1 found something serious.",
        "nearest": [
            {
                "day": "2025-05-06",
                "street": None,
                "zh": "餐饮",
                "en": "catering",
                "found_zh": "立案调查",
                "found_en": "investigated",
                "inspection_id": "i9",
                "is_serious": True,
            }
        ],
    },
    "scenarios": [
        {
            "zh": "不再犯",
            "en": "no more",
            "on": "2027-03-09",
            "probability": 0.1,
            "total_points": 30.0,
            "risk_grade": "A",
        }
    ],
    "model_version": "risk-1",
    "law_version": RULES.version,
    "data_fingerprint": "f" * 16,
}
