"""Updates of a flashed box: signed releases, two slots, one of which is tried before it stays."""
