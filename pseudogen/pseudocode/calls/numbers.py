"""Functions of numbers and arrays: math, NumPy, and PyTorch's own."""

_FUNCTIONS = """
sum mean std var max min argmax argmin abs exp log log2 log10 sqrt cos sin tan tanh sigmoid softmax
clamp clip prod cumsum sort argsort unique where minimum maximum round floor ceil zeros ones empty
full arange linspace zeros_like ones_like full_like rand randn randint randperm eye norm einsum
matmul dot outer isnan isinf isfinite flatten concatenate stack hstack vstack repeat tile roll
median topk gather cumprod diag trace sign square pow power relu log_softmax bincount meshgrid
"""
_PHRASES = """
{0}.cat                 joined          tensors [dim|axis]
{0}.tensor              as_tensor       it
{0}.as_tensor           as_tensor       it
{0}.from_numpy          as_tensor       it
{0}.array               as_array        it
{0}.asarray             as_array        it
{0}.transpose           axes_swapped    it first second
{0}.reshape             reshaped        it shape
{0}.unsqueeze           with_axis       it dim
{0}.expand_dims         with_axis       it dim|axis
{0}.squeeze             squeezed        it [dim|axis]
{0}.permute             axes_ordered    it axes*
"""


def _functions(package: str) -> str:
    """Rows of a package; the functions have their arguments in the order in which they stand."""
    written = "\n".join(f"{package}.{name} ={name} arguments*" for name in _FUNCTIONS.split())
    return written + _PHRASES.format(package)


_MATHEMATICS = "exp log log2 log10 sqrt cos sin tan pow prod fabs hypot isnan isinf"

_RANDOM = """
numpy.random.shuffle        shuffle         items
numpy.random.permutation    random_order    items
numpy.random.choice         random_choice   items
numpy.random.random         =random_uniform arguments*
numpy.random.rand           =random_uniform arguments*
numpy.random.randn          =random_normal  arguments*
numpy.interp                =interp         arguments*
numpy.loadtxt               numbers_in_file+ file
numpy.load                  loaded          file
numpy.save                  save_array      file array
jax.random.PRNGKey          number_generator+ [seed]
"""

TABLE = (
    _functions("torch")
    + _functions("numpy")
    + _functions("jax.numpy")
    + _functions("paddle")
    + _RANDOM
    + "\n".join(f"math.{name} ={name} arguments*" for name in _MATHEMATICS.split())
)
