"""Two people with a key each, made once for all tests: stretching a passphrase takes its time."""

from functools import cache

import minisign

NAMES = ("若葉花子", "緑太郎")


@cache
def pairs() -> tuple[minisign.KeyPair, ...]:
    """Three key pairs: of the two people, and of a forger."""
    return tuple(minisign.KeyPair.generate() for _ in range(3))


def secrets() -> tuple[minisign.SecretKey, ...]:
    """Secret keys of the two people, as they are once their passphrases have been typed."""
    return tuple(pair.secret_key for pair in pairs()[:2])


def publics() -> tuple[minisign.PublicKey, ...]:
    """Their public keys."""
    return tuple(pair.public_key for pair in pairs()[:2])
