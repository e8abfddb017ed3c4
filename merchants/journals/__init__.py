"""A shop's settlements as journals for its accounting program, one module a format."""
