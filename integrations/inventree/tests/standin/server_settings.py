"""Settings of a server as InvenTree configures its queue, with shorter waits."""

import os

SECRET_KEY = "of the test"
USE_TZ = True
INSTALLED_APPS = ["django_q"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("TEST_DATABASE", ":memory:"),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30},
    }
}
Q_CLUSTER = {
    "name": "InvenTree",
    "orm": "default",
    "workers": 1,
    "recycle": int(os.environ.get("TEST_RECYCLE", "500")),
    "timeout": 2,
    "retry": 3,
    "max_attempts": 5,
    "poll": 0.1,
    "guard_cycle": 0.1,
    "scheduler": False,
    "log_level": "INFO",
}
