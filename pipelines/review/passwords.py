"""Passwords: argon2id hashes, what a password must be, and first ones to hand out."""

import secrets
import unicodedata
from functools import cache
from pathlib import Path
from threading import Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from features.errors import UsageError

# OWASP ASVS 2.1.1 and 2.1.2: length counts, and nothing is cut off.
SHORTEST, LONGEST = 12, 128
# Letters and digits that nobody mistakes for another, read aloud or on paper.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_INITIAL_LENGTH = 20
_COMMON = Path(__file__).with_name("common_passwords.txt")
# The second of OWASP's settings for argon2id: 46 MiB, one pass. Some 50 ms, so that an
# office that signs in at nine does not wait for itself.
_hasher = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
# Each takes its memory; more at once than processors only take more of it.
_hashing = Semaphore(4)


def hashed(password: str) -> str:
    """Hash a password with a salt of its own (argon2id)."""
    with _hashing:
        return _hasher.hash(_normal(password))


def matches(password_hash: str, password: str) -> bool:
    """Tell whether a password is the one that was hashed."""
    try:
        with _hashing:
            return _hasher.verify(password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobodys() -> str:
    """Give a hash to check against where there is no account: it takes as long."""
    return hashed(secrets.token_urlsafe())


def initial_password() -> str:
    """Make a first password; it is shown once and opens only the page to change it."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_INITIAL_LENGTH))


def check_password(password: str, *, login: str, person: str) -> None:
    """Refuse a password that others would try.

    Raises:
        UsageError: it is too short, too long, common, or made of the name.
    """
    said = _normal(password).casefold()
    if not SHORTEST <= len(said) <= LONGEST:
        message = f"密码须{SHORTEST}至{LONGEST}个字符（a password has {SHORTEST} to {LONGEST} characters）"
        raise UsageError(message)
    if login.casefold() in said or person.casefold() in said:
        message = "密码不能包含账号或姓名（a password must not hold the login or name）"
        raise UsageError(message)
    if said in common_passwords() or len(set(said)) < SHORTEST // 2:
        message = (
            "密码过于常见，请换一个（that password is too common; choose another）"
        )
        raise UsageError(message)


@cache
def common_passwords() -> frozenset[str]:
    """Give the long passwords that lists of guesses begin with."""
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _normal(password: str) -> str:
    """Write what looks the same in the same way, whatever keyboard it came from."""
    return unicodedata.normalize("NFKC", password)
