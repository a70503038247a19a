"""The internal site: the state of the district on static pages, each number with its rows."""
