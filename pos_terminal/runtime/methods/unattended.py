"""The hours of a rule («02:00-04:00», «23:00-01:00»), by the local time. Pure."""

from datetime import datetime, timedelta


def now_in(hours: str, local: datetime) -> int | None:
    """The whole seconds that are left of those hours, at least one; None outside of them."""
    begin, end = (_at(each, local) for each in hours.split("-"))
    if end <= begin:  # over midnight
        if local < end:
            begin -= timedelta(days=1)
        else:
            end += timedelta(days=1)
    return max(1, int((end - local).total_seconds())) if begin <= local < end else None


def _at(hour: str, local: datetime) -> datetime:
    return local.replace(hour=int(hour[:2]), minute=int(hour[3:]), second=0, microsecond=0)
