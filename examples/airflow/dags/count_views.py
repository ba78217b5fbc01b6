"""Counts page views every day, with the environment that the job project released."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

from artifacts import Artifacts

try:  # Airflow 3
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG

repository = Path(__file__).resolve().parents[1]
artifacts = Artifacts(repository / "config" / "artifacts.yaml")

with DAG("count_views", start_date=datetime(2026, 1, 1), schedule="@daily", catchup=False):
    SparkSubmitOperator(
        task_id="submit",
        application=str(repository / "jobs" / "count_views.py"),
        application_args=[
            "--input",
            "hdfs:///data/views/{{ ds }}",
            "--output",
            "hdfs:///data/counts/{{ ds }}",
        ],
        # Cached by sync-artifacts; propose-artifact changes the name here and in config/artifacts.yaml together.
        archives=artifacts.archive("example-job-project-0.15.0.conda.tgz"),
        conf={
            "spark.submit.deployMode": "cluster",
            # Both are needed: the first one alone also starts the driver with this path.
            "spark.pyspark.python": "./venv/bin/python",
            "spark.pyspark.driver.python": "./venv/bin/python",
        },
    )
