"""Pure: how Mandarin says numbers, money, dates, times and durations.

Two is 两 (``liang``) before a measure word (两元, 两点, 两小时) and at the head of 千, 万 and 亿, else 二; one is 幺
(``yao``) where digits are said one by one, as the trade does with numbers of phones, rooms and work numbers.
"""

import datetime
from decimal import Decimal

_DIGIT_WORDS = {
    "0": "零", "1": "一", "2": "二", "3": "三", "4": "四", "5": "五", "6": "六", "7": "七", "8": "八", "9": "九",
}  # fmt: skip
_PLACES = ((1000, "thousand"), (100, "hundred"), (10, "ten"))
_SCALES = ((10**8, "hundred-million"), (10**4, "ten-thousand"))
_CURRENCIES = {  # the unit, a tenth of it ("" where only hundredths are said), a hundredth
    "CNY": ("yuan", "jiao", "fen"),
    "HKD": ("hong-kong-dollar", "jiao", "fen"),
    "USD": ("dollar", "", "us-cent"),
    "EUR": ("euro", "", "euro-cent"),
    "GBP": ("pound", "", "penny"),
    "JPY": ("yen", "", ""),
}
_PARTS_OF_DAY = ((5, "before-dawn"), (8, "early"), (12, "morning"), (13, "noon"), (18, "afternoon"), (24, "evening"))
_UNITS = ((86_400, "day"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))

WORDS: dict[str, str] = {
    **_DIGIT_WORDS,
    "liang": "两",
    "yao": "幺",
    "ten": "十",
    "hundred": "百",
    "thousand": "千",
    "ten-thousand": "万",
    "hundred-million": "亿",
    "point": "点",
    "minus": "负",
    "plus": "加",
    "star": "星号",
    "hash": "井号",
    "yuan": "元",
    "jiao": "角",
    "fen": "分",
    "dollar": "美元",
    "us-cent": "美分",
    "euro": "欧元",
    "euro-cent": "欧分",
    "pound": "英镑",
    "penny": "便士",
    "hong-kong-dollar": "港元",
    "yen": "日元",
    "year": "年",
    "month": "月",
    "date": "日",
    "week": "星期",
    "sunday": "日",
    "before-dawn": "凌晨",
    "early": "早上",
    "morning": "上午",
    "noon": "中午",
    "afternoon": "下午",
    "evening": "晚上",
    "o-clock": "点",
    "minute": "分",
    "day": "天",
    "hours": "小时",
    "minutes": "分钟",
    "seconds": "秒",
    "nth": "第",
    "person": "位",
    "to": "到",
}
"""Every word this grammar may use, with its text for ``prompts/zh/words.yaml``."""


def number(value: Decimal) -> list[str]:
    """Say a number: 一百零一, 一万零五百, 负三点一四."""
    whole, _, fraction = f"{abs(value):f}".partition(".")
    words = ["minus"] if value < 0 else []
    words += _whole(int(whole))
    return [*words, "point", *fraction] if fraction else words


def digits(text: str) -> list[str]:
    """Say digits one by one: 幺零零幺."""
    return [{"+": "plus", "*": "star", "#": "hash", "1": "yao"}.get(sign, sign) for sign in text]


def money(units: int, minor: int, negative: bool, currency: str) -> list[str]:
    """Say an amount: 十二元五角, 十二元零五分, 两美元五十美分."""
    unit, tenth, hundredth = _CURRENCIES[currency]
    words = [*_measured(units), unit] if units or not minor else []
    if minor and tenth:
        tenths, hundredths = divmod(minor, 10)
        if tenths:
            words += [*_next(tenths, words), tenth]
        elif words:
            words.append("0")
        if hundredths:
            words += [*_next(hundredths, words), hundredth]
    elif minor:
        words += [*_next(minor, words), hundredth]
    return (["minus"] if negative else []) + words


def date(day: datetime.date, with_year: bool) -> list[str]:
    """Say a day: 二零二六年十一月二十一日."""
    year = [*f"{day.year:04}", "year"] if with_year else []
    return [*year, *_whole(day.month), "month", *_whole(day.day), "date"]


def weekday(number: int) -> list[str]:
    """Say a day of the week: 星期三, 星期日."""
    return ["week", "sunday" if number == 7 else str(number)]


def time(hour: int, minute: int) -> list[str]:
    """Say a time of day: 下午两点, 上午八点零五分, 凌晨零点零五分."""
    part = next(word for until, word in _PARTS_OF_DAY if hour < until)
    words = [part, *_measured(hour if hour <= 12 else hour - 12), "o-clock"]
    if minute:
        words += [*(["0"] if minute < 10 else []), *_whole(minute), "minute"]
    return words


def duration(seconds: int) -> list[str]:
    """Say a length of time: 一小时五分钟两秒."""
    words: list[str] = []
    left = seconds
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            words += [*_measured(count), unit]
    return words or ["0", "seconds"]


def ordinal(number: int) -> list[str]:
    """Say which one in a row: 第二, 第二十一. Never 第两."""
    return ["nth", *_whole(number)]


def position(number: int) -> list[str]:
    """Say a place in a queue: 第三位."""
    return ["nth", *_whole(number), "person"]


def between(low: int, high: int) -> list[str]:
    """Say a range of minutes: 三到五分钟, 两到四分钟."""
    return [*_measured(low), "to", *_measured(high), "minutes"]


def _measured(number: int) -> list[str]:
    """Say a count before its measure word."""
    return ["liang"] if number == 2 else _whole(number)


def _next(number: int, before: list[str]) -> list[str]:
    """Say a count of a smaller unit: 两 only where nothing stands before it (两角, but 一元二角)."""
    return _whole(number) if before else _measured(number)


def _whole(number: int) -> list[str]:
    if number == 0:
        return ["0"]
    words = _scaled(number)
    if words[:2] == ["1", "ten"]:
        del words[0]  # 十五, not 一十五, at the head only: 一百一十五
    if words[0] == "2" and len(words) > 1 and words[1] in ("thousand", "ten-thousand", "hundred-million"):
        words[0] = "liang"
    return words


def _scaled(number: int) -> list[str]:
    for size, word in _SCALES:
        high, low = divmod(number, size)
        if high:
            words = [*_scaled(high), word]
            if low:
                words += ["0"] if low < size // 10 else []
                words += _scaled(low)
            return words
    return _below_10000(number)


def _below_10000(number: int) -> list[str]:
    words: list[str] = []
    left, gap = number, False
    for size, word in _PLACES:
        count, left = divmod(left, size)
        if count:
            words += [*(["0"] if gap else []), str(count), word]
            gap = False
        elif words:
            gap = True
    if left:
        words += [*(["0"] if gap else []), str(left)]
    return words
