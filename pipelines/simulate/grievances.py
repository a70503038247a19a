"""What people say when they complain, as it is said of a place of that sort."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipelines.simulate.columns import Ints, Text
from pipelines.simulate.register import Register
from pipelines.simulate.words import people, pick

# By what it is about and of whom it is said. Nobody is served cold dishes by a bakery,
# charged for the table by a canteen, or sold rice by a tea shop.
GRIEVANCES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "foreign_matter": {
        "kitchen": [
            "在{}吃到一根头发，要求处理",
            "{}的菜里有一小块塑料片",
            "{}的饭菜里发现虫子",
            "{}的汤里有钢丝球丝",
        ],
        "bakery": [
            "{}的蛋糕里有一根头发",
            "在{}买的面包里吃到塑料片",
            "{}的点心里发现小飞虫",
        ],
        "drinks": [
            "{}的饮料里有一根头发",
            "在{}买的饮品里喝出小飞虫",
            "{}的杯子里有一小块塑料片",
        ],
        "shop": [
            "在{}买的米里有虫",
            "{}卖的糕点里有一根头发",
            "{}的散装干货里有小石子",
        ],
    },
    "spoiled": {
        "kitchen": [
            "{}的肉有明显异味，疑似变质",
            "{}的凉菜发黏，感觉不新鲜",
            "{}端上来的鱼发臭",
            "{}的米饭有馊味",
        ],
        "bakery": [
            "{}的奶油发酸，疑似变质",
            "在{}买的面包第二天就发霉",
            "{}的糕点有哈喇味",
        ],
        "drinks": [
            "{}的牛奶发酸，疑似变质",
            "{}用的水果已经腐烂",
            "{}的珍珠有馊味，感觉不新鲜",
        ],
        "shop": [
            "在{}买的豆腐发酸",
            "{}卖的水果里面已经腐烂",
            "{}的冷冻肉化冻后有异味",
        ],
    },
    "illness": {
        "kitchen": [
            "在{}用餐后当晚腹泻，同桌两人也不舒服",
            "吃了{}的饭菜后呕吐",
            "孩子吃了{}的东西后肚子痛",
        ],
        "bakery": [
            "吃了{}的蛋糕后全家腹泻",
            "孩子吃了{}的点心后呕吐",
        ],
        "drinks": [
            "喝了{}的饮料后腹泻",
            "孩子喝了{}的饮品后肚子痛",
        ],
        "shop": [
            "吃了在{}买的熟食后腹泻",
            "孩子喝了{}卖的牛奶后肚子痛",
        ],
    },
    "expired": {
        "kitchen": [
            "{}用过期的调料，后厨可以看到",
            "{}端上来的饮料已经过期",
        ],
        "canteen": [
            "{}用过期的调料，后厨可以看到",
            "{}发的酸奶已经过期",
        ],
        "bakery": [
            "{}柜台里的面包已经过期",
            "{}把隔夜的蛋糕换了标签再卖",
        ],
        "drinks": [
            "{}用过期的牛奶做饮料",
            "{}的茶汤隔夜还在用",
        ],
        "shop": [
            "{}货架上有过期牛奶",
            "在{}买到超过保质期的面包",
            "{}的火腿肠过期三天还在卖",
        ],
    },
    "hygiene": {
        "kitchen": [
            "{}后厨地面油污很厚",
            "{}员工不戴口罩帽子操作",
            "{}餐具没有洗干净，有残渣",
        ],
        "bakery": [
            "{}员工不戴手套直接拿面包",
            "{}的面包敞开摆放没有加盖",
            "{}操作间地面很脏",
        ],
        "drinks": [
            "{}员工不戴口罩操作",
            "{}的制冰机里有霉斑",
            "{}操作台很脏，抹布发臭",
        ],
        "shop": [
            "{}冷柜里很脏，有积水",
            "{}的散装食品没有加盖",
            "{}店里有股霉味",
        ],
    },
    "pests": {
        "kitchen": [
            "在{}看到蟑螂",
            "{}后门有老鼠出没",
            "{}里苍蝇很多",
        ],
        "bakery": [
            "在{}的柜台里看到蟑螂",
            "{}的蛋糕上有蚂蚁",
            "{}里苍蝇很多",
        ],
        "drinks": [
            "在{}的操作台上看到蟑螂",
            "{}的水果旁小飞虫很多",
        ],
        "shop": [
            "在{}货架下看到老鼠",
            "{}的米袋旁有蟑螂",
            "{}里苍蝇很多",
        ],
    },
    "licence": {
        "kitchen": [
            "{}没有悬挂食品经营许可证",
            "怀疑{}无证经营",
            "{}的许可证已经过期",
        ],
        "shop": [
            "{}没有悬挂食品经营许可证",
            "怀疑{}无证经营",
            "{}的许可证已经过期",
        ],
    },
    "label": {
        "kitchen": [
            "{}打包的食品没有标制作时间",
            "{}菜单上没有标过敏提示",
        ],
        "canteen": [
            "{}留样的食品没有标制作时间",
            "{}没有公示当天的食材来源",
        ],
        "bakery": [
            "{}的面包没有标生产日期",
            "{}的蛋糕没有标配料和过敏提示",
        ],
        "drinks": [
            "{}的瓶装饮品没有标制作时间",
            "{}标无糖的饮料喝着很甜",
        ],
        "shop": [
            "{}销售的进口食品没有中文标签",
            "{}的散装食品没有生产日期",
        ],
    },
    "price": {
        "kitchen": [
            "{}结账价格和菜单不一致",
            "{}收取餐位费没有提前告知",
        ],
        "canteen": [
            "{}的饭菜涨价没有公示",
            "{}刷卡扣款和标价不一致",
        ],
        "bakery": [
            "{}结账价格和标价不一致",
            "{}的蛋糕比订的尺寸小",
        ],
        "drinks": [
            "{}结账价格和标价不一致",
            "{}加料收费没有提前告知",
        ],
        "shop": [
            "{}结账价格和标价不一致",
            "{}缺斤少两",
        ],
    },
    "service": {
        "kitchen": [
            "{}服务态度差，要求道歉",
            "{}上菜太慢还不给退单",
        ],
        "canteen": [
            "{}打饭的人态度差，要求道歉",
            "{}的饭菜打到手已经凉了",
        ],
        "shop": [
            "{}服务态度差，要求道歉",
            "{}充值卡不给退款",
            "{}不肯开发票",
        ],
    },
    "other": {
        "kitchen": [
            "反映{}油烟扰民",
            "{}门口堆放杂物",
        ],
        "shop": [
            "{}门口堆放杂物",
            "{}卸货占用人行道",
        ],
    },
}
# Of whom nothing of their own is said, the same is said as of these.
_LIKE = {"canteen": "kitchen", "bakery": "shop", "drinks": "shop"}
# Some leave a number in the text itself, which the loader must blank out.
CALL_BACK, CALL_BACK_SHARE = "，请回电", 0.01


def grievances(
    rng: np.random.Generator, category: Text, register: Register, at: Ints
) -> Text:
    """Write a short text for each complaint, naming the business it is about."""
    template = _templates(rng, category, _sorts(register)[at])
    named = zip(template, register.name[at], strict=True)
    text = np.array([said.format(name) for said, name in named], dtype=np.str_)
    _, phone = people(rng, len(text))
    asks = rng.random(len(text)) < CALL_BACK_SHARE
    return np.where(asks, np.char.add(text, np.char.add(CALL_BACK, phone)), text)


def _templates(rng: np.random.Generator, category: Text, sort: Text) -> Text:
    template = np.empty(len(category), dtype="<U40")
    for about, said in GRIEVANCES.items():
        for of in ("kitchen", "shop", *_LIKE):
            here = (category == about) & (sort == of)
            options = said[of if of in said else _LIKE[of]]
            template[here] = pick(rng, options, int(here.sum()))
    return template


def _sorts(register: Register) -> Text:
    """Tell kitchens, canteens, bakeries, drink shops and other shops apart."""
    own = np.isin(register.subtype, ["bakery", "drinks"])
    return np.select(
        [own, register.business_type == "canteen", register.cooks],
        [register.subtype, "canteen", "kitchen"],
        "shop",
    )
