"""Functions of numbers and arrays: math, NumPy, and PyTorch's own."""

_FUNCTIONS = """
abs exp log log2 log10 sqrt cos sin tan tanh sigmoid clamp clip unique where minimum maximum round
floor ceil zeros ones empty full arange linspace zeros_like ones_like full_like rand randn randint
randperm eye norm einsum matmul dot outer isnan isinf isfinite flatten hstack vstack tile roll diag
trace sign square pow power relu bincount meshgrid repeat gather
mm bmm randn_like rand_like isclose allclose
"""
_ALONG = """
sum mean std var prod max min argmax argmin median cumsum cumprod sort argsort softmax log_softmax
concatenate stack
"""
"""Functions whose second argument is the axis."""

_PHRASES = """
{0}.topk                =topk           it k [{1}] [largest] [sorted]
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


def _functions(package: str, axis: str) -> str:
    """Rows of a package; the functions have their arguments in the order in which they stand."""
    plain = [f"{package}.{name} ={name} arguments*" for name in _FUNCTIONS.split()]
    along = [f"{package}.{name} ={name} x [{axis}] arguments*" for name in _ALONG.split()]
    return "\n".join((*plain, *along)) + _PHRASES.format(package, axis)


_MATHEMATICS = "exp log log2 log10 sqrt cos sin tan pow prod fabs hypot isnan isinf"

_RANDOM = """
numpy.random.shuffle        shuffle         items
numpy.random.permutation    random_order    items
numpy.random.choice         random_choice   items
numpy.random.random         =random_uniform arguments*
numpy.random.rand           =random_uniform arguments*
numpy.random.randn          =random_normal  arguments*
numpy.random.randint        =random_integers arguments*
numpy.random.uniform        =random_uniform arguments*
numpy.random.normal         =random_normal  arguments*
numpy.random.RandomState    number_generator+ [seed]
numpy.random.default_rng    number_generator+ [seed]
numpy.interp                =interp         arguments*
numpy.memmap                mapped_array+       file|filename
numpy.loadtxt               numbers_in_file+ file
numpy.load                  loaded          file
numpy.save                  save_array      file array
jax.random.PRNGKey          number_generator+ [seed]
"""

TABLE = (
    _functions("torch", "dim")
    + _functions("numpy", "axis")
    + _functions("jax.numpy", "axis")
    + _functions("paddle", "axis")
    + _RANDOM
    + "\n".join(f"math.{name} ={name} arguments*" for name in _MATHEMATICS.split())
)
