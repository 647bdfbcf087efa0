"""The plugin's settings, as InvenTree stores and displays them."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from django.core.validators import MaxValueValidator, MinValueValidator


def _number(least, most):
    return [int, MinValueValidator(least), MaxValueValidator(most)]


SETTINGS = {
    "GATEWAY_URL": {
        "name": "Gateway",
        "description": "The URL of the gateway, such as http://gateway:8090",
        "default": "",
        "required": True,
    },
    "GATEWAY_TOKEN": {
        "name": "Token",
        "description": "The bearer token: the GATEWAY_TOKEN of the gateway",
        "default": "",
        "protected": True,
        "required": True,
    },
    "EVENTS": {
        "name": "Events",
        "description": "Names of events to forward, separated by commas; * matches any text",
        "default": "*",
    },
    "BATCH_SIZE": {
        "name": "Batch size",
        "description": "The maximum number of events per request",
        "default": 200,
        "validator": _number(1, 1000),
    },
    "TIMEOUT": {
        "name": "Time-out",
        "description": "The time limit of a request",
        "units": "s",
        "default": 15,
        "validator": _number(1, 300),
    },
    "SPOOL_FOLDER": {
        "name": "Spool folder",
        "description": "Where events are kept until the gateway accepts them: a persistent folder "
        "that all workers share",
        "default": "",
        "required": True,
    },
    "SPOOL_MAX_EVENTS": {
        "name": "Spool limit",
        "description": "The maximum number of events kept; beyond it, new ones are dropped",
        "default": 50000,
        "validator": _number(1, 1000000),
    },
}


@dataclass(frozen=True)
class Settings:
    url: str
    token: str
    patterns: "tuple[str, ...]"
    batch_size: int
    timeout_seconds: int
    spool_folder: str
    spool_max_events: int

    @property
    def is_complete(self):
        return bool(self.url and self.spool_folder)

    def wants(self, event):
        return any(fnmatchcase(str(event), pattern) for pattern in self.patterns)


def read_settings(get_setting):
    """Reads the settings with InvenTree's `get_setting(key)`."""

    def text(key):
        return str(get_setting(key) or "").strip()

    def number(key):
        # InvenTree knows no defaults of a plugin that it has not loaded in this process.
        return int(get_setting(key) or SETTINGS[key]["default"])

    return Settings(
        url=text("GATEWAY_URL"),
        token=text("GATEWAY_TOKEN"),
        patterns=tuple(text("EVENTS").replace(",", " ").split()),
        batch_size=number("BATCH_SIZE"),
        timeout_seconds=number("TIMEOUT"),
        spool_folder=text("SPOOL_FOLDER"),
        spool_max_events=number("SPOOL_MAX_EVENTS"),
    )
