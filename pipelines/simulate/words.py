"""Invented names that an officer in Hangzhou would not stumble over."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipelines.simulate.columns import Bools, Ints, Text, codes

_SURNAMES = list("陈王李张周吴徐朱沈胡俞何钱孙郑金叶章余方")
_NICKNAMES = ["老{}", "阿{}", "{}记", "{}家", "{}大姐", "{}师傅", "小{}"]
_PLACES = ["杭味", "江南", "钱塘", "西湖", "望江", "清河坊"]
_KITCHENS = ["兰州", "重庆", "沙县", "绍兴", "宁波", "温州", "湘里", "东北"]
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
    "泰",
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
    "staff_canteen": ["职工食堂", "科技园食堂", "大厦食堂"],
    "site_canteen": ["项目工地食堂"],
    "farm_market": ["农贸市场"],
}
# Named after where another region's cooking comes from; nobody else is.
_REGIONAL = {"restaurant_l", "restaurant_m", "restaurant_s", "small_catering", "snack"}
# Named by number, as schools and hospitals are.
_NUMBERED = {"school_canteen", "kindergarten_canteen", "hospital_canteen"}
_PUBLIC = _NUMBERED | {
    "eldercare_canteen",
    "staff_canteen",
    "site_canteen",
    "farm_market",
}
# A company is named after the city and a lucky word, not after a street and a nickname.
_COMPANY_ENDINGS = ("公司", "食品厂", "中央厨房", "购物中心", "宴会中心", "大酒店")
# What a chain puts between its brand and the shop.
_BRANDED: Mapping[str, str] = {
    "supermarket": "超市",
    "convenience": "便利店",
    "fresh_food_store": "果蔬",
    "wholesale": "粮油",
    "online_seller": "优选",
    "restaurant_xl": "大酒店",
    "restaurant_l": "酒楼",
    "restaurant_m": "火锅",
    "restaurant_s": "小馆",
    "small_catering": "早餐",
    "snack": "快餐",
    "drinks": "茶饮",
    "bakery": "烘焙",
}


def names(rng: np.random.Generator, subtype: Text, street: Text) -> Text:
    """Invent a name for each business from its street, its kind and chance."""
    count = len(subtype)
    short = np.char.replace(street, "街道", "")
    what = _what(rng, subtype)
    lucky = _lucky(rng, count)
    owner = pick(rng, [n.format(s) for n in _NICKNAMES for s in _SURNAMES], count)
    home = np.where(
        np.isin(subtype, list(_REGIONAL)),
        pick(rng, _PLACES + _KITCHENS, count),
        pick(rng, _PLACES, count),
    )
    shop = np.where(rng.random(count) < 0.5, owner, np.char.add(home, lucky))
    number = np.char.add("第", pick(rng, list("一二三四五六七八"), count))
    is_numbered = np.isin(subtype, list(_NUMBERED)) & (rng.random(count) < 0.5)
    is_public = np.isin(subtype, list(_PUBLIC))
    middle = np.where(is_public, np.where(is_numbered, number, lucky), shop)
    local = np.char.add(np.char.add("上城区", short), np.char.add(middle, what))
    company = np.char.add(np.char.add("杭州", lucky), what)
    return np.where(_ends(what, _COMPANY_ENDINGS), company, local)


def branded(rng: np.random.Generator, subtype: Text, chain: Ints, street: Text) -> Text:
    """Name the shops of chains: brand, kind, and the street in brackets."""
    short = np.char.replace(street, "街道", "")
    brand = _brands(rng, int(chain.max(initial=-1)) + 2)[chain]
    kind = np.array([_BRANDED.get(s, "") for s in subtype])
    shop = np.char.add(np.char.add("（", short), "店）")
    return np.char.add(np.char.add(brand, kind), shop)


def _what(rng: np.random.Generator, subtype: Text) -> Text:
    what = np.empty(len(subtype), dtype="<U12")
    for kind, options in _DISHES.items():
        here = subtype == kind
        what[here] = pick(rng, options, int(here.sum()))
    return what


def _lucky(rng: np.random.Generator, count: int) -> Text:
    """Draw two different characters of good omen."""
    first = rng.integers(0, len(_GOOD), count)
    second = (first + rng.integers(1, len(_GOOD), count)) % len(_GOOD)
    return np.char.add(np.array(_GOOD)[first], np.array(_GOOD)[second])


def _brands(rng: np.random.Generator, chains: int) -> Text:
    return np.char.add(pick(rng, list("百天九千小好新大"), chains), _lucky(rng, chains))


def _ends(text: Text, endings: Sequence[str]) -> Bools:
    return np.array([str(t).endswith(tuple(endings)) for t in text])


def people(rng: np.random.Generator, count: int) -> tuple[Text, Text]:
    """Invent personal names and phone numbers, which the loader must leave behind."""
    name = np.char.add(
        pick(rng, _SURNAMES, count),
        pick(rng, ["伟", "芳", "敏", "静", "丽", "强", "磊", "洋"], count),
    )
    return name, codes("13", rng.integers(0, 10**9, count), 9)


def pick(rng: np.random.Generator, options: Sequence[str], count: int) -> Text:
    """Draw one of the options for each row, all alike."""
    return np.array(list(options))[rng.integers(0, len(options), count)]
