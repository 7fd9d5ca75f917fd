"""Vocabularies that a record uses: identifiers, languages, terms with an order or an authority."""
