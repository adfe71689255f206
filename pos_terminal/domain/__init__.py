"""The shop's rules, pure: no I/O, no clock, no random, no logging; only the standard library."""

