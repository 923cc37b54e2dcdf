from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """Django's user as our own model, because a project cannot change its user model later."""

    unread_notices = models.PositiveIntegerField(
        default=0, editable=False, help_text="How many notices came since they were last looked at."
    )
