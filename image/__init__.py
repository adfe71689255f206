"""The image that technicians flash: `python -m image` builds it, README.md says how it works."""
