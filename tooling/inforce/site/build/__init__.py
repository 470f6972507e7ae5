"""The build of a site: plan, render, cache, and synchronise the output folder."""
