"""An InvenTree worker, as far as the plugin can see.

Reads {settings, events: [[name, kwargs], ...], ends: "when sent" | "at once"} from the standard
input; with "when sent" it ends when the spool is empty. Prints a line after the last event.
"""

import json
import logging
import os
import sys
import time
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "server_settings"
django.setup()

from inventree_inventory_events.plugin import InventoryEventsPlugin  # noqa: E402
from plugin import dispatch  # noqa: E402

logging.basicConfig(level=logging.INFO)
task = json.load(sys.stdin)
plugin = InventoryEventsPlugin()
plugin.stored = task["settings"]
plugin.wants_process_event("plugins_loaded")
for name, kwargs in task["events"]:
    dispatch(plugin, name, **kwargs)
    time.sleep(task.get("pause_seconds", 0))
print("handed over", flush=True)
events = Path(task["settings"]["SPOOL_FOLDER"]) / "events"
while task["ends"] == "when sent" and any(events.iterdir()):
    time.sleep(0.02)
