"""Tests of the command line, through the words a person types."""
