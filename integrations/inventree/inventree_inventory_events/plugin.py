"""The plugin that InvenTree loads."""

import logging
import time

from django.db import connections
from plugin import InvenTreePlugin
from plugin.mixins import EventMixin, SettingsMixin

from . import SLUG
from .forwarders import forwarder_of
from .origin import take_origin, watch_tasks
from .sampled_log import SampledLog
from .settings import SETTINGS, read_settings
from .startup import start_with_workers

SETTINGS_SECONDS = 10.0


class InventoryEventsPlugin(EventMixin, SettingsMixin, InvenTreePlugin):
    """Forwards events to the gateway of inventory-events."""

    NAME = "InventoryEvents"
    SLUG = SLUG
    TITLE = "Inventory events"
    DESCRIPTION = "Forwards events to Kafka through the HTTP gateway of inventory-events"
    VERSION = "0.1.0"
    LICENSE = "MIT"

    SETTINGS = SETTINGS

    def __init__(self):
        super().__init__()
        self._log = SampledLog()
        self._known = None
        self._known_at = float("-inf")

    def wants_process_event(self, event):
        """Never raises: an exception would keep the event from all other plugins too."""
        try:
            settings = self._settings()
            if not settings.is_complete:
                message = "forwarding is disabled: GATEWAY_URL or SPOOL_FOLDER is not set"
                self._log.say(logging.WARNING, "incomplete", message)
                return False
            # A changed SPOOL_FOLDER, or a new instance, takes effect with any event.
            self._forwarder(settings)
            return settings.wants(event)
        except Exception as error:
            message = f"cannot read settings to filter {event}; accepting it: {error}"
            self._log.say(logging.ERROR, "filter", message)
            return True

    def process_event(self, event, *args, **kwargs):
        """Writes the event to disk. Raises if it can't, so that InvenTree retries."""
        settings = self._settings()
        if settings.is_complete and settings.wants(event):
            self._forwarder(settings).take(settings, event, args, kwargs, take_origin(event))

    def start_forwarder(self):
        """Returns whether it runs; it does not while the plugin is inactive or incomplete."""
        settings = self._settings_in_thread()
        if settings is None or not settings.is_complete:
            return False
        self._forwarder(settings)
        return True

    def _forwarder(self, settings):
        return forwarder_of(settings.spool_folder, self._settings_in_thread)

    def _settings(self):
        if time.monotonic() - self._known_at >= SETTINGS_SECONDS:
            self._known = read_settings(self.get_setting)
            self._known_at = time.monotonic()
        return self._known

    def _settings_in_thread(self):
        """For the sending thread, which must not keep a database connection open."""
        try:
            return read_settings(self.get_setting) if self.is_active() else None
        finally:
            connections.close_all()


watch_tasks()
# A new instance: a worker starts before it loads a plugin that was activated meanwhile.
start_with_workers(lambda: InventoryEventsPlugin().start_forwarder())
