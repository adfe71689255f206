"""Structured concurrency for the till and the agent: races, the newest value, supervised tasks."""
