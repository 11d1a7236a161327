"""Horovod and TensorFlow: what training scripts call of them."""

_HOROVOD = """
{0}.init                    join_group      [backend]
{0}.rank                    process_rank+
{0}.size                    process_count+
{0}.local_rank              local_rank+
{0}.broadcast_parameters    send_to_all     values
{0}.broadcast_variables     send_to_all     values
{0}.broadcast_optimizer_state send_to_all   values
"""
_MODULES = ("horovod.torch", "horovod.tensorflow", "horovod.tensorflow.keras", "horovod.keras")

_TENSORFLOW = """
tensorflow.cast             as_type         it|x type|dtype
tensorflow.reshape          reshaped        it|tensor shape
tensorflow.expand_dims      with_axis       it|input dim|axis
tensorflow.squeeze          squeezed        it|input [dim|axis]
tensorflow.concat           joined          tensors|values [dim|axis]
tensorflow.shape            shape_of+       it|input [dim]
tensorflow.stop_gradient    detached        it|input
tensorflow.convert_to_tensor as_tensor      it|value
tensorflow.constant         =constant       arguments*
tensorflow.reduce_sum       =sum            arguments*
tensorflow.reduce_mean      =mean           arguments*
tensorflow.reduce_max       =max            arguments*
tensorflow.reduce_min       =min            arguments*
tensorflow.GradientTape     recorded_for_gradients+
tensorflow.random.set_seed  seed_torch      seed
"""
_FUNCTIONS = """
abs argmax argmin clip_by_value cos equal exp eye fill gather linspace matmul maximum minimum ones
ones_like one_hot pad pow range round sigmoid sign sin sqrt square stack tanh tile transpose where
zeros zeros_like
"""

TABLE = (
    "".join(_HOROVOD.format(module) for module in _MODULES)
    + _TENSORFLOW
    + "\n".join(f"tensorflow.{name} ={name} arguments*" for name in _FUNCTIONS.split())
)
