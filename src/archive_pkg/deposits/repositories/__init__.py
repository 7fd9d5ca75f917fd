"""The kinds of repositories that packages can be deposited into."""
