import datetime

import pytest

from example_job_project.counting import count_views, parse_view, report_lines, time_zone

UTC = datetime.timezone.utc


@pytest.mark.parametrize("line", ["", "no tab", "\tMain_Page", "yesterday\tMain_Page", "2026-03-01T00:00:00\t"])
def test_a_line_that_is_not_a_view_is_left_out(line):
    assert parse_view(line) is None


@pytest.mark.parametrize("time", ["2026-03-01T23:30:00Z", "2026-03-01T23:30:00", "2026-03-02T00:30:00+01:00"])
def test_a_time_without_zone_is_utc(time):
    view = parse_view(f"{time}\tMain_Page\n")
    assert view is not None
    assert view.seen_at == datetime.datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


def test_the_time_zone_decides_where_a_day_ends():
    lines = ["2026-03-01T23:30:00Z\tMain_Page"]
    one_hour_east = datetime.timezone(datetime.timedelta(hours=1))
    assert dict(count_views(lines, UTC)) == {("2026-03-01", "Main_Page"): 1}
    assert dict(count_views(lines, one_hour_east)) == {("2026-03-02", "Main_Page"): 1}


def test_views_of_one_day_and_page_are_added_up():
    lines = ["2026-03-01T01:00:00Z\tB", "2026-03-01T02:00:00Z\tA", "2026-03-01T03:00:00Z\tB", "nonsense"]
    counts = count_views(lines, time_zone("UTC"))
    assert list(report_lines(counts.items())) == ["2026-03-01\tA\t1", "2026-03-01\tB\t2"]
