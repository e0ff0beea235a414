"""A likely typo in an e-mail address: questioned once, on the spot, and never corrected unasked."""

from rapidfuzz.distance import OSA

# What people here and abroad mostly have; a real address elsewhere is only asked about when it is
# one slip away from one of these.
DOMAINS = (
    "gmail.com",
    "ukr.net",
    "i.ua",
    "meta.ua",
    "bigmir.net",
    "email.ua",
    "online.ua",
    "icloud.com",
    "me.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "ymail.com",
    "mail.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "pm.me",
    "tutanota.com",
    "gmx.com",
    "gmx.net",
    "gmx.de",
    "web.de",
    "t-online.de",
    "googlemail.com",
    "wp.pl",
    "o2.pl",
    "onet.pl",
    "interia.pl",
    "seznam.cz",
    "hotmail.fr",
    "yahoo.co.uk",
    "yahoo.de",
    "example.org",
    "example.com",
)
# Names that go with one ending only: «gmail.ua» and «ukrnet.com» belong to nobody who writes here.
BRANDS = {
    "gmail": "gmail.com",
    "gmai": "gmail.com",
    "gmal": "gmail.com",
    "gmial": "gmail.com",
    "ukr": "ukr.net",
    "ukrnet": "ukr.net",
    "icloud": "icloud.com",
}
SHORTEST = 6
LONG = 9


def suggest_address(typed: str) -> str:
    """Answer the address that was probably meant, or nothing when this one looks right.

    >>> suggest_address("olena@gmial.com"), suggest_address("olena@ukr.ne")
    ('olena@gmail.com', 'olena@ukr.net')
    >>> suggest_address("olena@gmail.com.ua"), suggest_address("olena@gmail.con")
    ('olena@gmail.com', 'olena@gmail.com')
    >>> suggest_address("olena@gmail.com"), suggest_address("olena@library.lg.ua")
    ('', '')
    >>> suggest_address("olena@ukr.edu.ua"), suggest_address("olena@kpi.ua"), suggest_address("o")
    ('', '', '')
    """
    name, _at, domain = typed.strip().rpartition("@")
    domain = domain.casefold().rstrip(".")
    meant = _meant(domain) if name else ""
    return f"{name}@{meant}" if meant and meant != domain else ""


def _meant(domain: str) -> str:
    if domain in DOMAINS:
        return ""
    labels = domain.split(".")
    if labels[0] in BRANDS and (len(labels) < 3 or labels[1] in {"com", "net"}):
        return BRANDS[labels[0]]
    if len(domain) < SHORTEST:
        return ""
    most = 2 if len(domain) >= LONG else 1
    near = sorted((OSA.distance(domain, known), known) for known in DOMAINS)
    distance, known = near[0]
    return known if distance <= most and len(known) >= SHORTEST else ""
