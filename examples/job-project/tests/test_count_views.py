from example_job_project.count_views import main


def test_the_command_reads_views_and_writes_counts(tmp_path):
    views = tmp_path / "views.tsv"
    views.write_text("2026-03-01T10:00:00Z\tMain_Page\n2026-03-01T11:00:00Z\tMain_Page\n", encoding="utf-8")
    counts = tmp_path / "counts.tsv"

    assert main(["--engine", "python", "--input", str(views), "--output", str(counts)]) == 0

    assert counts.read_text(encoding="utf-8") == "2026-03-01\tMain_Page\t2\n"
