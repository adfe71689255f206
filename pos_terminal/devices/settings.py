"""What drivers' settings are held to."""


def within(settings: object, **bounds: tuple[float, float]) -> None:
    """ValueError where one of these settings lies beyond its bounds."""
    for name, (least, most) in bounds.items():
        if not least <= getattr(settings, name) <= most:
            raise ValueError(f"{name} must lie between {least} and {most}")
