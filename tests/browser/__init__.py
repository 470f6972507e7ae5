"""Tests that look at pages with a real browser; a package, so that its browser is open only while they run."""
