"""Invented names and complaint texts that an officer in Hangzhou would not stumble over."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Text = npt.NDArray[np.str_]

_SURNAMES = list("陈王李张周吴徐朱沈胡俞何钱孙郑金叶章余方")
_NICKNAMES = ["老{}", "阿{}", "{}记", "{}家", "{}大姐", "{}师傅", "小{}"]
_HOMES = [
    "杭味",
    "江南",
    "钱塘",
    "西湖",
    "望江",
    "清河坊",
    "兰州",
    "重庆",
    "沙县",
    "绍兴",
    "宁波",
    "温州",
    "湘里",
    "东北",
]
_GOOD = [
    "福",
    "鲜",
    "禾",
    "满",
    "喜",
    "丰",
    "悦",
    "和",
    "盛",
    "源",
    "味",
    "香",
    "佳",
    "顺",
    "康",
    "益",
]
_DISHES: Mapping[str, Sequence[str]] = {
    "restaurant_xl": ["大酒店", "国际宴会中心", "酒楼"],
    "restaurant_l": ["酒楼", "饭店", "火锅店", "海鲜酒家"],
    "restaurant_m": ["餐厅", "饭店", "火锅店", "烤鱼店", "家常菜馆"],
    "restaurant_s": ["面馆", "小吃店", "饭店", "烧烤店", "菜馆"],
    "small_catering": ["面馆", "馄饨店", "早餐店", "麻辣烫店", "小吃店", "拌面店"],
    "snack": ["炸鸡店", "汉堡店", "盖饭店", "卤味店", "米线店"],
    "drinks": ["奶茶店", "咖啡馆", "果茶店", "豆浆店"],
    "bakery": ["蛋糕房", "面包房", "糕点店"],
    "supermarket": ["超市", "生活超市", "购物中心"],
    "convenience": ["便利店"],
    "small_grocery": ["食杂店", "副食品店", "烟酒店", "小卖部"],
    "wholesale": ["食品批发部", "粮油经营部", "副食品有限公司"],
    "fresh_food_store": ["水果店", "生鲜店", "肉铺", "水产店", "豆制品店"],
    "online_seller": ["食品网络科技有限公司", "电子商务有限公司"],
    "food_producer": ["食品有限公司", "糕点食品厂", "茶叶有限公司", "豆制品有限公司"],
    "health_food_producer": ["生物科技有限公司"],
    "central_kitchen": ["中央厨房"],
    "collective_delivery": ["餐饮配送有限公司"],
    "school_canteen": ["小学食堂", "中学食堂", "实验学校食堂", "职业高中食堂"],
    "kindergarten_canteen": ["幼儿园食堂"],
    "eldercare_canteen": ["养老院食堂", "康养中心食堂"],
    "hospital_canteen": ["医院食堂", "社区卫生服务中心食堂"],
    "staff_canteen": ["职工食堂", "科技园食堂", "写字楼食堂"],
    "site_canteen": ["工地食堂"],
    "farm_market": ["农贸市场"],
}
_PUBLIC = {
    "school_canteen",
    "kindergarten_canteen",
    "eldercare_canteen",
    "hospital_canteen",
    "staff_canteen",
    "site_canteen",
    "farm_market",
}

COMPLAINTS: Mapping[str, Sequence[str]] = {
    "foreign_matter": [
        "在{}吃到一根头发，要求处理",
        "{}的菜里有一小块塑料片",
        "点的外卖里发现虫子，商家是{}",
        "{}的汤里有钢丝球丝",
    ],
    "spoiled": [
        "{}的肉有明显异味，疑似变质",
        "在{}买的豆腐发酸",
        "{}的凉菜发黏，感觉不新鲜",
        "{}卖的水果里面已经腐烂",
    ],
    "illness": [
        "在{}用餐后当晚腹泻，同桌两人也不舒服",
        "吃了{}的外卖后呕吐",
        "孩子吃了{}的蛋糕后肚子痛",
    ],
    "expired": [
        "{}货架上有过期牛奶",
        "在{}买到超过保质期的面包",
        "{}用过期的调料，后厨可以看到",
    ],
    "hygiene": [
        "{}后厨地面油污很厚",
        "{}员工不戴口罩帽子操作",
        "{}餐具没有洗干净，有残渣",
    ],
    "pests": ["在{}大堂看到蟑螂", "{}后门有老鼠出没", "{}店内苍蝇很多"],
    "licence": ["{}没有悬挂食品经营许可证", "怀疑{}无证经营", "{}的许可证已经过期"],
    "label": ["{}销售的进口食品没有中文标签", "{}的散装食品没有生产日期"],
    "price": ["{}结账价格和标价不一致", "{}收取餐位费没有提前告知", "{}缺斤少两"],
    "service": ["{}服务态度差，要求道歉", "{}充值卡不给退款", "{}预订后取消不退定金"],
    "other": ["反映{}油烟扰民", "咨询{}是否正规", "{}门口堆放杂物"],
}
CATEGORIES = tuple(COMPLAINTS)


def names(rng: np.random.Generator, subtype: Text, street: Text) -> Text:
    """Invent a name for each business from its street, its kind and chance."""
    count = len(subtype)
    short = np.char.replace(street, "街道", "")
    owner = _pick(rng, [n.format(s) for n in _NICKNAMES for s in _SURNAMES], count)
    lucky = np.char.add(_pick(rng, _GOOD, count), _pick(rng, _GOOD, count))
    home = _pick(rng, _HOMES, count)
    middle = np.where(rng.random(count) < 0.5, owner, np.char.add(home, lucky))
    is_public = np.isin(subtype, list(_PUBLIC))
    number = np.char.add(
        "第", np.char.add(_pick(rng, list("一二三四五六七八"), count), "")
    )
    middle = np.where(
        is_public, np.where(rng.random(count) < 0.5, lucky, number), middle
    )
    what = np.empty(count, dtype="<U12")
    for kind, options in _DISHES.items():
        here = subtype == kind
        what[here] = _pick(rng, options, int(here.sum()))
    return np.char.add(np.char.add(np.char.add("上城区", short), middle), what)


def chain_names(rng: np.random.Generator, chains: int) -> Text:
    """Invent a brand for each chain."""
    first, second, third = (
        _pick(rng, _GOOD + list("百一天九千小好"), chains) for _ in range(3)
    )
    return np.char.add(np.char.add(first, second), third)


def people(rng: np.random.Generator, count: int) -> tuple[Text, Text]:
    """Invent personal names and phone numbers, which the loader must leave behind."""
    name = np.char.add(
        _pick(rng, _SURNAMES, count),
        _pick(rng, ["伟", "芳", "敏", "静", "丽", "强", "磊", "洋"], count),
    )
    phone = np.char.add(
        "13", np.char.zfill(rng.integers(0, 10**9, count).astype(str), 9)
    )
    return name, phone


def complaint_texts(rng: np.random.Generator, category: Text, name: Text) -> Text:
    """Write a short text for each complaint, naming the business."""
    template = np.empty(len(category), dtype="<U40")
    for kind, options in COMPLAINTS.items():
        here = category == kind
        template[here] = _pick(rng, options, int(here.sum()))
    return np.array([t.format(n) for t, n in zip(template, name, strict=True)])


def _pick(rng: np.random.Generator, options: Sequence[str], count: int) -> Text:
    return np.array(list(options))[rng.integers(0, len(options), count)]
