"""The API of tills and of merchants' servers."""
