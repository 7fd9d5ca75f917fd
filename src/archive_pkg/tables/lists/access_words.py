"""Read what a list says about access: "gesperrt bis 2030", "open", "30 Jahre".

A letter is read as open only if the value is completely understood. Otherwise it is closed, with a
question for the user.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.dates.written.reader import read_date
from archive_pkg.reports import Code, Severity

ACCESS_ASKED = Code(
    "tables-access-asked",
    Severity.WARNING,
    "A list does not say clearly who may see a letter. Its parts stay closed until it does.",
)
RESTRICTION_UNMAPPED = Code(
    "tables-restriction-unmapped",
    Severity.ERROR,
    "A list speaks of restricted access in a column, a heading or a line above the header that is "
    "not imported. Map the column to `access`, `access_until` or `access_rule`, or to "
    "`no_restriction` if it restricts nothing.",
)

_CLOSED = (
    r"(?:streng |dauernd |permanently |currently |zur ?zeit )?"
    r"(?:gesperrt\w*|geschlossen|unzugänglich|geheim\w*|vertraulich\w*|verschlossen"
    r"|nicht (?:frei|öffentlich|(?:frei )?zugänglich|einsehbar|benutzbar|freigegeben)"
    r"|closed|restricted|embargo(?:ed)?|confidential|sealed|withheld|secret"
    r"|not (?:open|public|accessible|released)|no access"
    r"|fermée?s?|restreinte?s?|incommunicables?|confidentiel\w*|réservée?s?|interdite?s?"
    r"|non (?:communicables?|accessibles?|consultables?)|sous embargo|accès restreint"
    r"|zastrzeżon\w+|zamknięt\w+|niedostępn\w+|niejawn\w+|ograniczon\w+|utajnion\w+|tajn\w+"
    r"|poufn\w+"
    r"|закрыт\w*|ограничен\w*|секретн\w*|секретно|недоступ\w+|не выда[её]тся"
    r"|cerrad[oa]s?|restringid[oa]s?|reservad[oa]s?|confidencial\w*|no accesibles?"
    r"|chius[oaie]|riservat[oaie]|vincolat[oaie]|segret[oaie]|non (?:consultabil|accessibil)[ei])"
    r"(?: auf dauer| dauernd| permanently| na stałe)?"
)
_OPEN = (
    r"(?:(?:voll |frei |freely |librement |liberamente |libremente |fully )?"
    r"(?:frei|offen|öffentlich|zugänglich|einsehbar|benutzbar|freigegeben|un(?:be|einge)schränkt"
    r"|ungesperrt|nicht (?:mehr )?(?:gesperrt|geheim|vertraulich)"
    r"|open|free|public|unrestricted|released|accessible|not (?:closed|restricted|secret)"
    r"|libres?|ouverte?s?|communicables?|publique?s?|consultables?|accessibles?"
    r"|woln[yae]|otwart[yae]|jawn[yae]|dostępn[yae]|publiczn[yae]|odtajnion[yae]"
    r"|открыт\w*|свободн\w*|доступ(?:ен|но|на|ны)|рассекречен\w*"
    r"|libera consultazione|libre (?:accès|acceso)|wolny dostęp|свободный доступ|freier zugang"
    r"|free access|abiert[oa]s?|públic[oa]s?|apert[oaie]|liber[oaie]|pubblic[oaie]|consultabil[ei])"
    r"|(?:keine|ohne|no|without|sans|aucune|bez|brak|без|sin|senza|nessuna) "
    r"(?:sperrfrist|sperre|beschränkung(?:en)?|einschränkung(?:en)?|restrictions?|embargo"
    r"|ograniczeń|ограничений|restricci(?:ón|ones)|restrizion[ei]))"
    r"(?: access| zugänglich| benutzbar| dostęp| доступ)?"
    r"(?: (?:for|to)(?: the| all)? (?:public|research|researchers|readers|all))?"
)
_UNTIL = (
    r"(?:bis(?: zum| einschließlich| einschl\.| incl\.| inkl\.)?|vor|until|till?|through|to|before"
    r"|avant|jusqu['’](?:en|au|à|à la)|do(?: dnia)?|до|hasta(?: el)?|fino (?:al?|a tutto il))"
)
_FROM = (
    r"(?:ab(?: dem)?|from|as of|after|à partir d[eu]|dès(?: le)?|od(?: dnia)?|с|a partir de(?:l)?"
    r"|dal?|nach dem)"
)
_NAMED = (
    r"(?:sperrfrist|schutzfrist|embargo|sperre|délai|karencja|срок|plazo|closure|closure period)"
)
_YEARS = r"(\d{1,3}) ?(?:jahre?n?|j\.|years?|yrs?\.?|ans|lat|lata|лет|года?|años?|anni)"
_YES = frozenset(
    [
        "ja", "yes", "oui", "tak", "да", "sí", "si", "sì", "x", "xx", "✓", "✔", "j", "y", "true",
        "wahr", "prawda", "1",
    ]
)  # fmt: skip
_NO = frozenset(["nein", "no", "non", "nie", "нет", "n", "false", "falsch", "fałsz", "0"])
_NOTHING = frozenset(["-", "–", "—", "/", "./.", "--"])
_PLAIN = re.compile(r"\d{4}(?:-\d\d){0,2}")

_UNTIL_FORMS = (
    re.compile(rf"{_UNTIL} (?P<date>.+?) (?:{_CLOSED})"),
    re.compile(rf"(?:{_CLOSED}|{_NAMED})?[:,;]? ?{_UNTIL} (?P<date>.+)"),
)
_FROM_FORMS = (
    re.compile(rf"{_OPEN} {_FROM} (?P<date>.+)"),
    re.compile(rf"{_FROM} (?P<date>.+?) {_OPEN}"),
)
_YEARS_FORM = re.compile(
    rf"(?:(?:{_CLOSED}|{_NAMED})[:,]? ?)?(?:für |for |pendant |na |на |por |per )?{_YEARS}"
    rf"(?: (?:lang )?(?:{_CLOSED}|{_NAMED}))?"
)

# "access" in "access point", "accession number" and "accessed" does not speak of restriction.
_SPEAKS = re.compile(
    r"sperr|geheim|schutzfrist|releas|opening date|open(?:s|ed)? (?:from|on)|udostępni|zugäng"
    r"|zugang(?!s(?:nummer|nr|datum|jahr))|einsicht|freigabe"
    r"|vertraul|benutzungsbe|restri|(?<!en)(?<!dis)clos(?:ed|ure)|embargo|confid|secrecy"
    r"|secret(?!ar|är)|withheld|sealed"
    r"|access(?!ion|ed| ?points?)|acc[eè]s(?!s)|ferm[eé]|communicab|consultab|zastrze|ograniczen"
    r"|dostęp|dostep|niejawn|tajn|poufn|доступ|закрыт|секретн|огранич|acceso|reservad|cerrad"
    r"|riservat|segret|consultazion"
)
_OPEN_HEADER = re.compile(
    r"zugäng|zugang|frei|öffentlich|offen|einsicht|access|open|public|accès|libre|communicab"
    r"|consult|dostęp|jawn|доступ|открыт|acceso|abiert|aperto"
)
_SECRECY = re.compile(
    r"geheim|secrecy|secret(?!ar|är)|vertraul|confid|(?<!nie)tajn|poufn|секретн|segret|reservad"
)
_REASON = re.compile(
    r"grund|reason|rule|law|motif|raison|powód|podstawa|причина|основание|motivo|recht"
)
_END = re.compile(
    r"frist|freigabe|releas|open|until|bis\b|embargo|end|jusqu|termin|do kiedy|срок|hasta|fino"
    r"|date|datum"
)
_SAID = re.compile(
    r"(?<!\w)(?:(?<!nicht )(?<!nicht mehr )(?<!un)gesperrt\w*|sperr(?:frist|vermerk|e bis)\w*"
    r"|(?:access )?restricted (?:until|access|till)|access (?:is )?restricted|closed (?:until|till)"
    r"|under embargo|embargo(?:ed)? (?:until|till|bis)|nicht (?:veröffentlichen|zugänglich)"
    r"|not to be (?:published|opened|shown)|do not publish|zastrzeżon\w+ do|niedostępn\w+"
    r"|nie udostępniać|non communicable\w*|ne pas (?:communiquer|publier)|fermée? jusqu"
    r"|закрыт\w* до|не (?:выдавать|публиковать)|cerrad[oa] hasta|no publicar|riservat[oa] fino"
    r"|non pubblicare|non consultabil[ei])"
)


@dataclass(frozen=True, slots=True)
class AccessReading:
    """What a value says about access.

    Attributes:
        status: "open", "restricted" or "closed"; empty if the value says nothing.
        until: The day from which a restricted letter is open, in EDTF. A year or month stands
            for its last day.
        question: What is not understood; then the status is "closed".
        rule: The law or agreement that it names.
    """

    status: str = ""
    until: str = ""
    question: str = ""
    rule: str = ""


_OURS = re.compile(
    r"^Access to .+?: (?P<status>open|restricted|closed)(?: until (?P<until>\S+))?"
    r"(?: \((?P<rule>.*)\))?$",
    re.MULTILINE,
)


def exported_access(text: str) -> tuple[AccessReading | None, str]:
    """Return the access that lines exported by this program state, and the other lines.

    The lines are about the parts of a document, and the strictest of them applies to all parts.
    """
    found = list(_OURS.finditer(text))
    if not found:
        return None, text
    rule = "; ".join(dict.fromkeys(one["rule"] for one in found if one["rule"]))
    ends = [one["until"] or "" for one in found if one["status"] == "restricted"]
    ends += [""] * any(one["status"] == "closed" for one in found)
    status = "open" if not ends else "restricted" if all(ends) else "closed"
    until = max(ends, key=lambda end: str(Edtf(end).latest)) if status == "restricted" else ""
    return AccessReading(status, until, rule=rule), _OURS.sub("", text).strip()


def read_access(text: str, header: str = "", letter_date: str = "") -> AccessReading:
    """Return what a value says about access.

    Args:
        text: The value.
        header: The header of its column, which says what "yes" and "no" mean.
        letter_date: The date of the letter in EDTF, from which a term of years is counted.
    """
    bare = " ".join(text.casefold().split()).strip(" .!()[]*")
    if not bare or text.strip() in _NOTHING:
        return AccessReading()
    if bare in _YES or bare in _NO:
        return _of_answer(text, header, positive=bare in _YES)
    if re.fullmatch(_OPEN, bare):
        return AccessReading("open")
    if re.fullmatch(_CLOSED, bare):
        return AccessReading("closed")
    if years := _YEARS_FORM.fullmatch(bare):
        return _of_years(text, int(years[1]), letter_date)
    for form in (*_UNTIL_FORMS, *_FROM_FORMS):
        if found := form.fullmatch(bare):
            return _of_date(text, found["date"], first=form in _FROM_FORMS)
    return _of_date(text, re.sub(rf"^{_NAMED}:? ", "", bare))


def _of_answer(text: str, header: str, *, positive: bool) -> AccessReading:
    low = header.casefold()
    is_closed = bool(_SPEAKS.search(low)) and not _OPEN_HEADER.search(low)
    if not is_closed and not _OPEN_HEADER.search(low):
        return _asked(f"“{text}” can mean open or closed")
    return AccessReading("closed" if positive == is_closed else "open")


def _of_years(text: str, years: int, letter_date: str) -> AccessReading:
    last = Edtf(letter_date).latest if _PLAIN.fullmatch(letter_date) else None
    if last is None:
        return _asked(f"“{text}” cannot be counted, because the date of the letter is not certain")
    return AccessReading("restricted", f"{last.year + years:04}")


def _of_date(text: str, words: str, *, first: bool = False) -> AccessReading:
    """Return a restriction that ends on a date.

    Args:
        text: The value.
        words: The date in it.
        first: Whether the letter is open from the first day of the date, and not from the last.
    """
    if re.fullmatch(r"[12]\d{3}", words):  # `read_date` takes years after 2100 for counts of days
        return AccessReading("restricted", f"{words}-01-01" if first else words)
    read = read_date(words)
    if read is None or read.is_open or not _PLAIN.fullmatch(read.edtf):
        return _asked(f"“{text}” is not understood")
    if first:
        return AccessReading("restricted", str(Edtf(read.edtf).earliest))
    return AccessReading("restricted", read.edtf)


def _asked(question: str) -> AccessReading:
    return AccessReading("closed", question=question)


def strictest(readings: list[AccessReading]) -> AccessReading:
    """Return what several readings say together; an empty reading if none has a status.

    A question wins over everything. A restriction with an end wins over "closed", since another
    column may give only the end; the latest end wins. "closed" wins over "open".
    """
    asked = [one for one in readings if one.question]
    limited = [one for one in readings if one.status == "restricted"]
    stated = [one for one in readings if one.status]
    if asked:
        return asked[0]
    if limited:
        return max(limited, key=lambda one: str(Edtf(one.until).latest))
    return max(stated, key=lambda one: one.status == "closed", default=AccessReading())


def speaks_of_access(header: str) -> bool:
    """Return whether a header mentions access, or a restriction other than of use."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header).casefold().replace("_", " ")
    return bool(_SPEAKS.search(spaced)) and "userestrict" not in spaced


def speaks_of_secrecy(header: str) -> bool:
    """Return whether a header can also mean the classification at the time of writing."""
    return bool(_SECRECY.search(header.casefold()))


def restriction_in(text: str) -> bool:
    """Return whether a string says that access is restricted: "s. AA 3, gesperrt bis 2030"."""
    return bool(_SAID.search(" ".join(text.casefold().split())))


def says_closed(text: str) -> bool:
    """Return whether a string, or a part of it, says that access is restricted: "closed"."""
    bare = " ".join(text.casefold().split()).strip(" .!()[]*")
    if restriction_in(text) or re.fullmatch(_CLOSED, bare):
        return True
    is_named = re.match(rf"(?:{_CLOSED}|{_NAMED})(?!\w)", bare)
    return bool(is_named) and read_access(text).status in ("restricted", "closed")


def speaks_only_of_access(values: list[str]) -> bool:
    """Return whether all values are clear about access, and at least one of them restricts it."""
    read = [read_access(value) for value in values]
    return all(one.status and not one.question for one in read) and any(map(says_closed, values))


def access_field(header: str, values: list[str]) -> str:
    """Return the field for a column whose header speaks of access.

    Args:
        header: Its header.
        values: Its values that are not empty.
    """
    low = header.casefold()
    if _REASON.search(low):
        return "access_rule"
    if speaks_of_secrecy(header) and values and not any(map(_is_about_access_now, values)):
        return "classification"
    if _END.search(low) and values and all(read_date(value) for value in values):
        return "access_until"
    return "access"


def _is_about_access_now(value: str) -> bool:
    """Return whether a value is about access today, not about a level of secrecy."""
    bare = " ".join(value.casefold().split()).strip(" .!()[]*")
    return (
        bare in _YES | _NO
        or read_access(value).status in ("open", "restricted")
        or restriction_in(value)
    )
