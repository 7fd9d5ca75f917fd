"""From the lines of a document to statements, each with its evidence."""
