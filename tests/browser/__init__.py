"""Tests in a real browser; a package, so that the browser is open only while they run."""
