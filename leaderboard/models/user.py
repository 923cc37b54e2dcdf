from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Django's user, under our own name: a project cannot change its user model later."""
