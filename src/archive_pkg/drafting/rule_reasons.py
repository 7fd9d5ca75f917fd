"""Name the rules of drafting, with the reasons that comments and messages give for them."""

from __future__ import annotations

from archive_pkg.messages import _, term

RULES: dict[str, str] = {
    "proposed": "a proposal from a program or a person",
    # Classification
    "marking-line": "a line of markings in the head",
    "marking-stamp": "a level of secrecy on a stamp",
    "no-marking-stated": "the text says that it has no marking",
    "marking-rendered": "a word that only one vocabulary of levels has",
    # Dates
    "iso-date": "a date in figures, year first",
    "written-date": "a date written out",
    "month-and-year": "a month and a year, no day",
    "double-date": "a day in two calendars",
    "either": "one of two days",
    "span": "the first and the last day",
    "several-days": "several days",
    "before": "a day before the date in the text",
    "after": "a day after the date in the text",
    "between": "a day between the dates in the text",
    "not-after": "the date in the text or an earlier one",
    "not-before": "the date in the text or a later one",
    "part-of-it": "a part of the month in the text",
    "dual-year": "a day before 25 March, when the year began",
    "republican-date": "a date in the French Republican calendar",
    "no-such-day": "a day that does not exist",
    "double-date-contradicts": "two days that are not the same day in two calendars",
    "span-or-either": "two days, of which the letter has one or both",
    "century": "a year without its century",
    "year-first": "a date in figures, year first",
    "roman-month": "day, month in Roman numerals, year",
    "day-and-month": "day and month in figures, day first",
    "month-and-day": "month and day in figures, month first",
    "day-or-month": "figures in which either number can be the month",
    "day-without-year": "a day without its year",
    "old-style-date": "a date in the old style",
    "year-alone": "a dateline in which only the year is readable",
    "stamp-of-receipt": "a stamp of receipt; if it has no year, the letter's year or the next",
    # Places
    "dateline": "the dateline",
    "line-above-date": "the line above the date",
    "line-below-date": "the line below the date",
    "address-above-salutation": "the address above the salutation",
    # Salutation and closing
    "salutation-line": "the line with the greeting",
    "salutation-in-line": "the greeting at the beginning of the text",
    "lines-above-signature": "the closing lines above the signature",
    # Signatures and senders
    "signature-after-closing": "the line after the closing",
    "signature-with-closing": "the name at the end of the closing",
    "signature-marked-signed": "a line marked as signed",
    "signature-co-signed": "a name below the first signature",
    "signature-last-line": "the last line, which is a name",
    "signature-before-postscript": "a name on its own line before the postscript",
    "signature-postscript": "a name on its own line after the postscript",
    "signed-for-body": "signed in the name of a body",
    "body-that-speaks": "the body that speaks in the first sentence",
    "from-line": "the name after FROM",
    # Recipients
    "address": "the line of address",
    "known-above-salutation": "a name from the vocabulary, right above the salutation",
    "address-and-salutation": "the line of address, which shares a name with the salutation",
    "salutation-name": "the name in the salutation",
    "salutation-office": "the office in the salutation; its holder is not identified",
    "copies-line": "a name after cc or “copies to”",
    # Forms of official documents
    "copy-number-line": "a line with the number of the copy",
    "number-line": "the number of the document",
    "number-in-stamp": "a number that was stamped or written by hand",
    "marking-in-number": "a marking within the number",
    "classification-field": "the field for the classification",
    "date-field": "the field for the date",
    "sent-field": "the field for the dispatch",
    "sent-line": "the line with the time of dispatch",
    "date-in-marking-line": "the date in the line of the marking",
    "date-after-number": "the date after the number",
    "date-of-talk": "the date of the talk",
    "date-of-session": "the date of the session",
    "span-line": "a line with the first and the last day",
    "title-line": "the title line",
    "telegraph-head": "what the telegraph office wrote",
    "place-field": "the field for the place",
    "town-in-head": "a town alone on a line in the head",
    "heading": "the heading",
    "heading-of-diary": "the heading of a diary",
    "entries-of-diary": "entries of several days",
    "heading-of-talk": "the heading of a talk",
    "opening-words": "the words of the first sentences",
    "mission-to-ministry": "a mission signs to its ministry",
    "filing-line": "a line that says where the document is filed",
    "subject-line": "the line with the subject",
    "from-field": "the field for the sender",
    "to-field": "the field for the recipient",
    "date-of-entry": "the day above an entry of a diary",
    "desk-officer": "the desk officer in the head",
    "by-order": "a line that says on whose order it is signed",
    "presides": "a line that says who presides",
    "speaker": "a speaker",
    "signer-of-talk": "who signs the record of a talk",
    "address-in-telegram": "a name in capitals in the head of a telegram",
    "letterhead-without-address": "a letterhead, and no address",
    "diary-of": "the diary's title",
    "letterhead": "the letterhead",
    "body-of-session": "the body whose session the heading names",
    "address-to": "the line that begins with To",
    "address-attention": "a line that says whose attention is asked",
    "name-above-address": "the name above the writer's address",
    "address-town-and-body": "a line with a town and a body",
    "address-comrade": "a line with a title of comradeship",
    "address-dative": "a line with an office in the dative",
    "address-from-to": "a line “X to Y”",
    "address-titled": "a name or office with a title in a line of address",
    "address-colon": "a body before a colon",
    "address-bare-committee": "a committee alone on a line above the text",
    "participants-list": "the list of participants",
    "recorder-list": "the name of the recorder",
    "interpreter-list": "the name of the interpreter",
    "signature-made-by": "a line that says who recorded or prepared it",
    "signature-below-date": "a name on the last line, below the date",
    "signature-in-capitals": "a name in capitals on the last line",
    "signature-after-date": "a name after the date",
    "signature-in-parentheses": "a name in parentheses below the text",
    "signature-between-signs": "a name between equals signs",
    "signature-marked": "a name after the mark of a signature",
    "signature-of-body": "a body below the text",
    "signature-above-office": "a name above an office",
    "signature-after-office": "a name after an office",
    "signature-below-office": "a name below an office",
    "source-line": "the source line",
    # Content
    "enclosure-heading": "a line that heads an attachment",
    "enclosure-reference": "a reference to it in parentheses",
    "letter-speaks-of-it": "the letter mentions it",
    "editorial-paragraph": "a paragraph at the end that refers to the writer in the third person",
    "name-in-vocabulary": "a name from the vocabulary",
    "script-of-text": "the script of this language",
    "function-words": "words that are frequent in this language",
    "language-named-in-brackets": "the brackets name the language",
    "other-script": "the script of another language",
    "letters-of-a-language": "letters and endings of another language",
    "language-of-source-terms": "the language of a source term in brackets",
    "past-tense-after-have": "a past tense after has, have or had",
    "name-spelt-otherwise": "a name that the signature spells differently",
    "former-id": "the id that the record had before its date or names were corrected",
    "title-from-parts": "made from type, sender, recipient and date, as in documentary editions",
    "translation-has-an-original": "a source term in brackets shows that the text was translated",
    "romanization-reversed": "a Russian spelling that is romanized to these words",
    # Translation or transcription
    "translation-heading": "a heading that says that the text is a translation",
    "translator-shows": "the translator is named",
    "original-language-shows": "a source term in brackets",
    "language-of-sender": "the language of the text and that of the sender's state",
    "no-sign-of-translation": "nothing shows whether the text is a transcription or a translation",
    # Notes
    "bracket-says-sic": "the bracket says so",
    "bracket-says-withheld": "the bracket says that something is withheld",
    "bracket-says-illegible": "the bracket says that something is illegible",
    "bracket-says-omission": "the bracket says that something is left out",
    "bracket-says-editorial": "the bracket is an editor's",
    "footnote-mark": "the mark of a footnote",
    "page-mark": "the number of a page",
    "dots-in-brackets": "dots in brackets",
    "question-mark-in-brackets": "a question mark in brackets",
    "completion": "a bracket that completes a word or a sign",
    "romanised-russian": "words in brackets that are Russian in Latin letters",
    "words-in-brackets": "words in brackets, read as an insertion",
    # Type
    "letter-forms": "it has the parts of a letter",
    "head-says-memorandum": "the head says that it is a memorandum",
    "number-opens-text": "a number opens the text, as in telegrams",
    "subject-without-salutation": "a subject line and no salutation",
    "names-participants": "it names participants",
}
"""The reason for a statement, by the name of its rule."""

_PLACES = {"-head": "in the head", "-below-signature": "below the signature"}


def reason(rule: str) -> str:
    """Return the reason for the statements of a rule, in words.

    For a rule that is not known, return its name with spaces.
    """
    if rule in RULES:
        return RULES[rule]
    for ending, where in _PLACES.items():
        known = RULES.get(rule.removesuffix(ending))
        if rule.endswith(ending) and known:
            return f"{known}, {where}"
    signed = rule.replace("sender-signed-", "signature-").removeprefix("sender-")
    if signed in RULES:
        return f"the signer, from {RULES[signed]}"
    return rule.replace("-", " ")


def rule_name(rule: str) -> str:
    """Return the name of a rule, which catalogues translate."""
    for ending, text in (
        ("-head", _("{rule}, in the head")),
        ("-below-signature", _("{rule}, below the signature")),
    ):
        if rule not in RULES and rule.endswith(ending):
            return _(text.sources[0], rule=rule_name(rule.removesuffix(ending)))
    signed = rule.replace("sender-signed-", "signature-").removeprefix("sender-")
    if rule not in RULES and signed in RULES:
        return _("the signer, from {rule}", rule=rule_name(signed))
    return term("rule", rule.replace("-", " "))


def sentence(rule: str) -> str:
    """Return the reason as a sentence, for a note in a record."""
    words = reason(rule)
    return f"{words[:1].upper()}{words[1:]}."
