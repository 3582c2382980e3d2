"""The applies of a year as a calendar: a square a day, darker with more applies, and the same in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from smsops.frozen import Frozen
from smsops.history.recorded import Apply
from smsops.history.values import Chronicle
from smsops.render.site.parts import names, paragraph, table

_DAY = re.compile(r"(?:19[7-9][0-9]|2[0-9]{3})-[0-9]{2}-[0-9]{2}", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEP, _SIDE, _LEFT, _TOP = 14, 11, 32, 18


class Year(Frozen):
    """A year of applies, by day."""

    first: date
    last: date
    counts: Counter[date]
    poor: Counter[date]
    """Of them, those that did not end well."""

    @property
    def days(self) -> Iterator[date]:
        for nth in range((self.last - self.first).days + 1):
            yield self.first + timedelta(nth)


def calendar(chronicle: Chronicle) -> str:
    """The calendar with its words; a sentence when there is nothing to draw."""
    dated = [(day, apply) for apply in chronicle.applies if (day := day_of(apply.at))]
    if not dated:
        return paragraph("No apply is recorded.")
    year = _year(chronicle, dated)
    shown, poor = sum(year.counts.values()), sum(year.poor.values())
    period = f"From {year.first.isoformat()} to {year.last.isoformat()}"
    days = names(len(year.counts), "day")
    busy = max(sorted(year.counts), key=lambda day: year.counts[day], default=None)
    most = f" Most on one day: {year.counts[busy]:,}, on {busy.isoformat()}." if busy else ""
    told = f"{period}: {names(shown, 'apply', many='applies')} on {days}; {poor:,} did not end well.{most}"
    others = len(chronicle.applies) - shown
    rest = f" {names(others, 'apply', many='applies')} of other times not drawn." if others else ""
    frame = '<div class="frame" role="group" tabindex="0" aria-label="Calendar of applies">'
    return f"{paragraph(told + rest)}{frame}{_svg(year, told)}</div>\n{_KEY}{_months(year)}"


def day_of(at: str) -> date | None:
    """The day of a time; None where it is none that a calendar holds."""
    if not _DAY.match(at):
        return None
    try:
        return date.fromisoformat(at[:10])
    except ValueError:
        return None


def _year(chronicle: Chronicle, dated: Iterable[tuple[date, Apply]]) -> Year:
    """The calendar year when all applies are of one, else the twelve months up to the last that is known."""
    dated = list(dated)
    years = {day.year for day, _ in dated}
    if len(years) == 1:
        first, last = date(min(years), 1, 1), date(min(years), 12, 31)
    else:
        last = max([day for day, _ in dated] + list(_merged(chronicle)))
        first = last - timedelta(364)
    shown = [(day, apply) for day, apply in dated if first <= day <= last]
    return Year(
        first=first,
        last=last,
        counts=Counter(day for day, _ in shown),
        poor=Counter(day for day, apply in shown if apply.ending != "applied"),
    )


def _merged(chronicle: Chronicle) -> Iterator[date]:
    for past in chronicle.pasts:
        if past.versions and (day := day_of(past.versions[-1].commit.merged_at)):
            yield day


def _svg(year: Year, told: str) -> str:
    start = year.first - timedelta(year.first.weekday())
    weeks = (year.last - start).days // 7 + 1
    size = f"0 0 {_LEFT + weeks * _STEP} {_TOP + 7 * _STEP}"
    most = max(year.counts.values(), default=1)
    days = "".join(_day(day, start, year, most) for day in year.days)
    return (
        f'<svg class="cal" viewBox="{size}" role="img" aria-labelledby="cal-t cal-d">\n'
        f'<title id="cal-t">Calendar of applies</title>\n<desc id="cal-d">{told}</desc>\n'
        f"{_labels(year, start)}{days}</svg>\n"
    )


def _labels(year: Year, start: date) -> str:
    rows = ((0, "Mon"), (2, "Wed"), (4, "Fri"))
    drawn = [f'<text x="0" y="{_TOP + row * _STEP + 9}">{name}</text>\n' for row, name in rows]
    for day in year.days:
        if day.day == 1 and (year.last - day).days >= 14:
            x = _LEFT + -(-(day - start).days // 7) * _STEP
            drawn.append(f'<text x="{x}" y="10">{_MONTHS[day.month - 1]}</text>\n')
    return "".join(drawn)


def _day(day: date, start: date, year: Year, most: int) -> str:
    since = (day - start).days
    x, y = _LEFT + since // 7 * _STEP, _TOP + since % 7 * _STEP
    count, poor = year.counts[day], year.poor[day]
    square = f'<rect class="l{_level(count, most)}" x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}" rx="2"'
    if not count:
        return f"{square}/>\n"
    told = f"{day.isoformat()}: {names(count, 'apply', many='applies')}"
    told += f", {poor:,} did not end well" if poor else ""
    dot = f'<circle class="dot" cx="{x + _SIDE / 2}" cy="{y + _SIDE / 2}" r="3"/>' if poor else ""
    return f"<g>{square}/>{dot}<title>{told}</title></g>\n"


def _level(count: int, most: int) -> int:
    return 0 if not count else 1 + min(3, 4 * (count - 1) // most)


_KEY = (
    '<p class="dim">A darker square is a day with more applies. '
    "A ring marks a day on which one did not end well: partial, interrupted, refused, stale, or without an end.</p>\n"
)


def _months(year: Year) -> str:
    """The same by month, for whoever does not see the squares."""
    months = sorted({(day.year, day.month) for day in year.counts})
    rows = []
    for number, month in months:
        days = [day for day in year.counts if (day.year, day.month) == (number, month)]
        rows.append(
            (
                f"{number}-{month:02}",
                f"{sum(year.counts[day] for day in days):,}",
                f"{sum(year.poor[day] for day in days):,}",
            )
        )
    header = ("month", "applies", "not ended well")
    return f"<details>\n<summary>By month</summary>\n{table('Applies by month', header, rows)}</details>\n"
