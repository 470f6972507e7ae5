"""Tests of the client against a local host that misbehaves on purpose."""
