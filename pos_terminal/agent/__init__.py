"""The agent: the process beside the till that faces outwards, and the services that run in it."""
