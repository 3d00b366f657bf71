"""What tells of a person, or of the building machine, in the bytes of a file: where it stands, never what it says.

Gigabytes are read in seconds because a file is first written in shapes: every digit as 0, every capital as A, every
small letter as a, every mark as a space. What a CHI number or a postcode may look like is then a few fixed words, which
are looked for as words are; only what has the shape is looked at itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from locality_profiles.sources._ledger_persons import is_chi_number

CHI = "CHI number"
POSTCODE = "postcode"
BIRTH = "date of birth"
EMAIL = "e-mail address"
PHONE = "telephone number"
INSURANCE = "National Insurance number"
PATH = "path"
HEADING = "column about persons"

#: What each kind is called in a sentence, and what to do about it.
KINDS = {
    CHI: "holds what looks like a CHI number",
    POSTCODE: "holds a full postcode",
    BIRTH: "holds what looks like a date of birth",
    EMAIL: "holds an e-mail address",
    PHONE: "holds what looks like a telephone number",
    INSURANCE: "holds what looks like a National Insurance number",
    PATH: "holds a path of the machine that built it",
    HEADING: "has the name of a column about persons",
}  # fmt: skip

#: Names of columns that no published table has, as ``plain_name`` writes them.
_PERSONAL_NAME = re.compile(
    r"(?:anon_|patient_|client_)?(?:chi|upi|nhs|ni|nino|chinumber|nhsnumber)(?:_(?:number|no|padded))?|"
    r"community_health_index|national_insurance(?:_(?:number|no))?|"
    r"social_care_(?:id|number|no)|sc_id|link_?no|link_(?:number|id)|"
    r"(?:patient|person|client|service_user|customer|case|hospital|unique_patient)_(?:id|no|number|name|identifier|reference)|"
    r"dob|d_o_b|date_?of_?birth|birth_?da(?:te|y)|date_birth|born|date_?of_?death|death_date|"
    r"(?:first|last|sur|fore|middle|family|given)_?name|next_of_kin|"
    r"(?:home|patient|client|person)_(?:address|postcode|phone|telephone)|"
    r"e_?mail(?:_address)?|(?:tele|mobile_)?phone(?:_(?:number|no))?|mobile(?:_(?:number|no))?|crn|hesid"
)

_SHAPES = bytes(
    ord("0") if 48 <= byte <= 57 else ord("A") if 65 <= byte <= 90 else ord("a") if 97 <= byte <= 122
    else byte if byte in b"._" else ord(" ") for byte in range(256)
)  # fmt: skip

_AREAS = (
    rb"AB|AL|B|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|BX|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|"
    rb"EC|EH|EN|EX|FK|FY|G|GL|GU|GX|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|"
    rb"LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|"
    rb"SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
_SPACE = rb"(?:[ ]|\xc2\xa0|&nbsp;|&#160;|\\u00a0)"
_OUTWARD = rb"(?<![A-Za-z0-9_])(?:" + _AREAS + rb")[0-9][A-Z0-9]?"
_POSTCODE = re.compile(_OUTWARD + _SPACE + rb"{0,2}[0-9][ABD-HJLNP-UW-Z]{2}(?![A-Za-z0-9_])", re.IGNORECASE)
_ORDINAL = re.compile(rb"[0-9](?:st|nd|rd|th)\Z", re.IGNORECASE)
_GAP = rb"(?:[ -]|\xc2\xa0|&nbsp;)?"
#: What no number that stands alone follows: a digit, a word, a decimal point, the sign of an amount.
_ALONE = rb"(?<![0-9A-Za-z_])(?<![0-9]\.)(?<![\s,;>\"'=(]-)(?<!\xc2\xa3)"
_CHI = re.compile(_ALONE + rb"[0-9]{6}" + _GAP + rb"[0-9]{4}(?![0-9A-Za-z_]|\.[0-9]*[1-9])")
_INSURANCE = re.compile(
    rb"(?<![A-Za-z0-9_])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
    rb" ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D](?![A-Za-z0-9_])"
)
_PHONE = re.compile(
    _ALONE + rb"(?:\+44" + _GAP + rb"(?:\(0\))?" + _GAP + rb"|\(?0)[1-9](?:\)?" + _GAP + rb"[0-9]){8,9}"
    rb"(?![0-9A-Za-z_]|[.-][0-9])"
)
_EMAIL = re.compile(rb"[A-Za-z0-9._%+'-]+(?:@|&#64;|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_MONTH = rb"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY = (
    rb"(?:[0-9]{1,2}[ ]?[/.-][ ]?[0-9]{1,2}[ ]?[/.-][ ]?(?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{2}-[0-9]{2}|"
    rb"[0-9]{1,2}(?:st|nd|rd|th)?[ ](?:of[ ])?" + _MONTH + rb",?[ ][0-9]{4}|" + _MONTH + rb"[ ][0-9]{1,2},?[ ][0-9]{4})"
)
_BIRTH = re.compile(
    rb"(?:\bborn\b|\bd\.?o\.?b\b\.?|\bdates?[ _]of[ _]birth\b|\bbirth[ _]?(?:date|day)\b)"
    rb"[\"'\s:=(]{0,6}(?:on|in|is|was|the)?[ ]?(?:the[ ])?" + _DAY, re.IGNORECASE
)  # fmt: skip
_PATH = re.compile(
    rb"/(?:(?<![\w.:/<~*)-]/)(?:home|Users|root|tmp|var|mnt|media|opt|srv|work|private|usr|builds|workspaces?)/\w"
    rb"|(?<=file:/)/)|:(?<![A-Za-z0-9][A-Za-z]:)(?<=[A-Za-z]:)\\{1,2}[A-Za-z]\w+\\"
)


#: By kind: the look, how far before a word it may begin, and the words of shapes that it cannot do without.
_SHAPED = (
    (CHI, _CHI, 0, (b" 0000000000", b" 000000 0000")),
    (POSTCODE, _POSTCODE, 24, (b" 0AA", b" 0aa", b"000AA", b"A00AA", b"A0A0AA")),
    (INSURANCE, _INSURANCE, 0, (b" AA000000A", b" AA 00 00 00 A", b" AA 000000 A")),
    (PHONE, _PHONE, 2, (b" 0000000000", b" 00000 000", b" 0000 000", b" 000 0000 0000", b" 000 00000000",
                        b" 00000  000", b" 0000  000")),
)  # fmt: skip
#: The same for words that are looked for as they stand.
_WRITTEN = (
    (PHONE, _PHONE, 0, (b"+44",)),
    (EMAIL, _EMAIL, 80, (b"@", b"&#64;", b"%40")),
    (BIRTH, _BIRTH, 12, (b"born", b"Born", b"BORN", b"irth", b"IRTH", b"dob", b"DOB", b"Dob", b"o.b", b"O.B")),
)  # fmt: skip
#: How far after a word a look may end.
_AFTER = 120


@dataclass(frozen=True)
class Look:
    """Something of a kind that stands at bytes ``start`` to ``end``."""

    kind: str
    start: int
    end: int


def looks_in(text: bytes) -> Iterator[Look]:
    """Everything in ``text`` that tells of a person or of the building machine; each place once for each kind.

    >>> [look.kind for look in looks_in(b"Write to a.person@example.org, or look at /home/a/file")]
    ['e-mail address', 'path']
    """
    text = b" " + text
    shapes = text.translate(_SHAPES)
    found: set[tuple[str, int, int]] = set()
    for kinds, where in ((_SHAPED, shapes), (_WRITTEN, text)):
        for kind, look, before, words in kinds:
            for word in words:
                found.update(_near(kind, look, before, word, where, text))
    numbers = {(start, end) for kind, start, end in found if kind == CHI}
    found -= {(PHONE, start, end) for start, end in numbers}
    found.update((PATH, match.start(), match.end()) for match in _PATH.finditer(text))
    for kind, start, end in sorted(found, key=lambda one: one[1]):
        yield Look(kind, start - 1, end - 1)


def _near(
    kind: str, look: re.Pattern[bytes], before: int, word: bytes, where: bytes, text: bytes
) -> Iterator[tuple[str, int, int]]:
    """What is of a kind at each place where ``word`` stands."""
    at = where.find(word)
    while at >= 0:
        end = at + len(word)
        first = at + 1 if word.startswith(b" ") and not before else at
        for match in look.finditer(text, max(first - before, 0), end + _AFTER):
            if match.start() > end:
                break
            if match.end() >= end - 1 and _is(kind, match[0]):
                yield kind, match.start(), match.end()
        at = where.find(word, at + 1)


def _is(kind: str, found: bytes) -> bool:
    """What a look cannot tell by itself."""
    if kind == CHI:
        return is_chi_number("".join(re.findall(r"[0-9]", found.replace(b"&nbsp;", b"").decode("ascii", "ignore"))))
    if kind == POSTCODE:
        return not _ORDINAL.search(found)
    return True


def plain_name(name: str) -> str:
    """A name of a column as names are compared: ``Anon CHI`` is ``anon_chi``."""
    parts = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", name.strip().strip("\ufeff"))
    return re.sub(r"[^a-z0-9]+", "_", parts.lower()).strip("_")


def is_personal(name: str) -> bool:
    """Whether a column of this name is about persons."""
    return _PERSONAL_NAME.fullmatch(plain_name(name)) is not None
