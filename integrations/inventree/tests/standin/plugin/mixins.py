class EventMixin:
    def __init__(self):
        super().__init__()
        self.add_mixin("events", True, __class__)

    def wants_process_event(self, event: str) -> bool:
        return True

    def process_event(self, event: str, *args, **kwargs) -> None:
        raise NotImplementedError


class SettingsMixin:
    SETTINGS = {}

    def __init__(self):
        super().__init__()
        self.add_mixin("settings", "has_settings", __class__)
        self.settings = getattr(self, "SETTINGS", {})

    def get_setting(self, key, cache=False, backup_value=None):
        value = self.stored.get(key, self.settings[key].get("default"))
        if isinstance(value, Exception):
            raise value
        return backup_value if value is None else value
