"""Scenes: a page's blocks of keys and screens, played through the real drivers by a simulator."""
