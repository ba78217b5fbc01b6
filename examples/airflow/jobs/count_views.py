"""What spark-submit is given: the job itself is in the archive."""

import sys

from example_job_project.count_views import main

sys.exit(main())
