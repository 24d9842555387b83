"""A sweep over many repositories as a page, as tables and as data: its rows in, strings out."""
