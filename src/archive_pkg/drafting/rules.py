"""The rules by their names, each with the reason it gives: for comments and for the docs."""

from __future__ import annotations

RULES: dict[str, str] = {
    # Classification
    "marking-line": "a line of markings in the head",
    "no-marking-stated": "the text says that it has no marking",
    "marking-rendered": "a word that only one vocabulary of levels has",
    # Dates
    "iso-date": "a date in figures, year first",
    "written-date": "a date written out",
    "month-and-year": "a month and a year, no day",
    "double-date": "two days that the text names as one date",
    "roman-month": "day, month in Roman figures, year",
    "day-and-month": "day and month in figures, day first",
    "month-and-day": "month and day in figures, month first",
    "day-or-month": "figures that leave open which is the month",
    "day-without-year": "a day without its year",
    "old-style-date": "a date in the old style",
    "year-alone": "a dateline of which only the year can be read",
    "stamp-of-receipt": "a stamp of receipt; without a year it has the letter's, or the next",
    # Places
    "dateline": "the place in the dateline",
    "line-above-date": "the line above the date",
    "line-below-date": "the line below the date",
    "address-above-salutation": "the address above the salutation",
    # Salutation and closing
    "salutation-line": "the line that greets",
    "salutation-in-line": "the words that greet at the beginning of the text",
    "lines-above-signature": "the lines that take leave above the signature",
    # Signatures and senders
    "signature-after-closing": "the line after the closing",
    "signature-with-closing": "the name at the end of the closing",
    "signature-marked-signed": "the line says that it is signed",
    "signature-co-signed": "a name below the first signature",
    "signature-last-line": "the last line, which is a name",
    "signature-before-postscript": "a name alone before the postscript",
    "signature-postscript": "a name alone after the postscript",
    "signed-for-body": "signed in the name of a body",
    "body-that-speaks": "the body that speaks in the first sentence",
    "from-line": "the name after FROM",
    # Recipients
    "address": "the line of address",
    "known-above-salutation": "a name that the vocabulary knows, right above the salutation",
    "address-and-salutation": "the line of address, which has a name of the salutation",
    "salutation-name": "the name in the salutation",
    "salutation-office": "the office in the salutation; who held it is open",
    "copies-line": "a name after cc or “copies to”",
    # Content
    "enclosure-heading": "a line that heads an attachment",
    "letter-speaks-of-it": "the letter speaks of it",
    "editorial-paragraph": "a paragraph at the end that tells of the writer in the third person",
    "name-in-vocabulary": "a name that the vocabulary knows",
    "function-words": "the small words of the text",
    "language-of-source-terms": "the language of a source term in brackets",
    "past-tense-after-have": "a past tense after has, have or had",
    "name-spelt-otherwise": "a name that the signature spells otherwise",
    "title-from-parts": "made from kind, sender, recipient and date, as documentary editions do",
    "translation-has-an-original": "a source term in brackets shows that the text was translated",
    "romanization-reversed": "a Russian spelling that romanises forward to these words",
    "words-before-bracket": "the words that the bracket follows",
    # Notes
    "bracket-says-sic": "the bracket says so",
    "bracket-says-withheld": "the bracket says that something is withheld",
    "bracket-says-illegible": "the bracket says that something cannot be read",
    "bracket-says-omission": "the bracket says that something is left out",
    "bracket-says-editorial": "the bracket is an editor's",
    "dots-in-brackets": "dots in brackets",
    "question-mark-in-brackets": "a question mark in brackets",
    "completion": "a bracket that completes a word or a sign",
    "romanised-russian": "words in brackets that are Russian in Latin letters",
    "words-in-brackets": "words in brackets that nothing else explains",
    # Type
    "letter-forms": "a letter's forms",
    "head-says-memorandum": "the head says that it is a memorandum",
    "number-opens-text": "a number opens the text, as in telegrams",
    "subject-without-salutation": "a subject line and no salutation",
    "names-participants": "it names participants",
}
"""Why a statement was made, by the name of its rule."""

_PLACES = {"-head": "in the head", "-below-signature": "below the signature"}


def reason(rule: str) -> str:
    """The reason that a rule gives, for people."""
    if rule in RULES:
        return RULES[rule]
    for ending, where in _PLACES.items():
        known = RULES.get(rule.removesuffix(ending))
        if rule.endswith(ending) and known:
            return f"{known}, {where}"
    signed = rule.replace("sender-signed-", "signature-")
    if signed in RULES:
        return f"the signer: {RULES[signed]}"
    return rule.replace("-", " ")
