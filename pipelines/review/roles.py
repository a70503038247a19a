"""The roles of the workbench and what each may see; the procedure says who may act."""

from collections.abc import Mapping

ROLES: Mapping[str, tuple[str, str]] = {
    "viewer": ("查阅人员", "viewer"),
    "case_officer": ("办案人员", "case officer"),
    "legal_reviewer": ("法制审核人员", "legal reviewer"),
    "approver": ("审批人", "approver"),
    "administrator": ("系统管理员", "administrator"),
}
# Whoever manages accounts could make one for any role: they see no case with it.
MANAGERS = frozenset({"administrator"})
ACTORS = frozenset({"case_officer", "legal_reviewer", "approver"})
READERS = ACTORS | {"viewer"}
EVERYBODY = READERS | MANAGERS
