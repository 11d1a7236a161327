from functools import partial

import jax
import optax

local_batch_size = config.batch_size // jax.process_count()
schedule = optax.warmup_cosine_decay_schedule(
    init_value=0.0, peak_value=config.lr, warmup_steps=500, decay_steps=num_steps
)
tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=0.05))


@partial(jax.pmap, axis_name="devices")
def train_step(state, batch):
    """One update of the replicated state."""

    def loss_of(params):
        logits = state.apply_fn({"params": params}, batch["image"])
        return optax.softmax_cross_entropy_with_integer_labels(logits, batch["label"]).mean()

    loss, grads = jax.value_and_grad(loss_of)(state.params)
    grads = jax.lax.pmean(grads, axis_name="devices")
    return state.apply_gradients(grads=grads), jax.lax.pmean(loss, axis_name="devices")


for step in range(num_steps):
    state, loss = train_step(state, next(batches))
    if step % 100 == 0 and jax.process_index() == 0:
        print(step, float(loss[0]))
