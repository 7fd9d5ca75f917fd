"""The settings in a project's file, `archive-pkg.toml`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_origin

from pydantic import AfterValidator, Field

from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.records.base import Model, validated_by
from archive_pkg.records.models import Agent, Holding, OwnType
from archive_pkg.records.models.fields import EMPTY, ID_PATTERN, Id, KnownType, Many, Text
from archive_pkg.records.scalars import Form, relative_path
from archive_pkg.records.value_paths import get, models_in
from archive_pkg.records.vocabularies.document_types import document_types
from archive_pkg.records.vocabularies.identifiers import SCHEMES, check_identifier
from archive_pkg.records.vocabularies.languages import Language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

SITE_ADDRESS = r"^https?://[^\s/?#@]+[^\s?#]*$"
"""The form of the address of a site."""

DocumentName = Literal[
    "page",
    "datacite",
    "datacite-json",
    "dc",
    "tei",
    "ead3",
    "ead2002",
    "mods",
    "premis",
    "mets",
    "prov",
    "schema-org",
    "annotations",
    "rico",
    "csl",
    "sword",
    "archivematica",
    "atom",
    "archivesspace",
    "omeka",
    "islandora",
    "tropy",
    "tropy-json",
    "invenio",
    "dataverse",
    "bibtex",
    "all",
]
"""The names of documents that `packages.metadata.chosen` accepts."""

DEFAULT_DOCUMENTS: Any = ("page", "datacite", "tei", "premis")
"""The documents in `metadata/` unless others are chosen."""

_SECRET_WORDS = re.compile(
    r"(?i)pass(?:word|wd|phrase)?|secret|token|credentials?|(?:api|access|private)[-_]?key"
    r"|sig(?:nature)?"
)
_USER_AND_PASSWORD = re.compile(r"//[^/?#]*:[^/?#]*@")


def is_secret_name(name: str) -> bool:
    """Return whether a key or an option has the name of a secret, such as `token`."""
    return any(_SECRET_WORDS.fullmatch(word) for word in (name, *re.split(r"[-_.]", name)))


def _path_in_project(value: str) -> str:
    try:
        return relative_path(value)
    except Fault as fault:
        hint = _("Write the path of a file in the project's folder, such as names.yaml.")
        message = fault.message.replace("the record's folder", "the project's folder")
        raise Fault(message, hint) from None


def _safe_address(address: str) -> str:
    """Refuse an address that contains a secret or leads out of the project.

    The message does not repeat the secret.
    """
    hint = _("Remove it: a project file must not contain secrets. Store it with archive-pkg login.")
    if _USER_AND_PASSWORD.search(address):
        raise Fault(_("the address contains a password"), hint)
    for option in re.findall(r"[?&;]([^=&;#]+)=", address):
        if is_secret_name(option):
            raise Fault(_("the address contains a secret, {option}", option=option), hint)
    scheme, __, path = address.partition(":")
    if scheme in ("file", "ocfl") and ".." in path.split("/"):
        raise Fault(_("the address leads out of the project with .."), _("Write the full path."))
    return address


class Institution(Model):
    """The institution that describes and keeps the documents.

    Attributes:
        name: The name. The evidence of default values names the institution as its agent.
        isil: The International Standard Identifier for Libraries and Related Organizations.
        address: The postal address.
    """

    name: Text = Field(examples=["Example State Archive"])
    isil: (
        Annotated[
            str,
            Form(
                "an ISIL",
                r"^[A-Za-z0-9]{1,4}-[A-Za-z0-9:/-]{1,11}$",
                "Write a prefix, a hyphen and up to 11 more characters, as in DE-1.",
            ),
        ]
        | None
    ) = Field(default=None, examples=["DE-1"])
    address: Text | None = Field(default=None, examples=["Archive Street 1, 10117 Berlin"])


class Contact(Model):
    """The person or office that readers of the packages, and repositories, can ask.

    Attributes:
        name: The name of a person or an office.
        email: The e-mail address.
    """

    name: Text | None = Field(default=None, examples=["Reading room"])
    email: (
        Annotated[
            str,
            Form(
                "an e-mail address",
                r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
                "Write it like reading-room@example.org.",
            ),
        ]
        | None
    ) = Field(default=None, examples=["reading-room@example.org"])


class Site(Model):
    """The pages of `archive-pkg site`.

    Attributes:
        title: The title of the site.
        introduction: Paragraphs for the first page, with an empty line between them.
        imprint: Who is responsible for the site. Each page shows it at its foot.
    """

    title: Text | None = Field(default=None, examples=["Letters of the Example State Archive"])
    introduction: Text | None = Field(
        default=None, examples=["This edition has the letters of the years 1957 to 1963."]
    )
    imprint: Text | None = Field(default=None, examples=["Example State Archive, Berlin"])


class Packages(Model):
    """What packages contain.

    Attributes:
        metadata: The documents in `metadata/`, the same names as for `build --metadata`.
    """

    metadata: Many[DocumentName] = Field(
        default=DEFAULT_DOCUMENTS, examples=[["page", "datacite", "tei"]]
    )


class Rights(Model):
    """Copyright and licence of the documents.

    Attributes:
        statement: The rights in words.
        licence: An SPDX identifier or the address of a licence.
    """

    statement: Text = Field(examples=["Copyright not evaluated"])
    licence: Text | None = Field(default=None, examples=["CC-BY-4.0"])


class Defaults(Model):
    """Values for fields that a new record would leave empty.

    They are used when `draft`, the review or `tables import` makes a record.

    Each value gets evidence of the basis "supplied", with the institution as the agent.

    Attributes:
        holdings: The archives that keep the documents, each with its levels (such as Bestand) from
            the highest down.
        original_language: The language of the originals that translations were made from.
        part_kind: The kind of the drafted text.
        translator: The name of the translator, for drafts of a translation.
        publications: Where the documents have been published, as citations.
        rights: Copyright and licence of the documents.
    """

    holdings: Many[Holding] = Field(
        default=EMPTY,
        examples=[
            [
                {
                    "repository": "Example State Archive",
                    "levels": [{"name": "Bestand", "value": "3"}],
                }
            ]
        ],
    )
    original_language: Language | None = Field(default=None, examples=["ru"])
    part_kind: Literal["transcription", "translation"] | None = Field(
        default=None, examples=["translation"]
    )
    translator: Text | None = Field(default=None, examples=["Doe, Jane"])
    publications: Many[Text] = Field(
        default=EMPTY, examples=[["Documents of the Example State Archive, vol. 2 (1999)"]]
    )
    rights: Rights | None = Field(default=None, examples=[{"statement": "Copyright not evaluated"}])


def _identifier(scheme: Literal["orcid", "ror"]) -> Any:
    """Return the type of a bare identifier of a scheme."""

    def check(value: str) -> str:
        check_identifier(scheme, value)
        return value

    known = SCHEMES[scheme]
    form = Form(
        f"a {known.name} identifier", f"^(?:{known.pattern.pattern})$", f"Write it {known.form}."
    )
    return Annotated[str, form, AfterValidator(check)]


class Editor(Model):
    """A person who edits the documents, or describes them.

    Attributes:
        name: The name, the family name first.
        orcid: The ORCID iD.
        affiliation: The organization that the person works for.
        ror: The organization's identifier in the Research Organization Registry.
    """

    name: Annotated[
        str, Form("a name", r"^[^\s,][^,]*, ?[^,]*[^\s,]$", "Write it like Doe, Jane.")
    ] = Field(examples=["Doe, Jane"])
    orcid: _identifier("orcid") | None = Field(default=None, examples=["0000-0002-1825-0097"])  # type: ignore[valid-type]
    affiliation: Text | None = Field(default=None, examples=["Example University"])
    ror: _identifier("ror") | None = Field(default=None, examples=["05dxps055"])  # type: ignore[valid-type]

    @property
    def agents(self) -> tuple[Agent, ...]:
        """The person and then the organization, if there is one, as agents of a record."""
        own = {"id": "editor", "name": self.name, "kind": "person"}
        body = {"id": "affiliation", "name": self.affiliation, "kind": "organization"}
        bodies = (_agent(body, "ror", self.ror),) if self.affiliation else ()
        names = tuple(each.id for each in bodies)
        return (_agent(own | {"affiliations": names}, "orcid", self.orcid), *bodies)


def _agent(values: dict[str, Any], scheme: str, value: str | None) -> Agent:
    known = [{"scheme": scheme, "value": value}] if value else []
    return Agent.model_validate(values | {"identifiers": known})


class Funding(Model):
    """Money for the edition.

    Attributes:
        funder: The organization that gives the money.
        ror: The funder's identifier in the Research Organization Registry.
        number: The number of the grant.
        title: The title of the grant.
    """

    funder: Text = Field(examples=["Example Research Council"])
    ror: _identifier("ror") | None = Field(default=None, examples=["05dxps055"])  # type: ignore[valid-type]
    number: Text | None = Field(default=None, examples=["EX-1234"])
    title: Text | None = Field(default=None, examples=["Letters of the Example State Archive"])


class DepositTarget(Model):
    """A repository that `deposit --to` can be given by name.

    Attributes:
        address: The address, as for `deposit --to`. A relative path starts from the project's
            folder. Do not put a password or token into it.
    """

    address: Annotated[Text, AfterValidator(_safe_address)] = Field(examples=["ocfl:archive"])


def _new_type(name: str) -> str:
    if name in document_types():
        raise Fault(
            _("{name} is a known type of document", name=name), _("Give your own type another id.")
        )
    return name


class ProjectType(OwnType):
    """A type of document that the project defines."""

    label: Text = Field(examples=["Aide-mémoire"])
    definition: Text = Field(
        examples=["A written summary that is handed over during a conversation."]
    )
    like: KnownType = Field(examples=["note"])


def _defaults_without_institution(settings: Any) -> Iterator[Fault]:
    defaults = get(settings, "defaults")
    if defaults not in (None, {}, Defaults()) and get(settings, "institution") is None:
        yield Fault(
            _("there are defaults, but no institution that supplies them"),
            _('Add [institution] with name = "…".'),
        )


InterfaceLanguage = Literal["en", "de", "fr", "ru"]
"""A language of `messages.LANGUAGES`."""


class ProjectFile(Model):
    """The settings of a project.

    Attributes:
        publisher: The publisher of the packages, for exports [default: the institution].
        licence: The licence of the descriptions, not of the documents: an SPDX identifier or an
            address.
        rights_statement: The rights in the descriptions, in words.
        language: The language of pages: en, de, fr or ru [default: en].
        base_url: The address of the project's site, as for `site --base-url`.
        image_service: The address of a service of IIIF's Image API 3. It has each image under the
            record's id and the file's path, as in `…/1960-07-18-cpsu-to-sed%2Fscans%2F1.tif`.
        vocabularies: Files with more names, markings and phrases for drafting.
        editors: The people who edit or describe the documents, for deposits.
        funding: Who pays for the edition, for deposits.
        institution: The institution that describes and keeps the documents.
        contact: The person or office that readers of the packages, and repositories, can ask.
        site: The pages of `archive-pkg site`.
        packages: What packages contain.
        defaults: Values for fields that a new record would leave empty.
        types: Types of documents that the project defines, by their ids. If the label is alone on a
            line near the start of a drafted text, the draft gets the type.
        targets: Repositories by the names that `deposit --to` can use.
    """

    publisher: Text | None = Field(default=None, examples=["Example University Press"])
    licence: Text | None = Field(default=None, examples=["CC0-1.0"])
    rights_statement: Text | None = Field(
        default=None, examples=["The descriptions are free to use."]
    )
    language: InterfaceLanguage | None = Field(default=None, examples=["de"])
    base_url: (
        Annotated[
            str,
            AfterValidator(_safe_address),
            Form(
                "the address of a site", SITE_ADDRESS, "Write it like https://example.org/letters."
            ),
        ]
        | None
    ) = Field(default=None, examples=["https://example.org/letters"])
    image_service: (
        Annotated[
            str,
            AfterValidator(_safe_address),
            Form(
                "the address of a service",
                SITE_ADDRESS,
                "Write it like https://images.example.org/iiif/3.",
            ),
        ]
        | None
    ) = Field(default=None, examples=["https://images.example.org/iiif/3"])
    vocabularies: Many[Annotated[str, AfterValidator(_path_in_project)]] = Field(
        default=EMPTY, examples=[["names.yaml"]]
    )
    editors: Many[Editor] = Field(
        default=EMPTY, examples=[[{"name": "Doe, Jane", "orcid": "0000-0002-1825-0097"}]]
    )
    funding: Many[Funding] = Field(
        default=EMPTY, examples=[[{"funder": "Example Research Council", "number": "EX-1234"}]]
    )
    institution: Institution | None = None
    contact: Contact = Contact()
    site: Site = Site()
    packages: Packages = Packages()
    defaults: Defaults = Defaults()
    types: dict[Annotated[Id, AfterValidator(_new_type)], ProjectType] = Field(
        default={},
        examples=["aide-memoire"],
        json_schema_extra={
            "propertyNames": {"pattern": ID_PATTERN, "not": {"enum": list(document_types())}}
        },
    )
    targets: dict[Id, DepositTarget] = Field(
        default={},
        examples=["archive"],
        json_schema_extra={"propertyNames": {"pattern": ID_PATTERN}},
    )

    _institution_for_defaults = validated_by(_defaults_without_institution)


def table_model(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of a setting that has a table of its own in the file."""
    inner = next(models_in(field.annotation), None)
    is_inline = field.examples and isinstance(field.examples[0], dict | list)
    return None if is_inline else inner


def has_user_names(field: FieldInfo) -> bool:
    """Return whether a table has entries whose names the user chooses."""
    return get_origin(field.annotation) is dict


def settings_in(
    values: Mapping[str, Any], model: type[BaseModel] = ProjectFile, prefix: str = ""
) -> Iterator[tuple[str, Any]]:
    """Yield the dotted name of each setting with its value, which is None if it is not set.

    Args:
        values: The settings as plain data.
        model: Their model.
        prefix: The text that the dotted names begin with.
    """
    for key, field in model.model_fields.items():
        inner, value = table_model(field), values.get(key)
        if inner is None:
            yield f"{prefix}{key}", value
        elif has_user_names(field):
            for each, below in (value or {}).items():
                yield from settings_in(below, inner, f"{prefix}{key}.{each}.")
        else:
            yield from settings_in(value or {}, inner, f"{prefix}{key}.")
