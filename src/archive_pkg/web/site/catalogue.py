"""Make the pages about many letters: lists, people, years, the network, the search.

The lists by year and by person contain every letter, so the site can be read without a script.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from archive_pkg.collection.reports import charts
from archive_pkg.interchange import ExportContext
from archive_pkg.interchange.addresses import licence_address
from archive_pkg.interchange.exporting import cmif
from archive_pkg.interchange.markup import escaped
from archive_pkg.messages import _
from archive_pkg.packages.page import rendering
from archive_pkg.records.display import label
from archive_pkg.web.site import for_programs
from archive_pkg.web.site.entries import UNDATED
from archive_pkg.web.site.letters import LETTERS, script_call, script_json, unpacked
from archive_pkg.web.site.search_index import WordIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.web.site.entries import CatalogueEntry
    from archive_pkg.web.site.letters import SiteLetter, SitePlan

File = tuple[str, "Iterable[bytes]"]

PAGE = 250
"""The number of letters on a page of a list."""
FIRST = 40
"""The number of letters that the first page shows before a search."""
ROWS = 250
"""The number of letters in one file of titles."""
PAIRS = 100
"""The number of pairs of correspondents on the page of the network."""
MOST_YEARS = 60
"""Up to this many years have a bar each. Longer spans have one bar for each decade."""
SITEMAP = 50_000
"""The largest number of addresses in a sitemap (sitemaps.org)."""
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_RS = "http://www.openarchives.org/rs/terms/"
_RESOURCE_SYNC = {
    "description": ".well-known/resourcesync",
    "capabilitylist": "capabilitylist.xml",
    "resourcelist": "resourcelist.xml",
}
"""The files of ResourceSync by their capability."""
_TYPES = {"person": "Person", "place": "Place"}
"""The types of schema.org."""
_TEMPLATES = "archive_pkg.web"


@dataclass(slots=True)
class CataloguePerson:
    """A person, organization, family or place on the site.

    Attributes:
        key: The name of its page.
        kind: "person", "organization", "family" or "place".
        names: The number of letters that use each of its names.
        addresses: The addresses of its authority records.
        letters: The labels of the fields that name it, for each letter by its number.
    """

    key: str
    kind: str
    names: Counter[str] = field(default_factory=Counter)
    addresses: set[str] = field(default_factory=set)
    letters: dict[int, list[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name that most letters use."""
        return min(self.names, key=lambda name: (-self.names[name], name))

    @property
    def folder(self) -> str:
        """The folder of its page."""
        return "places" if self.kind == "place" else "people"

    @property
    def others(self) -> list[str]:
        """The other names that letters use, sorted."""
        return sorted(set(self.names) - {self.name})


class Catalogue:
    """Collects the letters of a site, and then makes the pages about many letters."""

    def __init__(self, plan: SitePlan) -> None:
        self._plan = plan
        self._entries: list[CatalogueEntry] = []
        self._people: dict[str, CataloguePerson] = {}
        self._words = WordIndex()
        project = plan.project
        self._context = ExportContext(
            made=plan.day.isoformat(), publisher=project.publisher, project=project
        )
        self.without_cmif = cmif.missing(self._context, plan.base)
        """What CMIF requires and is not known, so that the site has no such file."""

    @property
    def count(self) -> int:
        """The number of letters."""
        return len(self._entries)

    def add(self, made: SiteLetter) -> None:
        """Add a letter."""
        self._entries.append(made.entry)
        self._words.add(unpacked(made.head), unpacked(made.text))

    def files(self, fragments: Iterable[bytes]) -> Iterator[File]:
        """Yield all files of the catalogue, each in pieces.

        Args:
            fragments: The descriptions of the correspondence in CMIF.
        """
        order = sorted(
            range(self.count), key=lambda n: (self._entries[n].sort, self._entries[n].id)
        )
        places = array("I", bytes(4 * self.count))
        for place, number in enumerate(order):
            places[number] = place
        self._entries = [self._entries[number] for number in order]
        self._gather_people()
        yield from self._data(places)
        years = self._by_year()
        yield from self._year_pages(years)
        yield from self._people_pages("people")
        yield from self._people_pages("places")
        yield from self._absent_pages()
        yield "network.html", [self._network().encode()]
        yield "index.html", [self._index(years).encode()]
        yield from self._for_machines(fragments)
        for name in ("letter.css", "letter.js"):
            yield f"assets/{name}", [rendering.asset(name).encode()]
        for name in ("site.css", "neighbours.js"):
            yield f"assets/{name}", [rendering.asset(name, _TEMPLATES).encode()]
        script = rendering.script("site.js", _TEMPLATES, self._plan.project.language)
        yield "assets/site.js", [script.encode()]

    def _absent_pages(self) -> Iterator[File]:
        """Yield a page for each record that is not on the site, but that letters on it link to."""
        linked = {name for entry in self._entries for name in entry.related}
        for name in sorted(linked - {entry.id for entry in self._entries}):
            page = self._render("site_absent.html", "../", "letters", name=name)
            yield f"{LETTERS}/{name}.html", [page.encode()]

    def _gather_people(self) -> None:
        for number, entry in enumerate(self._entries):
            for agent in entry.people:
                person = self._people.setdefault(agent.key, CataloguePerson(agent.key, agent.kind))
                person.names[agent.name] += 1
                person.addresses.update(agent.addresses)
            for role, key in entry.roles:
                roles = self._people[key].letters.setdefault(number, [])
                if label(role) not in roles:
                    roles.append(label(role))

    # For the script -----------------------------------------------------------------------------

    def _data(self, places: Sequence[int]) -> Iterator[File]:
        keys = [one.key for one in self._sorted("people")]
        agents = {key: number for number, key in enumerate(keys)}
        firsts = []
        for number, (words, found) in enumerate(self._words.pieces(places)):
            firsts.append(words[0])
            yield f"data/words-{number}.js", [script_call("words", number, words, found)]
        for number, start in enumerate(range(0, self.count, ROWS)):
            rows = [[e.id, e.title, e.date] for e in self._entries[start : start + ROWS]]
            yield f"data/rows-{number}.js", [script_call("rows", number, rows)]
        lists: dict[str, list[str]] = {}
        columns: dict[str, list[Any]] = {}
        for name in ("kind", "classification", "holding"):
            values = [getattr(entry, name) for entry in self._entries]
            lists[name] = sorted(set(values) - {""})
            at = {value: number for number, value in enumerate(lists[name])}
            columns[name] = [at.get(value, -1) for value in values]
        lists["language"] = sorted({name for entry in self._entries for name in entry.languages})
        spoken = {name: number for number, name in enumerate(lists["language"])}
        columns["language"] = [[spoken[x] for x in entry.languages] for entry in self._entries]
        columns["year"] = [entry.year for entry in self._entries]
        lists["person"] = [self._people[key].name for key in keys]
        columns["sender"] = [
            [agents[key] for key in e.of("sender", "authors")] for e in self._entries
        ]
        columns["recipients"] = [[agents[key] for key in e.of("recipients")] for e in self._entries]
        catalogue = {
            "count": self.count,
            "rows": ROWS,
            "firsts": firsts,
            "keys": keys,
            "lists": lists,
            "columns": columns,
        }
        yield "data/catalogue.js", [script_call("catalogue", catalogue)]

    # For readers --------------------------------------------------------------------------------

    def _render(self, template: str, root: str, here: str, **shown: Any) -> str:
        return rendering.render(
            template,
            package=_TEMPLATES,
            root=root,
            here=here,
            site_title=self._plan.title,
            settings=self._plan.project.settings,
            policy=rendering.policy(own=True),
            people=self._people,
            cmif=not self.without_cmif,
            **shown,
        )

    def _by_year(self) -> dict[str, list[int]]:
        years: dict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(self._entries):
            years[entry.year_name].append(number)
        return years

    def _year_pages(self, years: dict[str, list[int]]) -> Iterator[File]:
        names = list(years)
        counted = [(year, len(numbers)) for year, numbers in years.items()]
        shown = self._render(
            "site_years.html",
            "",
            "years",
            years=counted,
            undated=len(years.get(UNDATED, ())),
            plot=_over_time(years, "years/"),
        )
        yield "years.html", [shown.encode()]
        for at, (year, numbers) in enumerate(years.items()):
            near = self._entries[max(0, numbers[0] - 1) : numbers[-1] + 2]
            yield f"data/year-{year}.js", [script_call("year", [[e.id, e.title] for e in near])]
            heading = (
                _("Documents without a date")
                if year == UNDATED
                else _("Documents from {year}", year=year)
            )
            around = (names[at - 1] if at else "", names[at + 1] if at + 1 < len(names) else "")
            yield from self._lists(f"years/{year}", numbers, "years", heading, around=around)

    def _lists(
        self, name: str, numbers: Sequence[int], here: str, heading: str, **shown: Any
    ) -> Iterator[File]:
        """Yield the pages of a list of letters."""
        pages = [numbers[at : at + PAGE] for at in range(0, len(numbers), PAGE)] or [()]
        base = name.rpartition("/")[2]
        names = [f"{base}.html", *(f"{base}-{n}.html" for n in range(2, len(pages) + 1))]
        person = shown.get("person")
        for at, page in enumerate(pages):
            letters = [(self._entries[n], person.letters[n] if person else []) for n in page]
            html = self._render(
                "site_list.html",
                "../",
                here,
                heading=heading,
                letters=letters,
                count=len(numbers),
                pages=names,
                page=at,
                **{"around": ("", ""), "person": None, "plot": "", "with_whom": [], **shown},
            )
            yield f"{name.rpartition('/')[0]}/{names[at]}", [html.encode()]

    def _sorted(self, folder: str) -> list[CataloguePerson]:
        people = [one for one in self._people.values() if one.folder == folder]
        return sorted(people, key=lambda one: (one.name.casefold(), one.key))

    def _people_pages(self, folder: str) -> Iterator[File]:
        people = self._sorted(folder)
        html = self._render("site_people.html", "", folder, all_people=people)
        yield f"{folder}.html", [html.encode()]
        for person in people:
            years: dict[str, list[int]] = defaultdict(list)
            partners: Counter[str] = Counter()
            for number in person.letters:
                entry = self._entries[number]
                years[entry.year_name].append(number)
                partners.update(_partners(entry, person.key))
            partners.pop(person.key, None)
            linked = {
                "@context": "https://schema.org",
                "@type": _TYPES.get(person.kind, "Organization"),
                "name": person.name,
                "alternateName": person.others,
                "sameAs": sorted(person.addresses),
            }
            yield from self._lists(
                f"{folder}/{person.key}",
                list(person.letters),
                folder,
                person.name,
                person=person,
                plot=_over_time(years, "../years/") if len(years) > 1 else "",
                with_whom=partners.most_common(30),
                linked_data=script_json({key: value for key, value in linked.items() if value}),
            )

    def _ties(self) -> Counter[tuple[str, str]]:
        ties: Counter[tuple[str, str]] = Counter()
        for entry in self._entries:
            for one in entry.of("sender"):
                for other in entry.of("recipients"):
                    ties[one, other] += 1
        return ties

    def _network(self) -> str:
        pairs = sorted(self._ties().items(), key=lambda pair: (-pair[1], pair[0]))
        return self._render(
            "site_network.html",
            "",
            "network",
            pairs=pairs[:PAIRS],
            more=len(pairs) - PAIRS,
        )

    def _index(self, years: dict[str, list[int]]) -> str:
        settings, publisher = self._plan.project.settings, self._plan.project.publisher
        licence = settings.licence
        linked = {
            "@context": "https://schema.org",
            "@type": "Collection",
            "name": self._plan.title,
            "collectionSize": self.count,
            "url": self._plan.base,
            "publisher": publisher and {"@type": "Organization", "name": publisher},
            "license": licence and (licence_address(licence) or licence),
        }
        return self._render(
            "site_index.html",
            "",
            "letters",
            letters=[(entry, []) for entry in self._entries[:FIRST]],
            count=self.count,
            plot=_over_time(years, "years/"),
            undated=len(years.get(UNDATED, ())),
            linked_data=script_json({key: value for key, value in linked.items() if value}),
            introduction=re.split(r"\n\s*\n", settings.site.introduction or ""),
        )

    # For machines -------------------------------------------------------------------------------

    def _for_machines(self, fragments: Iterable[bytes]) -> Iterator[File]:
        if not self.without_cmif:
            title, base = self._plan.title, self._plan.base
            yield cmif.FILE, cmif.joined(title, fragments, self._context, base)
        robots = "User-agent: *\nAllow: /\n"
        if self._plan.base:
            yield from self._sitemaps()
            yield from self._resource_sync()
            robots += f"Sitemap: {self._plan.base}sitemap.xml\n"
        yield "robots.txt", [robots.encode()]

    def _sitemaps(self) -> Iterator[File]:
        last = max((entry.modified for entry in self._entries), default="")
        names = ["index.html", "years.html", "people.html", "places.html", "network.html"]
        pages = [(name, last) for name in names]
        for key, one in sorted(self._people.items()):
            last = max(self._entries[number].modified for number in one.letters)
            pages.append((f"{one.folder}/{key}.html", last))
        pages += [(f"{LETTERS}/{entry.id}.html", entry.modified) for entry in self._entries]
        yield from self._in_groups("sitemap", pages)

    def _resource_sync(self) -> Iterator[File]:
        """Yield the lists of ResourceSync (ANSI/NISO Z39.99-2017): letters and their documents."""
        resources = [
            (path, entry.modified)
            for entry in self._entries
            for path in (f"{LETTERS}/{entry.id}.html", *for_programs.paths(entry.id))
        ]
        above = _RESOURCE_SYNC["capabilitylist"]
        says = f'{self._up(above)}<rs:md capability="resourcelist" at="{self._plan.day}"/>\n'
        yield from self._in_groups("resourcelist", resources, says)
        for kind, below in (("capabilitylist", "resourcelist"), ("description", "capabilitylist")):
            up = self._up(_RESOURCE_SYNC["description"]) if kind == "capabilitylist" else ""
            entry = f'<rs:md capability="{below}"/>'
            listed = self._sitemap(
                "url", [(_RESOURCE_SYNC[below], "")], f'{up}<rs:md capability="{kind}"/>\n', entry
            )
            yield _RESOURCE_SYNC[kind], [listed]

    def _up(self, path: str) -> str:
        return f'<rs:ln rel="up" href="{escaped(self._plan.base + path)}"/>\n'

    def _in_groups(
        self, name: str, pages: Sequence[tuple[str, str]], says: str = ""
    ) -> Iterator[File]:
        """Yield a list of addresses; if it is too long for one file, its pieces and their index."""
        groups = [pages[at : at + SITEMAP] for at in range(0, len(pages), SITEMAP)] or [pages]
        if len(groups) == 1:
            yield f"{name}.xml", [self._sitemap("url", groups[0], says)]
            return
        names = [f"{name}-{number}.xml" for number in range(1, len(groups) + 1)]
        for one, group in zip(names, groups, strict=True):
            yield one, [self._sitemap("url", group, says)]
        dated = [(n, max(day for __, day in g)) for n, g in zip(names, groups, strict=True)]
        yield f"{name}.xml", [self._sitemap("sitemap", dated, says)]

    def _sitemap(
        self, inner: str, pages: Sequence[tuple[str, str]], says: str = "", entry: str = ""
    ) -> bytes:
        lines = "".join(
            f"<{inner}><loc>{escaped(self._plan.base + quote(path))}</loc>"
            f"{f'<lastmod>{day}</lastmod>' if day else ''}{entry}</{inner}>\n"
            for path, day in pages
        )
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        outer = "urlset" if inner == "url" else "sitemapindex"
        names = f'xmlns="{_SITEMAPS}"' + (f' xmlns:rs="{_RS}"' if says else "")
        return f"{head}<{outer} {names}>\n{says}{lines}</{outer}>\n".encode()


def _partners(entry: CatalogueEntry, key: str) -> Iterator[str]:
    """Yield the keys of the correspondents of a person in a letter."""
    senders, recipients = entry.of("sender", "signatories"), entry.of("recipients")
    if key in senders:
        yield from recipients
    if key in recipients:
        yield from senders


def _over_time(years: dict[str, list[int]], folder: str) -> str:
    """Return a bar chart of letters by year, or by decade for a long span."""
    counts = {int(year): len(n) for year, n in years.items() if year != UNDATED}
    if not counts:
        return ""
    first, last = min(counts), max(counts)
    if last - first < MOST_YEARS:
        bars = [
            charts.Bar(
                f"{year:04}",
                counts.get(year, 0),
                f"{folder}{year:04}.html" if year in counts else "",
            )
            for year in range(first, last + 1)
        ]
        return charts.columns(bars, _("Documents by year"))
    decades: Counter[int] = Counter()
    for year, count in counts.items():
        decades[year // 10 * 10] += count
    begin = {d: min(year for year in counts if year // 10 * 10 == d) for d in decades}
    bars = [
        charts.Bar(
            _("{year}s", year=decade),
            decades[decade],
            f"{folder}{begin[decade]:04}.html" if decade in begin else "",
        )
        for decade in range(first // 10 * 10, last + 1, 10)
    ]
    return charts.columns(bars, _("Documents by decade"))
