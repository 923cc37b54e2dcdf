"""The participants' side: teams, submissions, evaluations, scores, ranks and the REST API. Also the Django project."""
