"""The words of the public pages, Chinese and English."""

from collections.abc import Mapping

Both = tuple[str, str]

LEVELS: Mapping[str, Both] = {
    "excellent": ("优秀", "excellent"),
    "good": ("良好", "good"),
    "fair": ("一般", "fair"),
}
WITHOUT: Mapping[str, Both] = {
    "incident": (
        "发生食品安全事故后未满规定期限，暂不评级",
        "no grade for a time after a food safety accident",
    ),
    "penalty": (
        "受到行政处罚后未满规定期限，暂不评级",
        "no grade for a time after a penalty",
    ),
    "new": ("新开办，暂不评级", "new, not graded yet"),
    "key_items": ("关键项不合格，整改中", "key items failed, to be corrected"),
    "low_score": ("未达到评级分数，整改中", "below the lowest score, to be corrected"),
    "no_check": (
        "近十二个月没有评分检查，暂不评级",
        "no scored check in the last twelve months",
    ),
}
COLOURS: Mapping[str, Both] = {
    "green": ("绿码", "green"),
    "yellow": ("黄码", "yellow"),
    "red": ("红码", "red"),
}
COLOUR_REASONS: Mapping[str, Both] = {
    "incident": ("近期发生食品安全事故", "a recent food safety accident"),
    "serious": ("最近一次检查严重不合格", "the last check found serious faults"),
    "correction": ("最近一次检查要求整改", "the last check asked for correction"),
    "fair": ("量化等级为一般", "the catering grade is only fair"),
    "offline": (
        "阳光厨房在线不足",
        "the sunshine kitchen was not online often enough",
    ),
    "sound": ("最近检查未见严重问题", "no serious fault at the last check"),
}
LISTS: Mapping[str, Both] = {
    "red": ("红榜", "red list"),
    "black": ("黑榜", "black list"),
    "corrected": ("整改复查", "corrected"),
}
LISTED: Mapping[str, Both] = {
    "serious": ("检查发现严重不合格", "serious faults at the check"),
    "many_items": ("检查发现多项一般项不合格", "many general items failed"),
    "corrected": ("上期问题复查已整改", "faults of the last issue were mended"),
    "clean_and_online": (
        "检查无不合格项，阳光厨房可视",
        "no item failed, and the sunshine kitchen can be seen",
    ),
    "clean": ("检查无不合格项", "no item failed at the check"),
}
IN_PROCEDURE: Both = ("依法处理中", "being dealt with")
