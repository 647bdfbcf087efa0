"""Forwards InvenTree's events to the HTTP gateway of inventory-events."""

SLUG = "inventory-events"
