"""Tests of the client, against a host on this machine that misbehaves on purpose."""
