"""Which imports somebody has to see to."""

from django.db.models import Exists, OuterRef, QuerySet

from loans.models import ImportRun


def unfinished(runs: QuerySet[ImportRun]) -> QuerySet[ImportRun]:
    """Under way, or killed: those go on where they stopped when they are started again."""
    return runs.filter(finished_at=None, refused_lines=0)


def refused(runs: QuerySet[ImportRun]) -> QuerySet[ImportRun]:
    """With wrong lines, and nothing good from the same folder since: nobody has handed in the corrected files."""
    later = ImportRun.objects.filter(
        folder=OuterRef("folder"), started_at__gt=OuterRef("started_at"), refused_lines=0
    )
    return runs.filter(~Exists(later), refused_lines__gt=0)
