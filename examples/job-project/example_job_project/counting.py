"""What is counted and how, without any engine."""

import datetime
from collections import Counter
from typing import Iterable, Iterator, NamedTuple, Optional, Tuple


class View(NamedTuple):
    """One page view."""

    seen_at: datetime.datetime
    page: str


Key = Tuple[str, str]


def parse_view(line: str) -> Optional[View]:
    """Reads `<ISO 8601 time>\\t<page>`; None for a line that is not a view."""
    time, tab, page = line.rstrip("\r\n").partition("\t")
    if not tab or not page:
        return None
    try:
        seen_at = datetime.datetime.fromisoformat(time.replace("Z", "+00:00"))
    except ValueError:
        return None
    if seen_at.tzinfo is None:
        seen_at = seen_at.replace(tzinfo=datetime.timezone.utc)
    return View(seen_at, page)


def day_and_page(view: View, zone: datetime.tzinfo) -> Key:
    """The day on which the view counts, in the given time zone, and its page."""
    return view.seen_at.astimezone(zone).date().isoformat(), view.page


def count_views(lines: Iterable[str], zone: datetime.tzinfo) -> "Counter[Key]":
    """Views per day and page; lines that are not views are left out."""
    return Counter(day_and_page(view, zone) for view in map(parse_view, lines) if view)


def report_lines(counts: Iterable[Tuple[Key, int]]) -> Iterator[str]:
    """`<day>\\t<page>\\t<count>`, by day and page."""
    for (day, page), count in sorted(counts):
        yield f"{day}\t{page}\t{count}"


def time_zone(name: str) -> datetime.tzinfo:
    """The time zone of that name; UTC needs no time zone data."""
    if name == "UTC":
        return datetime.timezone.utc
    import zoneinfo

    return zoneinfo.ZoneInfo(name)
