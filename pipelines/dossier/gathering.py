"""Gathers a dossier: from today's explanation, or from the one a decision was made on."""

import json
from datetime import date

from features.errors import NotFoundError
from pipelines.acting import Places, Seen, look, mark
from pipelines.case_files import CaseFile, find_case_file
from pipelines.dossier.content import Dossier
from pipelines.register.chain import Entry


def gather(places: Places, asked: str, *, today: date) -> Dossier:
    """Gather what there is to say today of a case, or of a business without one.

    Raises:
        NotFoundError: there is no such case or business.
        ModelError: there is no champion.
    """
    return gather_seen(places, asked, look(places, asked, today=today), today=today)


def gather_seen(places: Places, asked: str, seen: Seen, *, today: date) -> Dossier:
    """Gather a dossier around an explanation that was computed already."""
    file = None
    if seen.is_of_case:
        file = find_case_file(places.register, asked, today=today)
    return Dossier(
        today=today,
        explanation=seen.explanation,
        mark=seen.mark,
        kept_with=None,
        file=file,
    )


def gather_kept(places: Places, case_id: str, *, today: date) -> Dossier:
    """Gather a case around the explanation that was frozen last; nothing is computed.

    The warehouse may have changed since: what was decided on is what the register kept.

    Raises:
        NotFoundError: there is no such case, or no explanation was kept in it.
    """
    file = find_case_file(places.register, case_id, today=today)
    kept = last_explained(file)
    if kept is None or kept.explanation is None:
        message = f"no explanation was kept with case {case_id}; look at today's with: shian listing look {case_id}"
        raise NotFoundError(message)
    explanation = json.loads(kept.explanation)
    return Dossier(
        today=today,
        explanation=explanation,
        mark=mark(explanation),
        kept_with=kept,
        file=file,
    )


def last_explained(file: CaseFile) -> Entry | None:
    """Find the last entry with which an explanation was frozen."""
    explained = (e for e in reversed(file.entries) if e.explanation is not None)
    return next(explained, None)
