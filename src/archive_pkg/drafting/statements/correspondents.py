"""Read sender, signatories and recipients of a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.drafting.name_shapes import (
    looks_like_name,
    person_of,
    strip_titles,
    without_brackets,
)
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

if TYPE_CHECKING:
    from archive_pkg.drafting.layout.line_shapes import SignatureLine
    from archive_pkg.drafting.statements.mentions import Mention
    from archive_pkg.drafting.vocabulary import NamedEntity

# Titles of rulers; the editor must say who held the title at the time.
_RULERS = frozenset(
    {"shah", "king", "queen", "emperor", "empress", "sultan", "emir", "amir", "pope"}
)


def _same(address: frozenset[str], greeted: frozenset[str]) -> bool:
    """Whether an address shares a name, perhaps abbreviated ("Rich."), with the salutation."""
    return any(
        name == word or (len(name) >= 4 and word.startswith(name))
        for name in address
        for word in greeted
    )


class CorrespondentsReader(StatementReader):
    """Reads signatories, sender, recipients and copies."""

    def read(self) -> None:
        """Read all of them."""
        self.signatories()
        self.recipients()
        self.copies()

    def signatories(self) -> None:
        """Add each signature, and as the sender its signer or the body that they sign for."""
        tail = self.layout.tail
        added: set[str] = set()
        subject = self.body_as_subject()
        body = self.body_signed_for() or (subject.known if subject else None)
        if subject is not None:
            quote = self.quote(subject.start, subject.end)
            name = subject.known.name
            self.add("sender", name, PROBABLE, "body-that-speaks", quote, "organization")
        elif body is not None and tail.for_another is not None:
            self.add(
                "sender",
                body.name,
                CERTAIN,
                "signed-for-body",
                self.line_quote(tail.for_another),
                "organization",
            )
        first = tail.signatures[0] if tail.signatures else None
        for one in tail.signatures:
            name = one.text.strip(" =,")
            sure = self.signature_confidence(one)
            quote = self.quote(one.start, one.end)
            rule = f"signature-{one.how}"
            self.add("signatory", name, sure, rule, quote, "person", signs=self.signs_for())
            if body is None and one.how != "postscript":
                self.sender(
                    one, CERTAIN if one is first and one.how == "after-closing" else sure, added
                )
        if not tail.signatures:
            self.sender_from_line()

    def signature_confidence(self, one: SignatureLine) -> Confidence:
        """Return the confidence of a signature.

        A single name after a closing is certain, and so is a single name at the end, as in
        telegrams. With attachments or several signatures, an editor must review it.
        """
        tail, line = self.layout.tail, self.lines[one.line]
        if one.how == "before-postscript" or (one.how == "co-signed" and not line.alone):
            return GUESS
        if one.how == "co-signed" and not person_of(one.text, self.vocabulary).family:
            return GUESS
        if one.how == "with-closing" and len(tail.signatures) > 1:
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
        """Return on whose behalf the signer signs, as written ("For the Secretary of State")."""
        number = self.layout.tail.for_another
        return self.lines[number].text.rstrip(" :,") if number is not None else ""

    def copies(self) -> None:
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

    def body_as_subject(self) -> Mention | None:
        """Return the body that is the subject of a first sentence with "you"."""
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

    def body_signed_for(self) -> NamedEntity | None:
        """Return the body on whose behalf the signer signs ("For the Joint Chiefs of Staff:")."""
        number = self.layout.tail.for_another
        if number is None:
            return None
        words = words_of(self.lines[number].text)
        skipped = self.vocabulary.forms["for_another"].at(words)
        known = self.vocabulary.agents.get(" ".join(words[skipped:]))
        return known if known is not None and known.kind == "organization" else None

    def sender(self, one: SignatureLine, sure: Confidence, added: set[str]) -> None:
        """Add the signer as sender, by the fullest form of the name."""
        line = self.lines[one.typed] if one.typed is not None else None
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
            sure = GUESS
        elif not person.family:
            sure = PROBABLE if one.how == "after-closing" and sure is not GUESS else GUESS
        self.add(
            "sender",
            person.name,
            sure,
            f"sender-signed-{one.how}",
            quote,
            "person",
            role=person.role,
            family=person.surname_first,
        )

    def sender_from_line(self) -> None:
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

    def recipients(self) -> None:
        """Add the recipient from the address and the salutation, or from one of them."""
        head, tail = self.layout.head, self.layout.tail
        line = self.lines[head.salutation] if head.salutation is not None else None
        greeted = read_salutation(line, self.vocabulary) if line is not None else None
        words = greeted.words if greeted is not None and not greeted.office else frozenset()
        blocks = [
            one
            for block in head.addressee + tail.addressee
            if (one := read_block(self.lines, block, words, self.vocabulary)) is not None
        ]
        names = [words_of(one.text) for one in tail.signatures]
        signers = {name[-1] for name in names} | {name[0] for name in names}
        if words:
            blocks = [
                one for one in blocks if one.words & words or not self.is_signers_own(one, signers)
            ]
        matching = [one for one in blocks if _same(one.words, words)] or self.name_in_head(words)
        blocks.sort(key=lambda one: not one.addressed)
        if matching:
            self.add_recipient(matching[0], CERTAIN, "address-and-salutation")
        elif blocks:
            ruler = blocks[0].office and first_word(blocks[0].name) in _RULERS
            self.add_recipient(blocks[0], PROBABLE if ruler else CERTAIN, "address")
        elif (known := self.known_above_salutation()) is not None:
            self.add_recipient(known, PROBABLE, "known-above-salutation")
        elif greeted is not None and not greeted.office:
            sure = CERTAIN if greeted.role else GUESS
            self.add_recipient(greeted, sure, "salutation-name")
        elif greeted is not None and (greeted.addressed or self.candidates(greeted)):
            sure = PROBABLE if greeted.addressed else CERTAIN
            self.add_recipient(greeted, sure, "salutation-office")

    def known_above_salutation(self) -> Addressee | None:
        """Return a body of the vocabulary that is alone on the line above the salutation."""
        number = (self.layout.head.salutation or 0) - 1
        if number < 0 or not self.lines[number].alone:
            return None
        line = self.lines[number]
        known = self.vocabulary.agents.get(" ".join(words_of(line.text)))
        if known is None or known.kind != "organization":
            return None
        return Addressee(known.name, "", line.start, line.end, office=True)

    def is_signers_own(self, one: Addressee, signers: set[str]) -> bool:
        """Whether an address in the head is the signer's own: it has their name and no "To"."""
        name = words_of(one.name)
        return not one.addressed and bool(name) and (name[-1] in signers or name[0] in signers)

    def name_in_head(self, greeted: frozenset[str]) -> list[Addressee]:
        """Return a line of the head that shares a name with the salutation."""
        for line, kind in zip(self.lines, self.layout.kinds, strict=True):
            if kind in ("place", "heading", "letterhead"):
                name, role = strip_titles(line.text.strip(" ,."), self.vocabulary)
                if looks_like_name(name, most=4) and " " in name:
                    one = Addressee(name, role, line.start, line.end, office=False)
                    if _same(one.words, greeted):
                        return [one]
        return []

    def candidates(self, one: Addressee) -> tuple[str, ...]:
        """Return the candidates for a form of address that several people share."""
        words = words_of(one.name)
        known = self.vocabulary.ambiguous
        return known.get(" ".join(words)) or known.get(" ".join(["mr", *words])) or ()

    def add_recipient(self, one: Addressee, sure: Confidence, rule: str) -> None:
        """Add the recipient, with candidates if it is an office."""
        self.add(
            "recipient",
            one.name,
            sure,
            rule,
            self.quote(one.start, one.end),
            "" if one.office else "person",
            role=one.role,
            candidates="; ".join(self.candidates(one)) if one.office else "",
        )
