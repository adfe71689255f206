"""What drivers' settings are held to."""


from pos_terminal.domain.language import say


def within(settings: object, **bounds: tuple[float, float]) -> None:
    """ValueError where one of these settings lies beyond its bounds."""
    for name, (least, most) in bounds.items():
        if not least <= getattr(settings, name) <= most:
            raise ValueError(
                say("{name} : de {least:g} à {most:g}", name=name, least=least, most=most)
            )
