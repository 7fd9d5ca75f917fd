"""Names of the months in the languages of letters, in lower case."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

# fmt: off
# The forms of one month are separated by spaces, the months by commas.
_NAMES = {
    "en": "january jan, february feb febr, march mar, april apr, may, june jun, july jul, "
          "august aug, september sept sep, october oct, november nov, december dec",
    "de": "januar jänner jan jän, februar feber feb febr hornung, märz mrz maerz, april apr, mai, "
          "juni jun juno, juli jul julei, august aug, september sept sep septemb septbr, "
          "oktober october okt oct octob octbr oktbr, november nov novemb novbr, "
          "dezember december dez dec decemb decbr dezbr",
    "fr": "janvier janv, février févr fév, mars, avril avr, mai, juin, juillet juil, août, "
          "septembre septem sept, octobre oct, novembre nov, décembre déc xbre",
    "ru": "января январь янв январе, февраля февраль февр фев феврале, марта март мар марте, "
          "апреля апрель апр апреле, мая май мае, июня июнь июн июне, июля июль июл июле, "
          "августа август авг августе, сентября сентябрь сент сен сентябре, октября октябрь окт "
          "октябре, ноября ноябрь нояб ноя ноябре, декабря декабрь дек декабре",
    "it": "gennaio genn gen, febbraio febbr feb, marzo mar, aprile apr, maggio magg mag, "
          "giugno giu, luglio lug, agosto ago, settembre sett set, ottobre ott, novembre nov, "
          "dicembre dic",
    "da": "januar, februar, marts, april, maj, juni, juli, august, september, oktober, november, "
          "december",
    "sv": "januari, februari, mars, april, maj, juni, juli, augusti, september, oktober, "
          "november, december",
    "es": "enero ene, febrero feb, marzo mar, abril abr, mayo may, junio jun, julio jul, "
          "agosto ago, septiembre setiembre sept, octubre oct, noviembre nov, diciembre dic",
    "pt": "janeiro jan, fevereiro fev, março mar, abril abr, maio mai, junho jun, julho jul, "
          "agosto ago, setembro set, outubro out, novembro nov, dezembro dez",
    "nl": "januari jan, februari febr feb, maart mrt, april apr, mei, juni jun, juli jul, "
          "augustus aug, september sept sep, oktober okt, november nov, december dec",
    "pl": "stycznia styczeń styczniu stycz, lutego luty lutym lut, marca marzec marcu, "
          "kwietnia kwiecień kwietniu kwiec, maja maj maju, czerwca czerwiec czerwcu czerw, "
          "lipca lipiec lipcu lip, sierpnia sierpień sierpniu sierp, "
          "września wrzesień wrześniu wrzes, października październik październiku paźdz, "
          "listopada listopad listopadzie listop, grudnia grudzień grudniu grudz",
    "cs": "ledna leden lednu led, února únor únoru, března březen březnu, dubna duben dubnu dub, "
          "května květen květnu, června červen červnu, července červenec červenci, "
          "srpna srpen srpnu, září, října říjen říjnu, listopadu listopad, prosince prosinec "
          "prosinci pros",
    "sk": "januára január januári, februára február februári, marca marec marci, "
          "apríla apríl apríli, mája máj máji, júna jún júni, júla júl júli, "
          "augusta august auguste, septembra september septembri, októbra október októbri, "
          "novembra november novembri, decembra december decembri",
    "hu": "január januárban jan, február febr, március márc, április ápr, május máj, június jún, "
          "július júl, augusztus aug, szeptember szept, október okt, november nov, december dec",
    "uk": "січня січень січ січні, лютого лютий лют лютому, березня березень берез березні, "
          "квітня квітень квіт квітні, травня травень трав травні, червня червень черв червні, "
          "липня липень лип липні, серпня серпень серп серпні, вересня вересень верес вересні, "
          "жовтня жовтень жовт жовтні, листопада листопад листоп листопаді, грудня грудень груд "
          "грудні",
    "ro": "ianuarie ian, februarie febr, martie mart, aprilie apr, mai, iunie iun, iulie iul, "
          "august aug, septembrie sept, octombrie oct, noiembrie noi, decembrie dec",
    "bg": "януари ян, февруари февр, март, април апр, май, юни, юли, август авг, септември септ, "
          "октомври окт, ноември ноем, декември дек",
    "sr": "januara januar, februara februar, marta mart, aprila april, maja maj, juna jun, "
          "jula jul, avgusta avgust, septembra septembar, oktobra oktobar, novembra novembar, "
          "decembra decembar",
}
# fmt: on


def _bare(name: str) -> str:
    """Return a name without accents, as typewriters without them write it."""
    decomposed = unicodedata.normalize("NFD", name)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


MONTHS: dict[str, dict[str, int]] = {
    language: {
        form: number
        for number, group in enumerate(names.split(", "), start=1)
        for name in group.split()
        for form in (name, name if language in ("ru", "uk", "bg") else _bare(name))
    }
    for language, names in _NAMES.items()
}
"""The month by its name, by language."""

VERBS = frozenset(("may", "march"))
"""Names that are different words when they are written in small letters."""

AFTER_DAY = frozenset(("set", "ago", "out", "gen", "mag", "led", "lip", "dub", "lut", "pros"))
"""Short names that are also common words. In running text, they are months only after a day."""


class MonthNames(Protocol):
    """Names of the months, in lower case, such as those of a vocabulary."""

    @property
    def months(self) -> Mapping[str, int]:
        """The month by its name, in all languages."""

    @property
    def languages(self) -> Mapping[str, frozenset[str]]:
        """The languages of each name."""


class _KnownMonthNames(NamedTuple):
    months: Mapping[str, int]
    languages: Mapping[str, frozenset[str]]


_NAMES_OF_ALL = {name: number for names in MONTHS.values() for name, number in names.items()}
KNOWN: MonthNames = _KnownMonthNames(
    _NAMES_OF_ALL,
    {
        name: frozenset(language for language, names in MONTHS.items() if name in names)
        for name in _NAMES_OF_ALL
    },
)
"""The built-in names."""
