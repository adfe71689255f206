"""A USB stick on a flashed box: looked at by root's helper, while a person waits for it."""
