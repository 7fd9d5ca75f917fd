"""Letter lists with columns of the user's own: the map of their columns, and their records."""
