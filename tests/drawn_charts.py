"""One small chart of every kind, with a gap in each that can have one."""

from __future__ import annotations

from typing import Any

from locality_profiles.publish.charts.chart import Chart

LONG = "Kirkton, Easter and Wester Balhaldie and the villages of the northern glens"


def point(period: str, value: float | None, text: str, broken: bool = False) -> dict[str, Any]:
    around = {"lower": None, "upper": None} if value is None else {"lower": value - 2, "upper": value + 2}
    return {"period": period, "value": value, **around, "broken": broken, "text": text}


def bar(name: str, role: str, value: float | None, text: str) -> dict[str, Any]:
    around = {"lower": None, "upper": None} if value is None else {"lower": value * 0.9, "upper": value * 1.1}
    return {"name": name, "role": role, "value": value, **around, "text": text}


def ranked(count: int) -> dict[str, Any]:
    peers = [bar(f"Peer {number}", "peer", 100.0 + number, "") for number in range(count - 1)]
    bars = [*peers, bar("Northtown", "this", 104.5, "")]
    return {"unit": "per 1,000", "decimals": 1, "country": {"name": "Country", "value": 103.0}, "bars": bars}


DATA: dict[str, dict[str, Any]] = {
    "trends": {"panels": [{"title": "Admissions", "unit": "per 1,000", "decimals": 0, "series": [
        {"name": "Northtown", "role": "this", "points": [
            point("2019/20", 20, "20"), point("2020/21", None, "[c]"), point("2021/22", 31, "31"),
            point("2022/23", 25, "25")]},
        {"name": "Whole Isles", "role": "larger", "points": [
            point("2019/20", 22, "22"), None, point("2021/22", 23, "23"), point("2022/23", 24, "24")]},
        {"name": "Country", "role": "larger", "points": [
            point("2019/20", 27, "27"), None, point("2021/22", 28, "28"), point("2022/23", 29, "29")]},
        {"name": "Southtown", "role": "peer", "points": [None, None, point("2021/22", 26, "26"), None]},
    ]}]},
    "bars": {"panels": [
        {"title": "Smokers", "unit": "% of adults", "decimals": 1, "bars": [
            bar("Northtown", "this", 19.3, "19.3%"), bar("Country", "larger", 22.5, "22.5%"),
            bar("Southtown", "peer", None, "[c]"), bar(LONG, "peer", 12.1, "12.1%")]},
        {"title": "Spend", "unit": "pence", "decimals": 0, "bars": [
            bar("Northtown", "this", 123_456_700, "£1,234,567"), bar("Country", "larger", -100_000, "−£1,000")]},
    ]},
    "classes": {"panels": [{"title": "Admissions by age", "unit": "per 1,000", "decimals": 0, "classes": [
        bar("0–64", "", 30, "30"), bar("65–84", "", 80, "80"), bar("85 and over", "", None, "[c]")]}]},
    "pyramid": {"ages": ["0–17", "18–64", "65 and over"], "men": [9.1, 30.2, None], "women": [8.8, 31.4, 12.0],
                "name": "Northtown", "unit": "% of all people",
                "beside": {"name": "Country", "men": [10.0, 29.0, 9.0], "women": [9.5, 30.5, 11.0]}},
    "spine": {"names": {"this": "Northtown", "partnership": "Whole Isles", "country": "Country",
                        "among": "12 localities"},
              "rows": [
                  {"title": title, "period": "2024", "text": text, "this": this, "lower": None, "upper": None,
                   "partnership": 60, "country": 50, "low": 0, "q1": 40, "q3": 60, "high": 100, "verdict": verdict}
                  for title, text, this, verdict in (
                      ("Life expectancy", "77.4", 30, "worse"), ("Smokers", "19.3%", 70, "better"),
                      ("Spend", "£2,140", 51, "similar"), ("Births", "11.2", 80, "higher"),
                      ("Moves", "3.1", 20, "lower"), ("Pupils", "912", 40, "none"), ("Deaths", "[c]", None, "none"))]},
    "funnel": {"unit": "per 1,000", "per": "", "centre": 10.0, "x_title": "People", "points": [
        {"name": "Northtown", "role": "this", "x": 4000, "y": 16.0, "outside": 3, "label": True},
        {"name": "Southtown", "role": "peer", "x": 9000, "y": 11.0, "outside": 0, "label": False},
        {"name": "Westtown", "role": "peer", "x": 9500, "y": 7.5, "outside": 2, "label": True}],
        "limits": [{"x": x, "low2": 10 - 200 / x**0.5, "high2": 10 + 200 / x**0.5, "low3": 10 - 300 / x**0.5,
                    "high3": 10 + 300 / x**0.5} for x in range(4000, 10_001, 1000)]},
    "curve": {"points": [[0, 0], [0.5, 0.7], [1, 1]], "index": -0.2, "x_title": "Share of people",
              "y_title": "Share of admissions", "name": "Admissions"},
    "rank": ranked(9),
}  # fmt: skip

#: A chart of each kind that has not one figure.
EMPTY: dict[str, dict[str, Any]] = {
    "trends": {"panels": [{"title": "A", "unit": "%", "decimals": 0, "series": [
        {"name": "Northtown", "role": "this", "points": [None, point("2020", None, "[c]")]}]}]},
    "bars": {"panels": [{"title": "A", "unit": "%", "decimals": 0, "bars": [bar("Northtown", "this", None, "[c]")]}]},
    "classes": {"panels": []},
    "pyramid": {"ages": ["0"], "men": [None], "women": [None], "name": "Northtown", "beside": None, "unit": "%"},
    "spine": {"rows": [], "names": {"this": "A", "partnership": "B", "country": "C", "among": "2 localities"}},
    "funnel": {"unit": "%", "per": "", "centre": None, "x_title": "People", "points": [], "limits": []},
    "curve": {"points": [], "index": None, "x_title": "", "y_title": "", "name": "A"},
    "rank": {"unit": "%", "decimals": 0, "country": None, "bars": [bar("Northtown", "this", None, "[c]")]},
}  # fmt: skip


def chart(kind: str, data: dict[str, Any] | None = None) -> Chart:
    return Chart(kind, kind, kind, "", DATA[kind] if data is None else data)
