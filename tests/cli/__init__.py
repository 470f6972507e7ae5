"""Tests of the command line with the arguments that a user types."""
