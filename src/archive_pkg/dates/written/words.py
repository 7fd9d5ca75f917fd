"""Words around dates, in lower case: qualifiers, connectors, seasons, and others.

Words of a phrase are separated by spaces, phrases by `|`. Full stops and hyphens are left out.
"""

from __future__ import annotations

# fmt: off
_PREFIXES = {
    "about": "circa|cca|ca|c|about|around|approx|approximately|etwa|ungefähr|gegen|um|vers|environ|"
             "около|ок|примерно|приблизительно|verso|hacia|okolo|około|ok|kolem|približne|"
             "omstreeks|ongeveer|rond|близько|біля|приблизно|cerca de|por volta de|aproximativ|"
             "în jurul|mintegy|körülbelül|kb|към|约|約|大 约|약",
    "perhaps": "probably|prob|perhaps|possibly|presumably|likely|maybe|wohl|vermutlich|vmtl|"
               "wahrscheinlich|vielleicht|probablement|peut être|вероятно|возможно|"
               "предположительно|можливо|ймовірно|prawdopodobnie|zapewne|pravděpodobně|asi|valószínűleg|talán|"
               "probabilmente|forse|probablemente|quizás|provavelmente|talvez|waarschijnlijk|"
               "probabil",
    "before": "before|prior to|vor|avant|до|antes de|antes del|prima di|prima del|przed|před|pred|"
              "înainte de|преди|voor|vóór",
    "after": "after|nach|après|после|post|dopo|dopo il|después de|después del|depois de|"
             "po|după|след|після",
    "not-after": "not after|not later than|no later than|terminus ante quem|nicht nach|"
                 "nicht später als|spätestens|au plus tard|не позднее|не позже|не пізніше|"
                 "nie później niż|najpóźniej|nejpozději|legkésőbb|a más tardar|uiterlijk",
    "not-before": "not before|not earlier than|no earlier than|terminus post quem|nicht vor|"
                  "nicht früher als|frühestens|au plus tôt|не ранее|не раньше|не раніше|"
                  "nie wcześniej niż|najwcześniej|nejdříve|legkorábban",
    "until": "by|until|till|up to|bis|jusqu en|jusqu à|jusqu au|hasta|fino al|fino a|až do|até|tot",
    "later": "later than",
    "since": "since|from|ab|seit|depuis|dès|à partir de|с|desde|od|від",
    "between": "between|betw|zwischen|zw|entre|между|між|między|mezi|medzi|tra|fra|tussen|între",
    "part": "early|mid|middle of|late|beginning of|start of|end of|first half of|second half of|"
            "anfang|mitte|ende|début|milieu|fin|начало|в начале|середина|в середине|конец|в конце|"
            "początek|na początku|połowa|w połowie|koniec|pod koniec|počátek|začátkem|začátek|"
            "polovina|konec|koncem|inizio|inizi|metà|fine|principios|mediados|finales|início|"
            "meados|fim|eind|початок|середина|кінець|începutul|mijlocul|sfârșitul",
    "postmark": "postmark|postmarked|post stamp|poststempel|cachet de la poste|cachet postal|"
                "почтовый штемпель|штемпель|stempel pocztowy|timbro postale|matasellos",
}
_SUFFIXES = {
    "before": "előtt|以 前|之 前|前|이 전|전", "after": "után|以 后|以 後|之 后|之 後|이 후|후",
    "about": "körül|左 右|前 后|무 렵|경", "postmark": _PREFIXES["postmark"],
}
_CONNECTORS = {
    "dash": "-|–|—|－|~|〜|～|至|到|..", "slash": "/|auf den|auf", "bracket": "(|（",
    "to": "to|through|bis|au|à|по|do|al|tot|até|hasta|până la|until|till",
    "or": "or|oder|ou|или|або|чи|o|lub|nebo|alebo|vagy|sau|或|또 는",
    "and": "and|und|u|et|и|і|та|y|e|i|a|és|și|si|en|&|和|与|與",
}
_SEASONS = (
    "spring frühling frühjahr printemps весна весной весной primavera wiosna wiosną jaro jar na "
    "tavasz навесні весни lente",
    "summer sommer été лето летом лета estate verano lato latem léto leto nyár влітку літо zomer "
    "verão vară",
    "autumn fall herbst automne осень осенью autunno otoño jesień jesienią podzim jeseň ősz "
    "восени осінь herfst outono toamnă",
    "winter hiver зима зимой inverno invierno zima zimą tél взимку iarnă",
)
_WEEKDAYS = (
    "monday mon montag mo lundi понедельник poniedziałek pondělí pondelok hétfő понеділок lunedì "
    "lunes maandag luni понеделник segunda",
    "tuesday tue tues dienstag di mardi вторник wtorek úterý utorok kedd вівторок martedì martes "
    "dinsdag marți terça",
    "wednesday wed mittwoch mi mercredi среда środa středa streda szerda середа mercoledì "
    "miércoles woensdag miercuri сряда quarta",
    "thursday thu thurs donnerstag do jeudi четверг czwartek čtvrtek štvrtok csütörtök четвер "
    "giovedì jueves donderdag joi четвъртък quinta",
    "friday fri freitag fr vendredi пятница piątek pátek piatok péntek venerdì viernes vrijdag "
    "vineri петък sexta",
    "saturday sat samstag sonnabend sa samedi суббота sobota szombat субота sabato sábado "
    "zaterdag sâmbătă събота",
    "sunday sun sonntag so dimanche воскресенье niedziela neděle nedeľa vasárnap неділя domenica "
    "domingo zondag duminică неделя",
)
_NOISE = (
    "the den am le of on vom von de del du dal dem il el lo lì addì der d дня г год года году "
    "р року рік r roku rok roka dnia dne dňa date dated datum dato от від în in im en w v в "
    "year jahr jahre yr années anni años lata anos"
)
# fmt: on


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


Phrases = dict[str, list[tuple[tuple[str, ...], str]]]


def _by_first(phrases: dict[str, str]) -> Phrases:
    """Return the phrases and their kinds, grouped by first word, the longest phrase first."""
    found: Phrases = {}
    for kind, listed in phrases.items():
        for phrase in listed.split("|"):
            words = tuple(phrase.split())
            found.setdefault(words[0], []).append((words, kind))
    for known in found.values():
        known.sort(key=lambda one: -len(one[0]))
    return found


PREFIXES = _by_first(_PREFIXES)
SUFFIXES = _by_first(_SUFFIXES)
CONNECTORS = _by_first(_CONNECTORS)
ONLY_IN_FIELDS = frozenset({"until", "since", "later", "postmark"})
"""Qualifiers that are ignored in running text, where they rarely belong to the date."""

SEASONS = {name: 21 + n for n, names in enumerate(_SEASONS) for name in names.split()}
WEEKDAYS = {name: n for n, names in enumerate(_WEEKDAYS, 1) for name in names.split()}
"""The day of the week by its name; Monday is 1."""

NOISE = _set(_NOISE) | WEEKDAYS.keys()
"""Words next to a date that do not change it."""

ARTICLES = _set("the dem den der das le la les l du de des d el il al zum zur of dnia dne am il lo")
OF = _set("of de d del di г dnia des jahres")
ORDINALS = _set("st nd rd th er ter ten te o º ° ª го è e й lea")
YEAR_MARKS = _set("г года р року r roku évi")
"""Words for the year after its number."""

HUNGARIAN = _set("án én ján jén i e a")
CLOCK = _set(
    "hours hour hrs h hr uhr z gmt utc часов час часа ч godz heures ore óra am pm noon години sati"
)
"""Words that make the number before them a time of day."""

CITED = _set("no nr n° № num page p pp s vol bd box folder file item f l dok doc")
"""Words that make the number after them something other than a day."""

DECADES = _set("s er ers х е як")
CENTURIES = _set(
    "century centuries jh jhd jahrhundert jahrhunderts siècle век в века wiek wieku w století "
    "storočí století század secolo siglo século eeuw"
)
BEFORE_DECADES = _set("années anni años lata anos")
AFTER_DECADES = _set("years jahre jahren годы годов évek")

_UNDATED_PHRASES = (
    "n.d.|nd|n. d.|undated|no date|without date|n/a|o.d.|od|o. d.|o.j.|o. j.|ohne datum|ohne jahr|"
    "undatiert|s.d.|s. d.|s.a.|s. a.|sans date|sine anno|sine dato|б.д.|б. д.|б/д|б.г.|б. г.|"
    "без даты|без года|b.d.|b. d.|b.r.|b. r.|bez daty|bez dat|brak daty|bez data|nedatováno|"
    "nedatované|d.n.|é.n.|k.n.|dátum nélkül|без дати|senza data|sin fecha|s.f.|s. f.|sem data|"
    "zonder datum|z.d.|fără dată|unknown|unbekannt|inconnu|inconnue|неизвестно|nieznana|nieznany|"
    "desconocida|n.n.|n. n.|日期不详|无日期|無日期|날짜 미상|?|??|???|-|–|—"
)
UNDATED = frozenset(_UNDATED_PHRASES.split("|"))

OLD_STYLE = (
    r"(?:O\.? ?S\.?|old style|a\. ?St\.?|alten stils|ст\. ?ст\.?|с\. ?ст\.?|"
    r"(?:по )?старо(?:го|му) стил[яю]|st\. ?v\.|v\. ?s\.|vieux style|ancien style|"
    r"st\. st\.|starego stylu|julian(?: calendar)?|julianisch)"
)
NEW_STYLE = (
    r"(?:N\.? ?S\.?|new style|n\. ?St\.?|neuen stils|н\. ?ст\.?|(?:по )?ново(?:го|му) стил[яю]|"
    r"nouveau style|nowego stylu|gregorian(?: calendar)?|gregorianisch)"
)
ERAS = {
    "明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018,
    "中華民國": 1911, "中华民国": 1911, "民國": 1911, "民国": 1911,
    "公元": 0, "西元": 0, "西暦": 0,
}  # fmt: skip
"""Years before the first of an era, by its name."""

BEGINNINGS = frozenset({*PREFIXES, *(era[0] for era in ERAS), "i", "ier"})
"""Words, besides the names of months, with which a date in a text can begin."""

_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi"
ROMAN = {name: number for number, name in enumerate(_ROMAN.split(), 1)}
REPUBLICAN_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "vendémiaire vendemiaire vend", "brumaire brum", "frimaire frim",
            "nivôse nivose niv", "pluviôse pluviose pluv", "ventôse ventose vent",
            "germinal germ", "floréal floreal flor", "prairial prair", "messidor mess",
            "thermidor therm", "fructidor fruct", "complémentaire complémentaires complementaire",
        ],
        1,
    )
    for name in names.split()
}  # fmt: skip
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
