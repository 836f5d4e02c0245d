"""Imports every package's tables, so that the metadata is whole."""

from sqlmodel import SQLModel

from app.accounts import models as accounts
from app.audit import models as audit
from app.cases import models as cases
from app.consensus import models as consensus
from app.core_ideas import models as core_ideas
from app.cross_analysis import models as cross_analysis
from app.domains import models as domains
from app.live import models as live
from app.studies import models as studies
from app.trail import models as trail
from app.web import models as web

PACKAGES = (
    accounts,
    studies,
    cases,
    consensus,
    domains,
    core_ideas,
    cross_analysis,
    audit,
    trail,
    web,
    live,
)

metadata = SQLModel.metadata
