"""What a participant does: teams, submissions, evaluations, scores, ranks and the REST API. Also the Django project."""
