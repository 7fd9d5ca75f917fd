"""`archive-pkg agents`: the agents of a collection of records, and their register."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from archive_pkg.cli.audience import HOW, Audience
from archive_pkg.cli.help import Commands
from archive_pkg.cli.output import Answer, Json, Quiet, answering, mode_for, write_file
from archive_pkg.cli.project import current_project, project_origin
from archive_pkg.reports import Report, counted

if TYPE_CHECKING:
    from archive_pkg.collection.agents import AgentChanges, AgentCollection
    from archive_pkg.records.models import Evidence

app = Commands(
    no_args_is_help=True,
    help="Describe each agent of a collection once, in the register agents.yaml.",
)

RegisterOption = Annotated[
    Path | None,
    typer.Option(
        "--register",
        metavar="FILE",
        help="The register or its folder, which has the records [default: the agents.yaml in this "
        "folder or above it, or else next to the project file].",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")
]


@app.command("list")
def list_(register: RegisterOption = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """List the agents of the register and its records, and how many records use each.

    Example: archive-pkg agents list
    """
    from archive_pkg.collection.agents import summaries

    with answering("agents list", as_json=as_json, quiet=quiet) as answer:
        collection = _collection(register)
        invalid = Report()
        with answer.about(collection.file) as result:
            known, _ = summaries(collection, invalid, answer.noted)
            result["agents"] = [
                {
                    "id": name,
                    "name": one.agent.name,
                    "kind": one.agent.kind,
                    "registered": one.registered,
                    "used": one.used,
                    "described": [str(file) for file in one.described],
                }
                for name, one in sorted(known.items())
            ]
            for row in result["agents"]:
                where = ["the register"] * row["registered"]
                where += [counted(len(row["described"]), "record")] * bool(row["described"])
                answer.say(
                    f"{row['id']}: {row['name']}; used by {counted(row['used'], 'record')}, "
                    f"described in {' and '.join(where)}"
                )
        _report_invalid(answer, invalid)


@app.command()
def check(register: RegisterOption = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Report descriptions that differ, agents described twice, and entries that nothing uses.

    Example: archive-pkg agents check
    """
    from archive_pkg.collection.agents import check_agents

    with answering("agents check", as_json=as_json, quiet=quiet) as answer:
        collection = _collection(register)
        invalid = Report()
        with answer.about(collection.file) as result:
            result["agents"], report = check_agents(collection, invalid, answer.noted)
            answer.found(result, report)
            found = counted(len(list(report)), "finding")
            where = f"{collection.file}:"
            if not collection.file.exists():
                where = f"{collection.file.parent}: no register;"
            answer.say(f"{where} {counted(result['agents'], 'agent')}; {found}")
        _report_invalid(answer, invalid)


@app.command()
def merge(
    keep: Annotated[str, typer.Argument(metavar="KEEP", help="The id that the agent keeps.")],
    others: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[OTHER]...", help="Other ids of the same agent, which are replaced."
        ),
    ] = None,
    register: RegisterOption = None,
    keep_first: Annotated[
        bool,
        typer.Option(
            "--keep-first",
            help="Drop values that contradict an earlier description. The entry of KEEP is the "
            "first, then come those of the others, then the records.",
        ),
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Describe an agent once, in the register, and let all records refer to KEEP.

    Descriptions in records move into the register. Roles, affiliations, notes and names as written
    stay in the records. Without OTHER, only the descriptions of KEEP move.

    Example: archive-pkg agents merge gromyko a-gromyko --dry-run
    """
    from archive_pkg.collection.agents import merge as merge_

    with answering("agents merge", as_json=as_json, quiet=quiet) as answer:
        collection = _collection(register)
        with answer.about(collection.file) as result:
            changes = merge_(collection, keep, others or (), keep_first=keep_first)
            _apply(changes, answer, result, dry_run=dry_run)


@app.command()
def split(
    name: Annotated[str, typer.Argument(metavar="ID", help="The agent's id.")],
    new: Annotated[str, typer.Argument(metavar="NEW-ID", help="The id for these records.")],
    records: Annotated[list[Path], typer.Argument(help="Records (files or folders).")],
    register: RegisterOption = None,
    dry_run: DryRun = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Give an agent in some records a new id, because it is a different agent.

    The register gets a copy of the entry with the new id. Correct it afterwards.

    Example: archive-pkg agents split ivanov ivanov-2 records/1960-07-18-cpsu-to-sed
    """
    from archive_pkg.collection.agents import split as split_

    with answering("agents split", as_json=as_json, quiet=quiet) as answer:
        collection = _collection(register)
        with answer.about(collection.file) as result:
            changes = split_(collection, name, new, records)
            _apply(changes, answer, result, dry_run=dry_run)


@app.command()
def reconcile(
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="The address of a service (Reconciliation Service API 0.2), a list of an "
            "authority file (.csv or .jsonl with id and name), or a table from OpenRefine. Without "
            "it, the command writes the names, for OpenRefine.",
        ),
    ] = "",
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The table to write; - is standard output.")
    ] = Path("candidates.csv"),
    places: Annotated[
        bool, typer.Option("--places", help="Find identifiers of places instead of agents.")
    ] = False,
    audience: Audience = "public",
    register: RegisterOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace an existing table.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a table with candidates for the identifiers of agents or places.

    A service is sent the names, except those that are only in what the public may not see. To send
    these, too, add --audience internal. A local file gets nothing, so all names are used. Write
    yes into the column accept of the right candidates, then run archive-pkg agents accept.

    Example: archive-pkg agents reconcile --from https://wikidata.reconci.link/en/api
    """
    from archive_pkg.collection.agents import (
        candidates_table,
        from_file,
        from_service,
        names_table,
        names_to_find,
    )

    with answering("agents reconcile", as_json=as_json, quiet=quiet, files=[out]) as answer:
        collection = _collection(register)
        invalid = Report()
        is_service = "://" in source
        seen: Literal["public", "internal"] = "internal" if source and not is_service else audience
        with answer.about(collection.file) as result:
            found = names_to_find(collection, invalid, answer.noted, audience=seen, places=places)
            what = counted(len(found.names), "place" if places else "agent")
            result |= {"names": len(found.names), "withheld": found.withheld}
            if found.withheld:
                many = counted(found.withheld, "name")
                answer.say(f"withheld: {many}; {HOW}")
            if not source:
                write_file(out, names_table(found.names), replace=replace, mode=mode_for(seen))
                answer.say(f"{out}: {what}")
            else:
                if is_service:
                    finder = from_service(found.names, source)
                    answer.say(f"sending the names of {what} to {source}")
                else:
                    finder = from_file(found.names, Path(source))
                rows = list(finder)
                mode = mode_for(seen, collection.file.parent)
                write_file(out, candidates_table(rows), replace=replace, mode=mode)
                result["candidates"] = len(rows)
                named = len({(row["id"], row["name"]) for row in rows})
                candidates = counted(len(rows), "candidate")
                answer.say(f"{out}: {candidates} for {named} of {what}")
            result["output"] = os.fspath(out)
        _report_invalid(answer, invalid)


@app.command()
def accept(
    file: Annotated[Path, typer.Argument(help="The table of candidates.")],
    by: Annotated[
        str,
        typer.Option("--by", metavar="ID", help="The entry of the register that accepts them."),
    ],
    on: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="YYYY-MM-DD", help="The date of the evidence [default: today]."
        ),
    ] = None,
    register: RegisterOption = None,
    dry_run: DryRun = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Add the identifiers of accepted candidates to the register, with evidence.

    The identifiers of places are added to the records. If an identifier cannot be added, nothing
    changes.

    Example: archive-pkg agents accept candidates.csv --by editor --dry-run
    """
    from archive_pkg.cli.commands.build import parse_date
    from archive_pkg.collection.agents import accept as accept_
    from archive_pkg.packages.building import today

    with answering("agents accept", as_json=as_json, quiet=quiet) as answer:
        collection = _collection(register)
        with answer.about(file) as result:
            changes = accept_(collection, file, by, parse_date(on) or today())
            _apply(changes, answer, result, dry_run=dry_run)


@app.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(help="EAC-CPF 2010, or AtoM's CSV of authorities.")
    ],
    register: RegisterOption = None,
    dry_run: DryRun = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Add agents from EAC-CPF or AtoM to the register, and report what it does not hold.

    Example: archive-pkg agents import authorities/gromyko.xml --dry-run
    """
    from archive_pkg.collection.agents import add_entries
    from archive_pkg.interchange.importing.atom_authorities import read_agents
    from archive_pkg.interchange.importing.eac_cpf import read_agent
    from archive_pkg.storage import read_regular, storage_errors

    with answering("agents import", as_json=as_json, quiet=quiet) as answer:
        collection = _collection(register)
        entries = {}
        for file in files:
            with answer.about(file) as result:
                with storage_errors(f"reading {file}"):
                    data = read_regular(file)
                if file.suffix.lower() == ".csv":
                    found, report = read_agents(data, os.fspath(file))
                    for number, one in enumerate(found, 1):
                        entries[f"{file.name}, agent {number}"] = "from-atom-csv", one
                    result["ids"] = [one["id"] for one in found]
                else:
                    entry, report = read_agent(data, os.fspath(file))
                    entries[file.name] = "from-eac-cpf", entry
                    result["id"] = entry["id"]
                answer.found(result, report)
        if not answer.status:
            with answer.about(collection.file) as result:
                _apply(add_entries(collection, entries), answer, result, dry_run=dry_run)


@app.command()
def export(
    to: Annotated[
        Literal["eac-cpf", "tei"],
        typer.Option("--to", help="eac-cpf: a file for each agent. tei: one file with all agents."),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The folder (eac-cpf) or file (tei) to write.")
    ],
    on: Annotated[
        str | None,
        typer.Option("--date", metavar="YYYY-MM-DD", help="The date to write [default: today]."),
    ] = None,
    audience: Audience = "public",
    register: RegisterOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace existing files.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the entries of the register as EAC-CPF 2010, or as TEI's lists of persons and bodies.

    The files leave out an entry that is used only in what the public may not see.

    Example: archive-pkg agents export --to eac-cpf -o authorities
    """
    from archive_pkg.cli.commands.build import parse_date
    from archive_pkg.collection.agents import names_to_find
    from archive_pkg.interchange import ExportContext
    from archive_pkg.interchange.exporting import eac_cpf, tei_register
    from archive_pkg.packages.building import today
    from archive_pkg.storage import make_folder, storage_errors
    from archive_pkg.version import SOFTWARE

    with answering("agents export", as_json=as_json, quiet=quiet, files=[out]) as answer:
        collection = _collection(register)
        invalid = Report()
        with answer.about(collection.file) as result:
            project = current_project()
            made = (parse_date(on) or today()).isoformat()
            context = ExportContext(
                publisher=project.publisher, made=made, software=SOFTWARE, project=project
            )
            found = names_to_find(collection, invalid, answer.noted, audience=audience)
            seen = {one.key for one in found.names}
            entries = {
                name: one
                for name, one in collection.entries.items()
                if name in seen or one.kind == "software"
            }
            if withheld := len(collection.entries) - len(entries):
                answer.say(f"withheld: {withheld} of {len(collection.entries)} entries; {HOW}")
            result["withheld"] = withheld
            evidence = {
                name: [one for one in collection.register.evidence if _is_about(one, name)]
                for name in entries
            }
            mode = mode_for(audience, collection.file.parent)
            result["output"] = [os.fspath(out)]
            if to == "tei":
                document = tei_register.write(entries, evidence, context)
                write_file(out, document, replace=replace, mode=mode)
            else:
                with storage_errors(f"writing {out}"):
                    make_folder(out)
                result["output"] = []
            for name, agent in entries.items() if to == "eac-cpf" else ():
                if agent.kind == "software":
                    answer.say(f"{name} is left out: EAC-CPF has no programs")
                    continue
                document = eac_cpf.write(agent, entries, evidence[name], context)
                write_file(out / f"{name}.xml", document, replace=replace, mode=mode)
                result["output"].append(os.fspath(out / f"{name}.xml"))
            answer.say(f"{out}: {counted(len(result['output']), 'file')}")
        _report_invalid(answer, invalid)


def _is_about(evidence: Evidence, name: str) -> bool:
    return evidence.field.split(".")[1:2] == [name]


def _collection(register: Path | None) -> AgentCollection:
    from archive_pkg.collection.agents import agent_collection
    from archive_pkg.packages.output_protection import refuse_in_package
    from archive_pkg.records.register_entries import REGISTER
    from archive_pkg.storage import find_upwards

    project, _ = project_origin()
    beside = project.parent if project else Path()
    file = register or find_upwards(Path(), REGISTER) or beside / REGISTER
    refuse_in_package(file)
    return agent_collection(file)


def _apply(changes: AgentChanges, answer: Answer, result: dict[str, Any], *, dry_run: bool) -> None:
    result["written"] = not dry_run
    result["changed"] = [os.fspath(path) for path in changes.paths]
    result["dropped"] = [
        {"path": os.fspath(path), "field": one.field, "kept": one.kept, "dropped": one.other}
        for path, one in changes.dropped
    ]
    for row in result["dropped"]:
        answer.say(
            f"{row['path']}: {row['field']} “{row['dropped']}” is dropped, “{row['kept']}” stays"
        )
    if dry_run:
        for line in changes.diff.splitlines():
            answer.say(line)
    else:
        changes.write()
    verb = "would change" if dry_run else "changed"
    answer.say(f"{verb} {counted(len(changes.paths), 'file')}")


def _report_invalid(answer: Answer, invalid: Report) -> None:
    """Report the records that are not valid, each as a result."""
    for path in dict.fromkeys(found.location.path for found in invalid):
        with answer.about(path) as result:
            answer.found(result, [found for found in invalid if found.location.path == path])
