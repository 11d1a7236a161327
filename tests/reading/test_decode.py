import codecs

import pytest

from pseudogen.errors import InputError
from pseudogen.reading import read_bytes, read_text

CODE = "# 训练模型，保存权重\nx = '数据集过小'\n"


@pytest.mark.parametrize(
    ("data", "remarks"),
    [
        (CODE.encode(), []),
        (codecs.BOM_UTF8 + CODE.encode(), []),
        (codecs.BOM_UTF16_LE + CODE.encode("utf-16-le"), []),
        (codecs.BOM_UTF16_BE + CODE.encode("utf-16-be"), []),
        (CODE.encode("gbk"), ["GB18030"]),
        (CODE.replace("\n", "\r\n").encode(), []),
        (CODE.replace("\n", "\r").encode(), []),
        (b"\f" + CODE.encode() + b"\x1a", []),
    ],
)
def test_the_same_code_in_many_encodings(data, remarks):
    source = read_bytes(data, "f.py")
    assert source.text == CODE
    assert [dict(remark.facts)["encoding"] for remark in source.remarks] == remarks


@pytest.mark.parametrize(
    ("cookie", "encoding"),
    [("gbk", "gbk"), ("utf-8", "utf-8"), ("GB2312", "gb2312"), ("big5", "big5")],
)
def test_a_declared_encoding_is_believed(cookie, encoding):
    text = f"# -*- coding: {cookie} -*-\nx = '中文'\n"
    assert read_bytes(text.encode(encoding), "f.py").text == text


def test_a_false_declaration_is_found_out():
    text = "# coding: utf-8\nx = '数据集'\n"
    source = read_bytes(text.encode("gbk"), "f.py")
    assert source.text == text
    assert source.remarks[0].key == "encoding"


def test_utf16_without_a_mark():
    assert read_bytes("x = 1\n".encode("utf-16-le"), "f.py").text == "x = 1\n"


@pytest.mark.parametrize(
    ("data", "key", "line"),
    [
        (b"x = 1\ny = '\xff\xfe\xfa'\n", "undecodable", 2),
        ("x = 'é'\ny = 'à la carte'\n".encode("latin-1"), "undecodable", 1),
        (b"# coding: klingon\n\n", "unknown-encoding", 1),
        (b"# coding: rot13\n\n", "unknown-encoding", 1),
        (b"# coding: zip\n\n", "unknown-encoding", 1),
        (b"x = 1\0\n", "binary", None),
    ],
)
def test_what_cannot_be_decoded_is_said_with_its_place(data, key, line):
    with pytest.raises(InputError) as caught:
        read_bytes(data, "f.py")
    assert (caught.value.key, caught.value.line) == (key, line)


def test_an_undecodable_byte_has_its_offset():
    with pytest.raises(InputError) as caught:
        read_bytes(b"ab\nc\xe9d = 1\n", "f.py")
    assert caught.value.facts["offset"] == 4
    assert caught.value.facts["byte"] == "0xe9"


@pytest.mark.parametrize("text", ["", "  \n\t\n", "\ufeff"])
def test_text_without_code_is_refused(text):
    with pytest.raises(InputError) as caught:
        read_text(text, "-")
    assert caught.value.key == "empty"


def test_a_nul_is_refused():
    with pytest.raises(InputError) as caught:
        read_text("x = 1\ny = '\0'\n", "-")
    assert (caught.value.key, caught.value.line) == ("binary", 2)


def test_form_feeds_and_line_separators_keep_the_line_numbers():
    assert read_text("x = 1\n\f\ny = '\u2028'\n", "-").text == "x = 1\n\f\ny = '\u2028'\n"
