"""InvenTree's background worker: a cluster of django-q2, with the plugin loaded before it starts."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "server_settings"
django.setup()

from django_q.cluster import Cluster  # noqa: E402
from inventree_inventory_events import startup  # noqa: E402
from inventree_inventory_events.plugin import InventoryEventsPlugin  # noqa: E402
from plugin.events import registry  # noqa: E402

startup.RETRY_SECONDS = 0.1
registry[InventoryEventsPlugin.SLUG] = InventoryEventsPlugin()
Cluster().start()
