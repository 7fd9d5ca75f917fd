"""Language tags: BCP 47, checked against IANA's registry of subtags.

The registry is IANA's own file, in `data/`, and is read when the first tag is checked. Subtags of
states that no longer exist stay valid (`ru-SU`, `de-DD`): a letter of 1960 was written in one.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from typing import Annotated, NoReturn

from pydantic import AfterValidator, WithJsonSchema

from archive_pkg.faults import Fault
from archive_pkg.reports import Code, Severity

LANGUAGE_INVALID = Code(
    "record-language-invalid",
    Severity.ERROR,
    "A language tag is malformed, or has a subtag that the IANA registry does not know.",
    "RFC 5646, 2.2.9",
)

_LONGEST = 255


@cache
def _registry() -> str:
    """Return IANA's registry of subtags.

    It is the file at https://www.iana.org/assignments/language-subtag-registry, unchanged: to
    update it, replace it.
    """
    folder = files("archive_pkg.records") / "data"
    return (folder / "language-subtag-registry.txt").read_text("utf-8")


def _entry(kind: str, subtag: str) -> str:
    """The registry's record of a subtag, or of a whole tag; empty if there is none."""
    label = "Tag" if kind == "grandfathered" else "Subtag"
    head = f"\nType: {kind}\n{label}: {subtag}\n"
    start = _registry().find(head)
    return _registry()[start : _registry().index("%%", start)] if start >= 0 else ""


def _fields(entry: str, name: str) -> list[str]:
    return [
        line.removeprefix(f"{name}: ") for line in entry.splitlines() if line.startswith(f"{name}:")
    ]


@cache
def _subtags(kind: str) -> list[str]:
    """All subtags of a kind, read only to say which is nearest to a wrong one."""
    return re.findall(rf"\nType: {kind}\nSubtag: ([A-Za-z0-9]+)\n", _registry())


@lru_cache(maxsize=1024)
def language_tag(text: str) -> str:
    """A valid language tag in the case that BCP 47 recommends; its subtags stay as chosen.

    Args:
        text: The tag, `ru-Latn`, in any case.

    Returns:
        The tag with its language in lower case, its script capitalised, its region in capitals.

    Raises:
        Fault: It is malformed or has a subtag the registry does not know; the message names the
            subtag and the nearest right one.
    """
    if not text or len(text) > _LONGEST:
        _wrong("a language tag is empty" if not text else "a language tag is far too long")
    if "_" in text:
        _wrong(f"“{text}” has an underscore", f"write {text.replace('_', '-')}")
    if text != text.strip():
        _wrong(f"“{text}” has spaces around it", f"write {text.strip()}")
    subtags = text.lower().split("-")
    for subtag in subtags:
        if not (0 < len(subtag) <= 8 and subtag.isascii() and subtag.isalnum()):
            _no_subtag(text, subtag)
    if subtags[0] in _OLD and (old := _old_tag(text)):
        return old
    if subtags[0] == "x":
        if len(subtags) == 1:
            _wrong(f"“{text}” has nothing after its x", "write x-name, for private use")
        return "-".join(subtags)
    return "-".join(_checked(text, subtags))


_FORM = "write a BCP 47 tag: de, ru-Latn, zh-Hant, ru-SU; und where the language is not known"


# First subtags of the tags that were registered whole, before BCP 47 had its grammar.
_OLD = frozenset(["i", "art", "cel", "en", "no", "sgn", "zh"])


def _old_tag(text: str) -> str:
    """A tag that was registered whole and has no successor; empty if it is no such tag."""
    entries = re.search(
        rf"\nType: grandfathered\nTag: ({re.escape(text)})\n([^%]*)", _registry(), re.IGNORECASE
    )
    if entries is None:
        return ""
    right = _fields(entries[2], "Preferred-Value")
    if right:
        _wrong(f"“{text}” is a tag from before BCP 47", f"write {right[0]}")
    return entries[1]


def _checked(text: str, subtags: list[str]) -> list[str]:
    """The subtags in canonical case, read from left to right as RFC 5646's grammar has them."""
    rest = iter(enumerate(subtags[1:], 1))
    checked = [_primary(text, subtags[0])]
    stage, seen = 0, set[str]()
    for place, subtag in rest:
        if len(subtag) == 1:
            return checked + _extensions(text, subtags[place:])
        kind, order = _kind(subtag)
        if kind == "extlang" and place > 1:
            _wrong(f"“{text}”: “{subtag}” cannot stand there", _ORDER)
        if order < stage or (order == stage and kind in ("script", "region")):
            _wrong(f"“{text}”: the {kind} “{subtag}” cannot stand there", _ORDER)
        if kind == "variant" and subtag in seen:
            _wrong(f"“{text}” has the variant “{subtag}” twice", "write it once")
        if not _knows(kind, subtag):
            _unknown(text, kind, subtag)
        if kind == "extlang" and subtags[0] not in _fields(_entry(kind, subtag), "Prefix"):
            _wrong(f"“{text}”: “{subtag}” does not extend “{subtags[0]}”", f"write {subtag}")
        stage = order
        seen.add(subtag)
        checked.append(_case(kind, subtag))
    return checked


_ORDER = "the order is language, script, region, variants: sr-Cyrl-YU"


def _kind(subtag: str) -> tuple[str, int]:
    """What a subtag after the first is, told by its form, and its place in the order."""
    if len(subtag) == 3 and subtag.isalpha():
        return "extlang", 1
    if len(subtag) == 4 and subtag.isalpha():
        return "script", 2
    if (len(subtag) == 2 and subtag.isalpha()) or (len(subtag) == 3 and subtag.isdigit()):
        return "region", 3
    return "variant", 4


def _case(kind: str, subtag: str) -> str:
    return {"script": subtag.capitalize(), "region": subtag.upper()}.get(kind, subtag)


def _knows(kind: str, subtag: str) -> bool:
    if _entry(kind, _case(kind, subtag)):
        return True
    if kind == "language":
        return "qaa" <= subtag <= "qtz" and len(subtag) == 3
    if kind == "script":
        return "qaaa" <= subtag <= "qabx"
    return kind == "region" and len(subtag) == 2 and ("qm" <= subtag <= "qz" or subtag[0] == "x")


def _primary(text: str, subtag: str) -> str:
    if not (2 <= len(subtag) <= 3 and subtag.isalpha()):
        _no_subtag(text, subtag)
    if not _knows("language", subtag):
        _unknown(text, "language", subtag)
    return subtag


def _extensions(text: str, subtags: list[str]) -> list[str]:
    """Extensions (`-u-…`, `-t-…`) and private use (`-x-…`), checked for their form alone."""
    singletons = set[str]()
    for place, subtag in enumerate(subtags):
        if len(subtag) != 1:
            continue
        following = subtags[place + 1 : place + 2]
        if not following or (subtag != "x" and len(following[0]) == 1):
            _wrong(f"“{text}” has nothing after “{subtag}”", "take it out")
        if subtag == "x":
            break
        if subtag in singletons:
            _wrong(f"“{text}” has the extension “{subtag}” twice", "write it once")
        if subtag not in "ut":
            _wrong(f"“{text}”: no extension “{subtag}” is registered", "for private use write x-…")
        singletons.add(subtag)
    return subtags


def _unknown(text: str, kind: str, subtag: str) -> NoReturn:
    """Refuse a subtag that is not registered, with the nearest one that is."""
    name = "language extension" if kind == "extlang" else kind
    message = f"“{text}”: there is no {name} “{_case(kind, subtag)}”"
    right = _MEANT.get((kind, subtag), "") or (_shorter(subtag) if kind == "language" else "")
    if right:
        _wrong(message, f"write {right}")
    if kind == "extlang":
        _wrong(message, "a region has two letters, as in ru-RU")
    alike = [known for known in _subtags(kind) if len(known) == len(subtag)]
    near = get_close_matches(_case(kind, subtag), alike, 1, 0.6)
    _wrong(message, f"did you mean {near[0]}?" if near else _FORM)


# What is often written for another code.
_MEANT = {
    ("region", "uk"): "GB",
    ("script", "cyri"): "Cyrl",
    ("script", "roma"): "Latn",
    ("language", "cn"): "zh",
    ("language", "cz"): "cs",
    ("language", "dk"): "da",
    ("language", "gr"): "el",
    ("language", "jp"): "ja",
    ("language", "ua"): "uk",
}


# Two letters of ISO 639-1 and three of ISO 639-2/T; then the other codes of ISO 639-2/B.
_ISO_639 = """
aaaar ababk aeave afafr akaka amamh anarg arara asasm avava ayaym azaze babak bebel bgbul
bibis bmbam bnben bobod brbre bsbos cacat ceche chcha cocos crcre csces cuchu cvchv cycym
dadan dedeu dvdiv dzdzo eeewe elell eneng eoepo esspa etest eueus fafas ffful fifin fjfij
fofao frfra fyfry gagle gdgla glglg gngrn guguj gvglv hahau heheb hihin hohmo hrhrv hthat
huhun hyhye hzher iaina idind ieile igibo iiiii ikipk ioido isisl itita iuiku jajpn jvjav
kakat kgkon kikik kjkua kkkaz klkal kmkhm knkan kokor krkau kskas kukur kvkom kwcor kykir
lalat lbltz lglug lilim lnlin lolao ltlit lulub lvlav mgmlg mhmah mimri mkmkd mlmal mnmon
mrmar msmsa mtmlt mymya nanau nbnob ndnde nenep ngndo nlnld nnnno nonor nrnbl nvnav nynya
ococi ojoji omorm orori ososs papan pipli plpol pspus ptpor quque rmroh rnrun roron rurus
rwkin sasan scsrd sdsnd sesme sgsag shhbs sisin skslk slslv smsmo snsna sosom sqsqi srsrp
ssssw stsot susun svswe swswa tatam tetel tgtgk ththa titir tktuk tltgl tntsn toton trtur
tstso tttat twtwi tytah uguig ukukr ururd uzuzb veven vivie vovol wawln wowol xhxho yiyid
yoyor zazha zhzho zuzul
"""
_ISO_639_B = """
botib cscze cywel deger elgre eubaq faper frfre hyarm isice kageo mimao mkmac msmay mybur
nldut rorum skslo sqalb zhchi
"""
_THREE = {code[:2]: code[2:] for code in _ISO_639.split()}
_TWO = {code[2:]: code[:2] for code in (_ISO_639 + _ISO_639_B).split()}


def _shorter(subtag: str) -> str:
    """Return the two letters that BCP 47 has for three; empty if it has none."""
    return _TWO.get(subtag, "")


def as_bcp47(text: str) -> str:
    """Return a tag with hyphens, and with two letters for a language where BCP 47 has them."""
    first, *rest = text.replace("_", "-").split("-")
    return "-".join([_shorter(first.lower()) or first, *rest])


def three_letters(tag: str) -> str:
    """Return the code of ISO 639-3 for the language of a valid tag."""
    language = tag.partition("-")[0].lower()
    preferred = _fields(_entry("language", language), "Preferred-Value") or [language]
    return _THREE.get(preferred[0], preferred[0])


def language_name(tag: str) -> str:
    """What the registry calls a tag's language, in English: "German"; the tag itself if nothing."""
    names = _fields(_entry("language", tag.partition("-")[0].lower()), "Description")
    return names[0] if names else tag


NAMES = {
    "russian": "ru", "german": "de", "deutsch": "de", "english": "en", "chinese": "zh",
    "french": "fr", "polish": "pl", "czech": "cs", "hungarian": "hu", "spanish": "es",
    "italian": "it", "latin": "la", "unknown": "und", "ukrainian": "uk", "bulgarian": "bg",
    "romanian": "ro", "albanian": "sq", "korean": "ko", "japanese": "ja", "vietnamese": "vi",
    "mongolian": "mn", "dutch": "nl", "portuguese": "pt", "greek": "el", "serbian": "sr",
    "croatian": "hr", "slovak": "sk", "slovenian": "sl", "yiddish": "yi", "hebrew": "he",
    "russisch": "ru", "englisch": "en", "französisch": "fr", "polnisch": "pl", "tschechisch": "cs",
    "chinesisch": "zh", "ungarisch": "hu", "spanisch": "es", "italienisch": "it", "latein": "la",
    "russe": "ru", "allemand": "de", "anglais": "en", "français": "fr", "polonais": "pl",
    "русский": "ru", "немецкий": "de", "английский": "en", "французский": "fr", "польский": "pl",
}  # fmt: skip
"""Tags of languages by their names in lower case, in some languages of catalogues."""


def _no_subtag(text: str, subtag: str) -> NoReturn:
    code = NAMES.get(text.lower())
    if code:
        _wrong(f"“{text}” is a language's name", f"write its tag: {code}")
    _wrong(f"“{text}”: “{subtag}” cannot be a subtag")


def _wrong(message: str, hint: str = _FORM) -> NoReturn:
    raise Fault(message, hint, LANGUAGE_INVALID)


Language = Annotated[
    str,
    AfterValidator(language_tag),
    WithJsonSchema(
        {
            "type": "string",
            "title": "Language tag",
            "description": "A BCP 47 language tag, its subtags in the IANA registry: ru, de-DD",
            "pattern": "^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$",
            "maxLength": _LONGEST,
            "examples": ["en", "ru-Latn", "de-DD"],
        }
    ),
]
"""A BCP 47 language tag; what is held has the case the standard recommends."""
