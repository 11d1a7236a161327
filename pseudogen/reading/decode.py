"""From bytes to text: encodings, byte-order marks, line ends."""

from __future__ import annotations

import codecs
import re

from pseudogen.errors import InputError
from pseudogen.reading.source import Remark

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# PEP 263
_COOKIE = re.compile(
    rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?\r?[\r\n])?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)"
)
_SAMPLE = 4_096
_PLAUSIBLE = 0.8


def decode(data: bytes, name: str) -> tuple[str, tuple[Remark, ...]]:
    """The text of `data` with "\\n" line ends and no byte-order mark, and what was assumed.

    Tried in this order: a byte-order mark, the PEP 263 cookie, UTF-8, UTF-16 without a mark,
    GB18030 (which contains GBK and GB2312) when what comes out is plausible.

    Raises:
        InputError: 'binary' (NUL bytes), 'unknown-encoding', 'undecodable' with the offset.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _strictly(data[len(mark) :], encoding, name, len(mark))
            return cleaned(text, name), ()
    if b"\0" in data:
        encoding = _utf16_without_mark(data)
        if not encoding:
            raise InputError("binary", file=name, offset=data.index(b"\0"))
        return cleaned(_strictly(data, encoding, name), name), (_remark(encoding),)
    declared = _declared(data, name)
    for encoding in dict.fromkeys((declared, "utf-8")):
        try:
            remarks = () if encoding == declared else (_remark(encoding),)
            return cleaned(data.decode(encoding), name), remarks
        except UnicodeError:
            continue
    if _plausibly_chinese(data):
        return cleaned(data.decode("gb18030"), name), (_remark("gb18030"),)
    return cleaned(_strictly(data, declared, name), name), ()


def cleaned(text: str, name: str) -> str:
    """`text` with "\\n" line ends, without a byte-order mark and an end-of-file character.

    Raises:
        InputError: 'empty', or 'binary' for NUL characters.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.removeprefix("\ufeff").lstrip("\f").rstrip("\x1a")
    if "\0" in text:
        offset = text.index("\0")
        raise InputError("binary", file=name, line=text.count("\n", 0, offset) + 1, offset=offset)
    if not text or text.isspace():
        raise InputError("empty", file=name)
    return text


def _remark(encoding: str) -> Remark:
    facts = (("encoding", encoding.upper()),)
    return Remark("encoding", 1, facts)


def _declared(data: bytes, name: str) -> str:
    """The encoding of the cookie; UTF-8 without one."""
    cookie = _COOKIE.match(data[:_SAMPLE])
    if cookie is None:
        return "utf-8"
    declared = cookie[1].decode("ascii", "replace").replace("_", "-")
    try:
        # A codec may do anything with its bytes: only one that keeps ASCII as it is holds code.
        if b"# coding".decode(declared) == "# coding":
            return "utf-8" if declared.lower() in ("utf8", "utf-8-sig") else declared.lower()
    except (LookupError, ValueError):
        pass
    raise InputError("unknown-encoding", file=name, line=1, encoding=declared)


def _strictly(data: bytes, encoding: str, name: str, skipped: int = 0) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            "undecodable",
            file=name,
            line=line,
            offset=error.start + skipped,
            byte=f"0x{data[error.start]:02x}",
            encoding=encoding.upper(),
        ) from None
    except UnicodeError:
        raise InputError("unknown-encoding", file=name, line=1, encoding=encoding) from None


def _utf16_without_mark(data: bytes) -> str:
    """UTF-16 of mostly ASCII text has a NUL in every other byte."""
    sample = data[:_SAMPLE]
    if len(data) % 2:
        return ""
    for encoding, ascii_high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        share = ascii_high.count(0) / max(len(ascii_high), 1)
        other = sample.count(0) - ascii_high.count(0)
        if share > _PLAUSIBLE and other == 0:
            return encoding
    return ""


def _plausibly_chinese(data: bytes) -> bool:
    """Whether the bytes are GB18030 and nearly all of its characters are in GB2312.

    Text in a Latin encoding may pass for GB18030, but its pairs end in ASCII letters.
    """
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    foreign = [character for character in text if not character.isascii()]
    common = 0
    for character in foreign:
        pair = character.encode("gb18030")
        common += len(pair) == 2 and 0xA1 <= pair[0] <= 0xF7 and pair[1] >= 0xA1
    return len(foreign) > 1 and common / len(foreign) > _PLAUSIBLE
