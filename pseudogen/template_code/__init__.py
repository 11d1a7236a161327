"""The compiler of templates: Jinja reads them, and they become modules of plain Python."""

from pseudogen.template_code.expressions import Dialect
from pseudogen.template_code.modules import compiled

__all__ = ["Dialect", "compiled"]
