"""Validate language tags (BCP 47) with IANA's registry of subtags.

The registry is IANA's file in `data/`, read when the first tag is checked. Subtags of former states
are valid (`ru-SU`, `de-DD`), because letters were written in them.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from typing import Annotated, NoReturn

from pydantic import AfterValidator, WithJsonSchema

from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.reports import Code, Severity

LANGUAGE_INVALID = Code(
    "record-language-invalid",
    Severity.ERROR,
    "A language tag is malformed, or has a subtag that is not in the IANA registry.",
    "RFC 5646, 2.2.9",
)

_LONGEST = 255


@cache
def _registry() -> str:
    """Return IANA's registry of subtags.

    It is a copy of https://www.iana.org/assignments/language-subtag-registry. To update it,
    replace the file.
    """
    folder = files("archive_pkg.records") / "data"
    return (folder / "language-subtag-registry.txt").read_text("utf-8")


def _entry(kind: str, subtag: str) -> str:
    """Return the entry of a subtag or tag in the registry, or ""."""
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
    """Return all subtags of a kind, to suggest one for a wrong subtag."""
    return re.findall(rf"\nType: {kind}\nSubtag: ([A-Za-z0-9]+)\n", _registry())


@lru_cache(maxsize=1024)
def language_tag(text: str) -> str:
    """Validate a language tag and return it in the case that BCP 47 recommends.

    Args:
        text: The tag, such as `ru-Latn`, in any case.

    Raises:
        Fault: The tag is malformed or has an unknown subtag.
    """
    if not text or len(text) > _LONGEST:
        _wrong(_("the language tag is empty") if not text else _("the language tag is too long"))
    if "_" in text:
        _wrong(
            _("“{text}” has an underscore", text=text),
            _("Write {replace}.", replace=text.replace("_", "-")),
        )
    if text != text.strip():
        _wrong(
            _("“{text}” has spaces around it", text=text), _("Write {strip}.", strip=text.strip())
        )
    subtags = text.lower().split("-")
    for subtag in subtags:
        if not (0 < len(subtag) <= 8 and subtag.isascii() and subtag.isalnum()):
            _no_subtag(text, subtag)
    if subtags[0] in _OLD and (old := _old_tag(text)):
        return old
    if subtags[0] == "x":
        if len(subtags) == 1:
            _wrong(_("“{text}” has nothing after x", text=text), _("Write x-NAME for private use."))
        return "-".join(subtags)
    return "-".join(_checked(text, subtags))


_FORM = "Write a tag such as de, ru-Latn, zh-Hant or ru-SU, or und if the language is unknown."


# First subtags of the grandfathered tags, which are older than the grammar of BCP 47.
_OLD = frozenset(["i", "art", "cel", "en", "no", "sgn", "zh"])


def _old_tag(text: str) -> str:
    """Return a grandfathered tag, or ""; raise a Fault if the tag has a successor."""
    entries = re.search(
        rf"\nType: grandfathered\nTag: ({re.escape(text)})\n([^%]*)", _registry(), re.IGNORECASE
    )
    if entries is None:
        return ""
    right = _fields(entries[2], "Preferred-Value")
    if right:
        _wrong(_("“{text}” is an outdated tag", text=text), _("Write {right}.", right=right[0]))
    return entries[1]


def _checked(text: str, subtags: list[str]) -> list[str]:
    """Validate the subtags from left to right (RFC 5646) and return them in canonical case."""
    rest = iter(enumerate(subtags[1:], 1))
    checked = [_primary(text, subtags[0])]
    stage, seen = 0, set[str]()
    for place, subtag in rest:
        if len(subtag) == 1:
            return checked + _extensions(text, subtags[place:])
        kind, order = _kind(subtag)
        if kind == "extlang" and place > 1:
            _wrong(
                _("“{text}”: “{subtag}” is in the wrong place", text=text, subtag=subtag), _ORDER
            )
        if order < stage or (order == stage and kind in ("script", "region")):
            _wrong(
                _(
                    "“{text}”: the {kind} “{subtag}” is in the wrong place",
                    text=text,
                    kind=kind,
                    subtag=subtag,
                ),
                _ORDER,
            )
        if kind == "variant" and subtag in seen:
            _wrong(
                _("“{text}” has the variant “{subtag}” twice", text=text, subtag=subtag),
                _("Write it once."),
            )
        if not _knows(kind, subtag):
            _unknown(text, kind, subtag)
        if kind == "extlang" and subtags[0] not in _fields(_entry(kind, subtag), "Prefix"):
            _wrong(
                _(
                    "“{text}”: “{subtag}” does not extend “{subtags}”",
                    text=text,
                    subtag=subtag,
                    subtags=subtags[0],
                ),
                _("Write {subtag}.", subtag=subtag),
            )
        stage = order
        seen.add(subtag)
        checked.append(_case(kind, subtag))
    return checked


_ORDER = "Write language, script, region and variants in this order: sr-Cyrl-YU."


def _kind(subtag: str) -> tuple[str, int]:
    """Return the kind of a subtag after the first, and the rank of the kind in the order."""
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
    """Check the form of extensions (`-u-…`, `-t-…`) and private use (`-x-…`), and return them."""
    singletons = set[str]()
    for place, subtag in enumerate(subtags):
        if len(subtag) != 1:
            continue
        following = subtags[place + 1 : place + 2]
        if not following or (subtag != "x" and len(following[0]) == 1):
            _wrong(
                _("“{text}” has nothing after “{subtag}”", text=text, subtag=subtag),
                _("Remove it."),
            )
        if subtag == "x":
            break
        if subtag in singletons:
            _wrong(
                _("“{text}” has the extension “{subtag}” twice", text=text, subtag=subtag),
                _("Write it once."),
            )
        if subtag not in "ut":
            _wrong(
                _("“{text}”: the extension “{subtag}” is not registered", text=text, subtag=subtag),
                _("Write x-… for private use."),
            )
        singletons.add(subtag)
    return subtags


def _unknown(text: str, kind: str, subtag: str) -> NoReturn:
    """Raise a Fault for an unknown subtag, with a similar known one in the hint."""
    name = "language extension" if kind == "extlang" else kind
    message = _(
        "“{text}”: there is no {name} “{case}”", text=text, name=name, case=_case(kind, subtag)
    )
    right = _MEANT.get((kind, subtag), "") or (_shorter(subtag) if kind == "language" else "")
    if right:
        _wrong(message, _("Write {right}.", right=right))
    if kind == "extlang":
        _wrong(message, _("Write a region with two letters, as in ru-RU."))
    alike = [known for known in _subtags(kind) if len(known) == len(subtag)]
    near = get_close_matches(_case(kind, subtag), alike, 1, 0.6)
    _wrong(message, _("Did you mean {near}?", near=near[0]) if near else _FORM)


# Codes that are often confused, with the right ones.
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
_BIBLIOGRAPHIC = {code[:2]: code[2:] for code in _ISO_639_B.split()}
_TWO = {code[2:]: code[:2] for code in (_ISO_639 + _ISO_639_B).split()}


def _shorter(subtag: str) -> str:
    """Return the two-letter code for a three-letter code, or ""."""
    return _TWO.get(subtag, "")


def as_bcp47(text: str) -> str:
    """Return a tag with hyphens and with a two-letter language code if there is one."""
    first, *rest = text.replace("_", "-").split("-")
    return "-".join([_shorter(first.lower()) or first, *rest])


def three_letters(tag: str) -> str:
    """Return the code of ISO 639-3 for the language of a valid tag."""
    language = tag.partition("-")[0].lower()
    preferred = _fields(_entry("language", language), "Preferred-Value") or [language]
    return _THREE.get(preferred[0], preferred[0])


def bibliographic_code(tag: str) -> str | None:
    """Return the code of libraries (ISO 639-2/B) for a tag's language.

    None for languages without a code of two letters: most of them are in ISO 639-3 only.
    """
    language = tag.partition("-")[0].lower()
    return _BIBLIOGRAPHIC.get(language, _THREE.get(language))


def language_name(tag: str) -> str:
    """Return the English name of a tag's language, such as "German"; the tag if unknown."""
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
    "испанский": "es", "итальянский": "it", "чешский": "cs", "китайский": "zh", "украинский": "uk",
    "bulgarisch": "bg", "rumänisch": "ro", "koreanisch": "ko", "japanisch": "ja", "dänisch": "da",
    "schwedisch": "sv", "norwegisch": "no", "niederländisch": "nl", "portugiesisch": "pt",
    "griechisch": "el", "serbisch": "sr", "kroatisch": "hr", "slowakisch": "sk", "jiddisch": "yi",
    "hebräisch": "he", "vietnamesisch": "vi", "mongolisch": "mn", "albanisch": "sq",
    "ukrainisch": "uk", "danish": "da", "swedish": "sv", "norwegian": "no", "finnish": "fi",
    "espagnol": "es", "italien": "it", "chinois": "zh", "tchèque": "cs", "hongrois": "hu",
    "niemiecki": "de", "angielski": "en", "francuski": "fr", "polski": "pl", "rosyjski": "ru",
    "hiszpański": "es", "włoski": "it", "czeski": "cs", "chiński": "zh", "łacina": "la",
    "alemán": "de", "inglés": "en", "francés": "fr", "polaco": "pl", "ruso": "ru",
    "español": "es", "castellano": "es", "cast": "es",
    "italiano": "it", "chino": "zh", "tedesco": "de", "inglese": "en",
    "francese": "fr", "polacco": "pl", "russo": "ru", "spagnolo": "es", "cinese": "zh",
    "dt": "de", "dtsch": "de", "deu": "de", "engl": "en", "frz": "fr", "franz": "fr", "russ": "ru",
    "poln": "pl", "tschech": "cs", "chin": "zh", "ungar": "hu", "ung": "hu", "span": "es",
    "ital": "it", "lat": "la", "jap": "ja", "kor": "ko", "rum": "ro", "bulg": "bg", "ukr": "uk",
    "niem": "de", "ang": "en", "franc": "fr", "ros": "ru", "all": "de", "angl": "en", "fran": "fr",
    "нем": "de", "англ": "en", "фр": "fr", "франц": "fr", "рус": "ru", "польск": "pl",
    "кит": "zh", "чеш": "cs", "венг": "hu", "рум": "ro", "болг": "bg", "кор": "ko", "яп": "ja",
    "исп": "es", "итал": "it", "укр": "uk", "лат": "la", "esp": "es", "chiń": "zh", "czes": "cs",
    "hiszp": "es", "wł": "it", "węg": "hu", "tsch": "cs", "pt": "pt", "schwed": "sv", "dän": "da",
    "ted": "de", "ingl": "en", "spagn": "es", "port": "pt", "alem": "de", "hol": "nl",
}  # fmt: skip
"""Language tags by lower-case names and abbreviations of languages, in several languages."""


def language_called(text: str) -> str:
    """Return the tag of a language as people write it: "dt.", "German", "rus", "ru-Latn".

    Raises:
        Fault: The text is not a name, abbreviation or tag of a known language.
    """
    bare = text.casefold().strip(" .()[]")
    if tag := NAMES.get(bare) or (_shorter(bare) if len(bare) == 3 else ""):
        return tag
    named = (
        rf"\nType: language\nSubtag: (\w+)\n(?:Description: .*\n)*?Description: {re.escape(bare)}\n"
    )
    if found := re.search(named, _registry(), re.IGNORECASE) if len(bare) > 3 else None:
        return found[1]
    # "ted." abbreviates a name; it does not mean ted, the tag of Tepo Krumen.
    is_tag = len(bare) < 3 or (len(bare) == 3 and not text.strip().endswith("."))
    return language_tag(bare if is_tag else text.strip())


def _no_subtag(text: str, subtag: str) -> NoReturn:
    code = NAMES.get(text.lower())
    if code:
        _wrong(
            _("“{text}” is the name of a language, not its tag", text=text),
            _("Write {code}.", code=code),
        )
    _wrong(
        _("“{text}” is not a language tag", text=text)
        if text == subtag
        else _("“{text}”: “{subtag}” is not a subtag", text=text, subtag=subtag)
    )


def _wrong(message: str, hint: str = _FORM) -> NoReturn:
    raise Fault(message, hint, LANGUAGE_INVALID)


Language = Annotated[
    str,
    AfterValidator(language_tag),
    WithJsonSchema(
        {
            "type": "string",
            "title": "Language tag",
            "description": "A BCP 47 language tag with subtags of the IANA registry: ru, de-DD",
            "pattern": "^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$",
            "maxLength": _LONGEST,
            "examples": ["en", "ru-Latn", "de-DD"],
        }
    ),
]
"""A BCP 47 language tag, normalized to the recommended case."""
