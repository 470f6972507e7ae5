"""The files of a publication that are not pages: feeds, calendars, TimeMaps, sitemap, headers, texts, JSON and PDF."""
