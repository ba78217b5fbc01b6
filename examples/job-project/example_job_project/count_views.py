"""The command `count-views`, and the file that spark-submit is given."""

import argparse
import importlib.util
import sys
from typing import List, Optional

from example_job_project.counting import (
    count_views,
    day_and_page,
    parse_view,
    report_lines,
    time_zone,
)


def main(arguments: Optional[List[str]] = None) -> int:
    options = parse_arguments(arguments)
    run = run_on_spark if options.engine == "spark" else run_in_python
    run(options.input, options.output, options.time_zone)
    return 0


def parse_arguments(arguments: Optional[List[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Count page views per day and page.")
    parser.add_argument("--input", required=True, help="lines of <ISO 8601 time><tab><page>")
    parser.add_argument("--output", required=True, help="where <day><tab><page><tab><count> goes")
    parser.add_argument("--time-zone", default="UTC", help="decides where a day ends")
    parser.add_argument("--engine", choices=["spark", "python"], default=default_engine())
    return parser.parse_args(arguments)


def default_engine() -> str:
    return "python" if importlib.util.find_spec("pyspark") is None else "spark"


def run_in_python(input_path: str, output_path: str, zone_name: str) -> None:
    with open(input_path, encoding="utf-8") as views:
        counts = count_views(views, time_zone(zone_name))
    with open(output_path, "w", encoding="utf-8") as report:
        report.writelines(f"{line}\n" for line in report_lines(counts.items()))


def run_on_spark(input_path: str, output_path: str, zone_name: str) -> None:
    from pyspark.sql import SparkSession

    session = SparkSession.builder.appName("count-views").getOrCreate()
    try:
        zone = time_zone(zone_name)
        counts = (
            session.sparkContext.textFile(input_path)
            .map(parse_view)
            .filter(lambda view: view is not None)
            .map(lambda view: (day_and_page(view, zone), 1))
            .reduceByKey(lambda left, right: left + right)
            .sortByKey()
        )
        counts.map(lambda row: f"{row[0][0]}\t{row[0][1]}\t{row[1]}").saveAsTextFile(output_path)
    finally:
        session.stop()


if __name__ == "__main__":
    sys.exit(main())
