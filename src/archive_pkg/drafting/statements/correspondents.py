"""Make statements about sender, signatories, recipients and copies of a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.drafting.name_shapes import (
    looks_like_name,
    person_of,
    strip_titles,
    without_brackets,
)
from archive_pkg.drafting.official_documents.people import is_only_office
from archive_pkg.drafting.statements.addressees import Addressee, read_block, read_salutation
from archive_pkg.drafting.statements.base import (
    CERTAIN,
    GUESS,
    PROBABLE,
    Confidence,
    DraftQuote,
    StatementReader,
)
from archive_pkg.drafting.statements.mentions import find_mentions
from archive_pkg.drafting.vocabulary import first_word, words_of
from archive_pkg.names import is_corporate

if TYPE_CHECKING:
    from archive_pkg.drafting.letters.line_shapes import SignatureLine
    from archive_pkg.drafting.statements.mentions import Mention
    from archive_pkg.drafting.vocabulary import NamedEntity

# Titles of rulers; the editor must say who held the title at the time.
_RULERS = frozenset(
    {"shah", "king", "queen", "emperor", "empress", "sultan", "emir", "amir", "pope"}
)


def _share_a_name(address: frozenset[str], greeted: frozenset[str]) -> bool:
    """Return whether an address and the salutation share a name, perhaps shortened ("Rich.")."""
    return any(
        name == word or (len(name) >= 4 and word.startswith(name))
        for name in address
        for word in greeted
    )


class CorrespondentsReader(StatementReader):
    """Makes statements about signatories, sender, recipients and copies."""

    def read(self) -> None:
        """Add signatories, sender, recipients and recipients of copies to the draft."""
        self.add_signatories()
        self.add_recipients()
        self.add_copies()

    def add_signatories(self) -> None:
        """Add the signatories, and the sender.

        The sender is the organization that begins the first sentence, the organization for which
        the signer signs, or the signers.
        """
        tail = self.layout.tail
        added: set[str] = set()
        subject = self.organization_as_subject()
        organization = self.organization_signed_for() or (subject.known if subject else None)
        if subject is not None:
            quote = self.quote(subject.start, subject.end)
            name = subject.known.name
            self.add("sender", name, PROBABLE, "body-that-speaks", quote, "organization")
        elif organization is not None and tail.for_another is not None:
            self.add(
                "sender",
                organization.name,
                CERTAIN,
                "signed-for-body",
                self.line_quote(tail.for_another),
                "organization",
            )
        first = tail.signatures[0] if tail.signatures else None
        for one in tail.signatures:
            name = one.text.strip(" =,")
            confidence = self.signature_confidence(one)
            quote = self.quote(one.start, one.end)
            rule = f"signature-{one.how}"
            self.add("signatory", name, confidence, rule, quote, "person", signs=self.signs_for())
            if organization is None and one.how != "postscript":
                self.add_sender(
                    one,
                    CERTAIN if one is first and one.how == "after-closing" else confidence,
                    added,
                )
        if not tail.signatures:
            self.add_sender_from_line()

    def signature_confidence(self, one: SignatureLine) -> Confidence:
        """Return the confidence of a signature.

        The first case that applies decides:

        - GUESS: the signature is above a postscript, or a co-signer's; it is on the line of a
          closing or on the last line, among several signatures.
        - PROBABLE: the letter has enclosures in the text, or several signatures.
        - CERTAIN: the signature is below a closing; it is on the line of a short closing; it is a
          name on the last line, right below the body, as in telegrams.
        - GUESS: the signature is on the line of a longer closing.
        - PROBABLE: all other cases.
        """
        tail, line = self.layout.tail, self.lines[one.line]
        if one.how in ("before-postscript", "co-signed"):
            return GUESS
        if one.how in ("with-closing", "last-line") and len(tail.signatures) > 1:
            return GUESS
        if tail.enclosures or len(tail.signatures) > 1:
            return PROBABLE
        if one.how == "after-closing":
            return CERTAIN
        if one.how == "with-closing":
            opener = self.vocabulary.forms["closings"].at(words_of(line.text))
            return (
                CERTAIN
                if opener and line.text.count(" ") <= 3 and one.start - line.start < 12
                else GUESS
            )
        plain = self.layout.kinds[one.line - 1] == "body"
        return CERTAIN if one.how == "last-line" and plain else PROBABLE

    def signs_for(self) -> str:
        """Return for whom the signer signs, as written ("For the Secretary of State"); or ""."""
        number = self.layout.tail.for_another
        return self.lines[number].text.rstrip(" :,") if number is not None else ""

    def add_copies(self) -> None:
        """Add the names after "cc:" or "Copies to:"."""
        for number, kind in enumerate(self.layout.kinds):
            line = self.lines[number]
            if kind != "copies" or len(line.text) > 200:
                continue
            label, colon, rest = line.text.partition(":")
            begin = len(label) + len(colon)
            for name in rest.split(","):
                bare = name.strip(" .;")
                if looks_like_name(bare):
                    start = line.start + begin + name.index(bare)
                    quote = self.quote(start, start + len(bare))
                    self.add("copy-to", bare, PROBABLE, "copies-line", quote, "person")
                begin += len(name) + 1

    def organization_as_subject(self) -> Mention | None:
        """Return the organization that begins the first sentence, if the sentence says "you"."""
        start = self.layout.head.body
        if start >= len(self.lines):
            return None
        line = self.lines[start]
        sentence = line.text[:400].partition(". ")[0]
        if not set(words_of(sentence)) & {"you", "ihnen", "euch", "vous", "вам", "вас"}:
            return None
        found = find_mentions(self.text, self.vocabulary, line.start, line.start + len(sentence))
        first = next((one for one in found if one.start == line.start), None)
        return first if first is not None and first.known.kind == "organization" else None

    def organization_signed_for(self) -> NamedEntity | None:
        """Return the organization for which the signer signs ("For the Joint Chiefs of Staff:")."""
        number = self.layout.tail.for_another
        if number is None:
            return None
        words = words_of(self.lines[number].text)
        skipped = self.vocabulary.forms["for_another"].at(words)
        known = self.vocabulary.agents.get(" ".join(words[skipped:]))
        return known if known is not None and known.kind == "organization" else None

    def add_sender(self, one: SignatureLine, confidence: Confidence, added: set[str]) -> None:
        """Add the signer as sender, by the typed name below the signature if there is one.

        Args:
            one: The signature.
            confidence: The confidence of the signature.
            added: The names of the senders that were added before.
        """
        line = self.lines[one.typed] if one.typed is not None else None
        office = ""
        if line is not None and is_only_office(line.text, self.vocabulary):
            office, line = line.text, None
        written = line.text if line is not None else one.text
        quote = (
            DraftQuote(line.start, line.end, line.text)
            if line is not None
            else self.quote(one.start, one.end)
        )
        person = person_of(without_brackets(written), self.vocabulary)
        if person.name in added:
            return
        added.add(person.name)
        if "(" in person.name:  # a firm's signature, or an explained name
            confidence = GUESS
        elif not person.family:
            confidence = (
                PROBABLE if one.how == "after-closing" and confidence is not GUESS else GUESS
            )
        self.add(
            "sender",
            person.name,
            confidence,
            f"sender-signed-{one.how}",
            quote,
            "person",
            role=person.role or office,
            family=person.surname_first,
        )

    def add_sender_from_line(self) -> None:
        """Add the name after "FROM:" as sender."""
        for block in self.layout.head.senders:
            for place, number in enumerate(block):
                line = self.lines[number]
                rest = line.text.partition(":")[2].strip() if place == 0 else line.text
                name = rest.rpartition(" - ")[2].partition(",")[0].partition(" THE ")[0].strip()
                if looks_like_name(name):
                    person = person_of(name, self.vocabulary)
                    self.add(
                        "sender",
                        person.name,
                        CERTAIN if person.family else PROBABLE,
                        "from-line",
                        self.line_quote(number),
                        "person",
                        role=person.role,
                    )
                    return

    def addressed(self, block: list[int]) -> list[int]:
        """Return the lines of an address below a line "à", above which the sender is named."""
        place = next((n for n in block if self.lines[n].text.casefold() in ("à", "a")), None)
        return [n for n in block if place is None or n > place] or block

    def add_recipients(self) -> None:
        """Add the recipient that address and salutation name, or one of the two."""
        head, tail = self.layout.head, self.layout.tail
        line = self.lines[head.salutation] if head.salutation is not None else None
        greeted = read_salutation(line, self.vocabulary) if line is not None else None
        words = greeted.words if greeted is not None and not greeted.office else frozenset()
        blocks = [
            one
            for block in head.addressee + tail.addressee
            if (one := read_block(self.lines, self.addressed(block), words, self.vocabulary))
            is not None
        ]
        names = [words_of(one.text) for one in tail.signatures]
        signers = {word for name in names for word in (*name[:1], *name[-1:])}
        if words:
            blocks = [
                one for one in blocks if one.words & words or not self.is_signers_own(one, signers)
            ]
        matching = next(
            (one for one in blocks if _share_a_name(one.words, words)), None
        ) or self.name_in_head(words)
        blocks.sort(key=lambda one: not one.addressed)
        if matching is not None:
            self.add_recipient(matching, CERTAIN, "address-and-salutation")
        elif blocks:
            ruler = blocks[0].office and first_word(blocks[0].name) in _RULERS
            self.add_recipient(blocks[0], PROBABLE if ruler else CERTAIN, "address")
        elif (known := self.known_above_salutation()) is not None:
            self.add_recipient(known, PROBABLE, "known-above-salutation")
        elif greeted is not None and not greeted.office:
            confidence = CERTAIN if greeted.role else GUESS
            self.add_recipient(greeted, confidence, "salutation-name")
        elif greeted is not None and (greeted.addressed or self.candidates(greeted)):
            confidence = PROBABLE if greeted.addressed else CERTAIN
            self.add_recipient(greeted, confidence, "salutation-office")

    def known_above_salutation(self) -> Addressee | None:
        """Return the known organization alone above the salutation; None if there is none."""
        number = (self.layout.head.salutation or 0) - 1
        if number < 0 or not self.lines[number].alone:
            return None
        line = self.lines[number]
        known = self.vocabulary.agents.get(" ".join(words_of(line.text)))
        if known is None or known.kind != "organization":
            return None
        return Addressee(known.name, "", line.start, line.end, office=True)

    def is_signers_own(self, one: Addressee, signers: set[str]) -> bool:
        """Return whether an address is that of the signer: it has the signer's name and no "To"."""
        name = words_of(one.name)
        return not one.addressed and bool(name) and (name[-1] in signers or name[0] in signers)

    def name_in_head(self, greeted: frozenset[str]) -> Addressee | None:
        """Return the first name in the head that the salutation shares; None if there is none."""
        for line, kind in zip(self.lines, self.layout.kinds, strict=True):
            if kind in ("place", "heading", "letterhead"):
                name, role = strip_titles(line.text.strip(" ,."), self.vocabulary)
                if looks_like_name(name, most=4) and " " in name:
                    one = Addressee(name, role, line.start, line.end, office=False)
                    if _share_a_name(one.words, greeted):
                        return one
        return None

    def candidates(self, one: Addressee) -> tuple[str, ...]:
        """Return the people whom a form of address such as "Mr Secretary" may mean."""
        words = words_of(one.name)
        known = self.vocabulary.ambiguous
        return known.get(" ".join(words)) or known.get(" ".join(["mr", *words])) or ()

    def add_recipient(self, one: Addressee, confidence: Confidence, rule: str) -> None:
        """Add the recipient, with candidates if it is an office."""
        self.add(
            "recipient",
            one.name,
            confidence,
            rule,
            self.quote(one.start, one.end),
            "organization" if is_corporate(one.name) else "" if one.office else "person",
            role=one.role,
            candidates="; ".join(self.candidates(one)) if one.office else "",
        )
