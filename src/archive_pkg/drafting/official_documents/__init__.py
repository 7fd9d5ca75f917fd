"""Read the forms of official documents: heads in fields, markings, addressees, source lines."""
