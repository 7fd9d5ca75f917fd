"""Find the record field that a header refers to, in seven languages and in exports of programs."""

from __future__ import annotations

import re

from archive_pkg.tables.reading.headers import normalize_header

LEFT_OUT = "-"
"""The value for a column that is not imported."""

NO_RESTRICTION = "no_restriction"
"""The value for a column that is not imported although its header or cells speak of access."""

# Headers in seven languages (English, German, French, Polish, Russian, Spanish and Italian) and as
# csv2cmi, AtoM, ArchivesSpace and Omeka write them, in no order. `_KNOWN` has them normalized.
_HEADERS: dict[str, str] = {
    "id": "id nr no number nummer lfdnr laufendenummer signatur callnumber shelfmark номер шифр "
    "key letterid briefnr briefnummer unitid cote lp np numéro numero sygnatura sygn segnatura "
    "signatura n identificativo componentuniqueidentifier refid ref refno reference referenceno "
    "referencenumber referencecode "
    "itemno itemnumber catalogueno noпп нпп",
    "title": "title titel titre заглавие название betreffzeile bezeichnung unittitle tytuł título "
    "titolo intitulé",
    "type": "type typ art dokumentart documenttype gattung genre вид тип rodzaj tipo tipología "
    "tipologia resourceclass",
    "date": "date datum dated datierung briefdatum дата datesent absendedatum datewritten "
    "unitdate entstehungsdatum data fecha dates eventdates expression datation datowanie",
    "date_begin": "begin start startdate datebegin datestart eventstartdates beginn von_datum "
    "début debut datedébut od początek начало inicio desde inizio datefrom datumvon",
    "date_end": "end enddate dateend eventenddates ende bis_datum fin datefin do koniec конец "
    "hasta fine dateto datumbis",
    "date_earliest": "notbefore earliest earliestdate datenotbefore terminuspostquem frühestens",
    "date_latest": "notafter latest latestdate datenotafter terminusantequem spätestens",
    "received": "received receiveddate eingang eingangsdatum erhalten datereceived reçu reçule "
    "otrzymano получено recibido ricevuto",
    "sender": "sender senders from writtenby sentby sentfrom absender von author authors autor "
    "verfasser expéditeur "
    "expediteur отправитель автор writer creator schreiber mittente remitente auteur nadawca "
    "autorzy откого de da autore eventactors agentcreator peopleagentheader corporateentity"
    "agentheader",
    "signatories": "signed signatory signatories signedby unterzeichner unterschrift signature "
    "подпись signataire podpis подписал firmante firma firmatario",
    "recipients": "recipient recipients to addressedto sentto writtento addressee addressees "
    "empfänger empfaenger an adressat destinataire "
    "получатель адресат receiver destinatario à odbiorca adresat кому destinatarios empfängerin",
    "copies_to": "cc copies copiesto copyto kopie kopien копия verteiler copie kopia copia",
    "mentioned_agents": "persons people personen mentioned names namen erwähntepersonen "
    "mentionedpersons лица personnes osoby personas persone nameaccesspoints",
    "place": "place wherewritten writtenat placewritten ort lieu место placesent absendeort "
    "placeofwriting schreibort ausstellungsort "
    "from_place city luogo lugar origin miejsce miejscowość ville lieudexpédition",
    "mentioned_places": "places orte mentionedplaces lieux места erwähnteorte miejsca lugares "
    "luoghi placeaccesspoints spatial coverage",
    "classification": "classification secrecy marking geheimhaltung einstufung гриф "
    "geheimhaltungsgrad securityclassification klauzula klauzulatajności clasificación classifica",
    "summary": "summary abstract regest inhalt zusammenfassung description beschreibung résumé "
    "резюме аннотация содержание contents content scopeandcontent regeste treść streszczenie opis "
    "contenu analyse resumen contenido contenuto regesto nscopecontent",
    "subjects": "subject subjects betreff schlagwort schlagwörter schlagworte thema keywords "
    "keyword tags topic topics тема sujet temat hasła motsclés objet asunto materia temas oggetto "
    "soggetto argomento subjectaccesspoints темы предмет",
    "languages": "language languages sprache sprachen langue язык lang langmaterial lingua idioma "
    "język langues llang",
    "files": "file filename files datei dateiname dateien scan scans image images digitalisat "
    "bild path pfad filepath файл fichier digitalobject fichiers plik pliki skan skany nazwapliku "
    "archivo fichero nomefile media digitalobjectpath имяфайла scanfile",
    "enclosures": "enclosure enclosures anlage anlagen beilage beilagen attachment attachments "
    "приложение annexe annexes załącznik załączniki piècesjointes anexo anexos allegato allegati",
    "repository": "repository archive archiv holding holdingarchive aufbewahrungsort standort "
    "aufbewahrungsinstitution bestandshalter institution архив archiwum archives dépôt archivio",
    "fonds": "fonds bestand collection sammlung recordgroup фонд zespół fondo nachlass",
    "file": "box folder akte karton mappe faszikel дело dossier teczka pudło boîte carton caja "
    "carpeta legajo busta fascicolo physicalobjectname коробка папка",
    "folio": "folio page pages blatt seite seiten лист leaf bl karta karty feuillet foja carta",
    "identifiers": "identifier identifiers doi otherid kennung uri url alternativeidentifiers "
    "digitalobjecturi",
    "publications": "publication publications published druck edition publiziert printed "
    "публикация veröffentlichung publikacja publicación pubblicazione publicationnote",
    "custody": "provenance provenienz custody überlieferung происхождение archivalhistory "
    "acquisition pochodzenie procedencia provenienza",
    "rights": "rights rechte droits copyright права prawa derechos diritti reproductionconditions",
    "licence": "licence license lizenz лицензия licencja licencia licenza",
    "salutation": "salutation anrede обращение",
    "closing": "closing grußformel schlussformel",
    "remarks": "remarks remark notes note bemerkung bemerkungen anmerkung anmerkungen vermerk "
    "kommentar notiz notizen comment comments remarque remarques observations commentaire uwagi "
    "uwaga komentarz примечание примечания замечания observaciones notas osservazioni generalnote "
    "nb annotazioni locationoforiginals locationofcopies relatedunitsofdescription",
    LEFT_OUT: "legacyid parentid qubitparentslug accessionnumber levelofdescription level "
    "extentandmedium extent appraisal accruals arrangement script languagenote "
    "physicalcharacteristics findingaids digitalobjectchecksum genreaccesspoints "
    "descriptionidentifier institutionidentifier rules descriptionstatus levelofdetail "
    "revisionhistory languageofdescription scriptofdescription sources archivistnote "
    "publicationstatus physicalobjectlocation physicalobjecttype alternativeidentifierlabels "
    "eventtypes eventactorhistories eventplaces culture hierarchy hierarchicalrelationship "
    "dateslabel datelabel datetype publisher",
}
_KNOWN = {
    normalize_header(name): target for target, names in _HEADERS.items() for name in names.split()
}
_ROLES = {
    "sender": "sender sent from absender von creator",
    "recipients": "recipient recipients addressee to empfänger empfaenger adressat an receiver "
    "received empfang",
}
_ASPECTS = {
    "identifiers": "id ids identifier identifiers gnd viaf uri url ref kennung norm normdaten "
    "geonames wikidata nummer nr key",
    "place": "place ort settlement city lieu место absendeort empfangsort location",
    "date": "date datum dated дата absendedatum empfangsdatum",
    "written": "text written aswritten wording wortlaut original",
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split()}
_ASPECT_OF = {word: aspect for aspect, words in _ASPECTS.items() for word in words.split()}
_ENDS = {
    "date_begin": "from von begin start ab beginn début debut od desde inizio",
    "date_end": "to bis end until ende fin do hasta fine",
    "date_earliest": "earliest notbefore",
    "date_latest": "latest notafter",
}
_END_OF = {word: end for end, words in _ENDS.items() for word in words.split()}
_LETTER_FIELDS = {
    ("sender", "place"): "place", ("sender", "date"): "date", ("recipients", "date"): "received",
    ("recipients", "place"): LEFT_OUT,
}  # fmt: skip
"""The field for the place or date of a role. The place of arrival is not imported."""
_IDENTIFIERS = {name: f"{name}_identifiers" for name in ("sender", "recipients", "place")}


def field_named(header: str) -> str:
    """Return the field that a header means: "senderPlaceID" means `place_identifiers`.

    Returns `LEFT_OUT` if the column is not imported, and "" if the header is unknown.
    """
    header = re.sub(r"^(?:dc|dcterms|schema|field)[:._]", "", header)
    key = normalize_header(header)
    if found := _KNOWN.get(key) or _KNOWN.get(key.rstrip("0123456789")):
        return found
    spaced = re.sub(r"(?<=[^\W\d_])(?<![A-ZÄÖÜ])(?=[A-ZÄÖÜ])", " ", header)
    words = [normalize_header(word) for word in re.findall(r"[^\W\d_]+", spaced)]
    end = _END_OF.get("".join(words[-2:])) or _END_OF.get("".join(words[-1:]))
    if end and "date" in map(_ASPECT_OF.get, words[:-1]):
        # A record has no field for the range of a date of receipt.
        return LEFT_OUT if "recipients" in map(_ROLE_OF.get, words[:-1]) else end
    roles = list(dict.fromkeys(_ROLE_OF[word] for word in words if word in _ROLE_OF))
    aspects = {_ASPECT_OF[word] for word in words if word in _ASPECT_OF}
    if len(roles) == 1 or (not roles and aspects > {"identifiers"}):
        meant = _field_of_role(roles[0] if roles else "", aspects)
        if meant:
            return meant
    named = [_KNOWN[word] for word in words if word in _KNOWN and len(word) > 2]
    if "repository" in named and aspects:
        # A record has no field for the place or identifier of the archive.
        return LEFT_OUT
    return named[0] if len(set(named)) == 1 else ""


def is_name_of(header: str, field: str) -> bool:
    """Return whether the whole header is one of the known names of a field."""
    return _KNOWN.get(normalize_header(header)) == field


def is_archive_place(header: str) -> bool:
    """Return whether a header can mean either where the archive is or what it is called."""
    return normalize_header(header) in ("aufbewahrungsort", "standort", "lagerort", "verwahrort")


def _field_of_role(role: str, aspects: set[str]) -> str:
    """Return the field for the name, place, date or identifier of a role, `LEFT_OUT` or ""."""
    meant = role
    for aspect in ("place", "date"):
        if aspect in aspects:
            meant = _LETTER_FIELDS[role or "sender", aspect]
    if "identifiers" in aspects:
        return _IDENTIFIERS.get(meant, LEFT_OUT if role else "")
    if "written" in aspects:
        return "date_as_written" if meant == "date" else LEFT_OUT if meant != role else role
    return meant
