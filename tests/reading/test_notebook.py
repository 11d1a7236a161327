import json

import pytest

from pseudogen.errors import InputError
from pseudogen.reading import Place, read_text
from pseudogen.syntax.parsing import parse


def code(source, **more):
    return {"cell_type": "code", "source": source, "outputs": [{"text": "x"}], **more}


def notebook(*cells, **more):
    return json.dumps({"cells": list(cells), "nbformat": 4, "metadata": {}, **more})


def test_cells_come_in_order_and_lines_know_theirs():
    text = notebook(
        {"cell_type": "markdown", "source": "# title"},
        code(["import torch\n", "x = 1"]),
        code("for i in x:\n    print(i)\n"),
    )
    source = read_text(text, "n.ipynb")
    assert source.text == "import torch\nx = 1\nfor i in x:\n    print(i)\n"
    assert source.places == (Place(1, 1), Place(2, 1), Place(1, 2), Place(2, 2))


def test_magics_and_shell_lines_stay_as_comments_with_a_remark():
    text = notebook(
        code("%matplotlib inline\n!pip install torch\nfiles = !ls\nif x:\n    !ls\ny = 1"),
        code("%%bash\necho 'it'\n"),
        code("%%time\nz = 2"),
        code("model?\n!echo a \\\n  b\nw = 5 % 3"),
    )
    source = read_text(text, "n.ipynb")
    assert [(r.key, r.line, dict(r.facts)["cell"]) for r in source.remarks] == [
        ("magic", 1, 1),
        ("shell_line", 2, 1),
        ("magic", 3, 1),
        ("shell_line", 5, 1),
        ("cell_magic", 1, 2),
        ("magic", 1, 3),
        ("magic", 1, 4),
        ("shell_line", 2, 4),
    ]
    assert "    pass  # !ls\n" in source.text
    parse(source.text, "n")
    assert source.text.count("\n") == len(source.places)


def test_an_old_notebook_is_read():
    sheets = [{"cells": [{"cell_type": "code", "input": "x = 1\n", "outputs": []}]}]
    text = json.dumps({"worksheets": sheets, "nbformat": 3, "metadata": {}})
    assert read_text(text, "old.ipynb").text == "x = 1\n"


def test_a_notebook_is_known_without_its_name():
    assert read_text(notebook(code("x = 1")), "-").text == "x = 1\n"
    assert read_text("{'cells': 1}\n", "-").text == "{'cells': 1}\n"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{", "bad-notebook"),
        ("[1]", "bad-notebook"),
        ('{"cells": ' + "[" * 100_000, "bad-notebook"),
        ('{"cells": 3}', "no-code-cells"),
        ('{"cells": [1, null, {"cell_type": "code"}]}', "no-code-cells"),
        (notebook(code(7)), "no-code-cells"),
        (notebook(code("x"), metadata={"kernelspec": {"language": "R"}}), "other-language"),
    ],
)
def test_what_is_no_python_notebook_is_refused(text, key):
    with pytest.raises(InputError) as caught:
        read_text(text, "n.ipynb")
    assert caught.value.key == key
