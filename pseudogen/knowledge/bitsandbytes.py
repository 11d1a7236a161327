"""bitsandbytes: optimizers whose states take 8 bits."""

from pseudogen.knowledge.api import Api

_DOCS = "https://huggingface.co/docs/bitsandbytes/main/en/reference/optim/adamw"
_OPTIMIZER = Api("optimizer", ("params", "lr", "betas", "eps", "weight_decay"), {}, _DOCS)
_KINDS = ("Adam", "AdamW", "Lion", "LAMB", "LARS", "RMSprop", "SGD", "Adagrad", "AdEMAMix")
_FORMS = ("{}8bit", "{}32bit", "{}", "Paged{}", "Paged{}8bit", "Paged{}32bit")

EXACT: dict[str, Api] = {
    f"bitsandbytes.optim.{form.format(kind)}": _OPTIMIZER for kind in _KINDS for form in _FORMS
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
