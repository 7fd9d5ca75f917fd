"""The register of agents as EAC-CPF and as TEI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from lxml import etree
from test_formats import Schemas

from archive_pkg.collection.agents import agent_collection
from archive_pkg.interchange import ExportContext
from archive_pkg.interchange.exporting import eac_cpf, tei_register
from archive_pkg.interchange.importing.eac_cpf import read_agent
from archive_pkg.records import Agent
from archive_pkg.records.models import Register
from official import official, xml_schema
from program import Run
from strategies import records

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.records import Record

CONTEXT = ExportContext(made="2026-11-30")
REGISTER: dict[str, Any] = {
    "agents": [
        {
            "id": "gromyko",
            "name": "Gromyko, Andrei Andreyevich",
            "kind": "person",
            "name_parts": {"family": "Gromyko", "given": "Andrei", "patronymic": "Andreyevich"},
            "born": {"edtf": "1909-07-18", "as_written": "18 July 1909"},
            "died": "1989?",
            "role": "Minister",
            "affiliations": ["ministry"],
            "as_written": "A. Gromyko",
            "identifiers": [{"scheme": "viaf", "value": "36921765"}],
            "note": "“Mr. No”",
        },
        {"id": "ministry", "name": "Ministry", "kind": "organization", "born": "1917"},
        {"id": "romanovs", "name": "Romanov", "kind": "family"},
        {"id": "program", "name": "OCR", "kind": "software", "version": "2"},
    ],
    "evidence": [
        {
            "field": "agents.gromyko.born",
            "basis": "supplied",
            "agent": "ministry",
            "note": "Told us.",
        }
    ],
}


def register() -> Register:
    return Register.model_validate(REGISTER)


def eac(agents: Any, evidence: Any = ()) -> dict[str, Any]:
    """Return the documents of all agents that EAC-CPF can have, valid by its schema."""
    folders = official("mets"), official("datacite") / "include"
    schema = xml_schema(official("eac-cpf") / "cpf.xsd", *folders)
    known = {agent.id: agent for agent in agents}
    made = {}
    for agent in agents:
        if agent.kind != "software":
            written = etree.fromstring(eac_cpf.write(agent, known, evidence, CONTEXT))
            schema.assertValid(written)
            made[agent.id] = written
    return made


def said(document: Any, path: str) -> list[str]:
    steps = "/".join(f"{{*}}{step}" for step in path.split("/"))
    return [element.text for element in document.findall(f".//{steps}")]


def test_an_agent_in_eac_cpf_has_names_dates_identifiers_and_sources() -> None:
    everything = register()
    made = eac(everything.agents, everything.evidence)
    document = made["gromyko"]
    assert said(document, "nameEntry/part") == [
        "Gromyko, Andrei Andreyevich",
        "Gromyko",
        "Andrei",
        "Andreyevich",
        "A. Gromyko",
    ]
    born, died = document.find(".//{*}fromDate"), document.find(".//{*}toDate")
    assert (born.text, dict(born.attrib)) == ("18 July 1909", {"standardDate": "1909-07-18"})
    assert dict(died.attrib) == {"notBefore": "1989-01-01", "notAfter": "1989-12-31"}
    assert said(document, "identity/entityId") == ["http://viaf.org/viaf/36921765"]
    assert said(document, "cpfRelation/relationEntry") == ["Ministry"]
    assert said(document, "source/sourceEntry") == [
        "agents.gromyko.born: supplied by ministry; Told us."
    ]
    kinds = [said(one, "entityType")[0] for one in made.values()]
    assert kinds == ["person", "corporateBody", "family"]


def test_eac_cpf_is_read_again() -> None:
    everything = register()
    for agent in everything.agents[:3]:
        known = {one.id: one for one in everything.agents}
        said, report = read_agent(eac_cpf.write(agent, known, (), CONTEXT), "a.xml")
        again = Agent.model_validate(said)
        lost = {"affiliations": (), "role": agent.role}
        assert again == agent.model_copy(update=lost)
        relations = [one.message for one in report if "cpfRelation" in one.message]
        assert bool(relations) == bool(agent.affiliations)


def test_another_systems_eac_cpf_becomes_an_entry_and_the_rest_is_reported(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "a.xml"
    file.write_text(
        f'<eac-cpf xmlns="{eac_cpf.NAMESPACE}"><control><recordId>agents/17</recordId></control>'
        "<cpfDescription><identity><entityId>http://viaf.org/viaf/36921765</entityId>"
        "<entityType>person</entityType>"
        '<nameEntry><part localType="surname">Doe</part><part localType="forename">Ann</part>'
        "<authorizedForm>rda</authorizedForm></nameEntry>"
        "<nameEntry><part>Doe, A. B.</part></nameEntry></identity><description><existDates>"
        '<dateRange><fromDate standardDate="1900">born 1900</fromDate></dateRange></existDates>'
        "<legalStatus><term>Free</term></legalStatus><biogHist><p>A life.</p></biogHist>"
        "</description></cpfDescription></eac-cpf>"
    )
    add = ("agents", "import", file, "--register", tmp_path)
    done = run(*add)
    assert done.returncode == 0, done.stderr
    for left in ("“Doe, A. B.”", "“Free”", "“rda”"):
        assert left in done.stdout
    assert "A life" not in done.stdout
    [entry] = agent_collection(tmp_path).register.agents
    assert (entry.id, entry.name, entry.kind, entry.note) == (
        "agents-17",
        "Doe, Ann",
        "person",
        "A life.",
    )
    assert entry.born is not None
    assert (entry.born.edtf, entry.born.as_written) == ("1900", "born 1900")
    assert entry.name_parts is not None
    assert (entry.name_parts.family, entry.name_parts.given) == ("Doe", "Ann")
    assert [one.scheme for one in entry.identifiers] == ["viaf"]
    again = run(*add)
    assert (again.returncode, "already has an entry agents-17" in again.stderr) == (2, True)


def test_atoms_authority_records_become_entries_and_are_no_list_of_letters(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "authorities.csv"
    file.write_text(
        "culture,typeOfEntity,authorizedFormOfName,datesOfExistence,history,otherFormsOfName\n"
        'en,Person,"Doe, Ann",1900 – 1950,A life.,Annie\n'
        "en,Corporate body,Academy,since 1800,,\n"
        "en,,Nobody,,,\n"
    )
    mapped = run("tables", "map", file)
    assert mapped.returncode == 3
    assert f"archive-pkg agents import {file}" in mapped.stderr
    done = run("agents", "import", file, "--register", tmp_path)
    assert done.returncode == 0, done.stderr
    for left in ("“Annie”", "“since 1800”", "“Nobody”"):
        assert left in done.stdout
    register = agent_collection(tmp_path).register
    first, second = register.agents
    assert (first.name, first.kind, first.note) == ("Doe, Ann", "person", "A life.")
    assert [one and one.edtf for one in (first.born, first.died)] == ["1900", "1950"]
    assert (second.name, second.kind, second.born) == ("Academy", "organization", None)
    assert {one.rule for one in register.evidence} == {"from-atom-csv"}


def tei(agents: Any, evidence: Any = ()) -> Any:
    known = {agent.id: agent for agent in agents}
    said = {name: [e for e in evidence if f".{name}." in e.field] for name in known}
    written = etree.fromstring(tei_register.write(known, said, CONTEXT))
    Schemas().of("tei", written).assertValid(written)
    return written


def test_tei_has_lists_of_persons_and_of_organizations() -> None:
    everything = register()
    written = tei(everything.agents, everything.evidence)
    ids = [one.get("{http://www.w3.org/XML/1998/namespace}id") for one in written.iter("{*}person")]
    assert ids == ["agent-gromyko"]
    assert said(written, "person/birth") == ["18 July 1909"]
    assert said(written, "org/orgName") == ["Ministry", "OCR"]
    assert said(written, "personGrp/name") == ["Romanov"]
    [evidence] = written.findall(".//{*}note[@type='evidence']")
    assert evidence.text.endswith("Told us.")


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(record=records())
def test_the_agents_of_a_generated_record_are_valid(record: Record) -> None:
    eac(record.agents)
    tei(record.agents)


def test_the_command_leaves_out_what_only_restricted_records_use(run: Run, tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(
        "agents:\n  - {id: open, name: A, kind: person}\n  - {id: secret, name: B, kind: person}\n"
    )
    (tmp_path / "letter").mkdir()
    (tmp_path / "letter" / "record.yaml").write_text(
        "id: letter\ntype: letter\ntitle: A letter\nsender: [secret]\n"
        "parts: [{id: o, kind: original, held: false, access: {status: closed, rule: Law 1}}]\n"
    )
    folder = tmp_path / "out"
    export = ("agents", "export", "--register", tmp_path, "--to")
    done = run(*export, "eac-cpf", "-o", folder)
    assert done.returncode == 0, done.stderr
    assert "withheld: 1 of 2 entries" in done.stdout
    assert [path.name for path in folder.iterdir()] == ["open.xml"]
    done = run(*export, "tei", "-o", tmp_path / "all.xml", "--audience", "internal")
    assert "agent-secret" in (tmp_path / "all.xml").read_text()
