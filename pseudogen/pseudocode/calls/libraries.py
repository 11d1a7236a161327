"""Libraries beside PyTorch: Keras, JAX, einops, images, Hugging Face, tables."""

_KERAS = """
{0}.layers.Dense                dense_layer         units
{0}.layers.Conv2D               filters_2d          filters kernel_size
{0}.layers.MaxPooling2D         windows_max         [pool_size]
{0}.layers.MaxPool2D            windows_max         [pool_size]
{0}.layers.AveragePooling2D     windows_mean        [pool_size]
{0}.layers.GlobalAveragePooling2D global_mean
{0}.layers.BatchNormalization   normalised_batches
{0}.layers.Dropout              dropout_layer       p|rate
{0}.layers.Flatten              flattening
{0}.layers.Embedding    embedding   num_embeddings|input_dim embedding_dim|output_dim
{0}.layers.LSTM                 recurrent_lstm      units
{0}.layers.GRU                  recurrent_gru       units
{0}.layers.Input                input_layer         [shape]
{0}.layers.InputLayer           input_layer         [shape]
{0}.Input                       input_layer         [shape]
{0}.layers.ReLU                 relu_layer
{0}.layers.Activation           activation_layer    name|activation
{0}.Sequential                  layers_in_sequence  [layers]
{0}.models.Sequential           layers_in_sequence  [layers]
{0}.losses.SparseCategoricalCrossentropy class_number_entropy+
{0}.losses.CategoricalCrossentropy cross_entropy_loss+
{0}.losses.BinaryCrossentropy   binary_entropy_loss+
{0}.losses.MeanSquaredError     squared_error_loss+
{0}.optimizers.Adam             keras_adam+         [learning_rate]
{0}.optimizers.SGD              keras_sgd+          [learning_rate]
{0}.optimizers.RMSprop          keras_rmsprop+      [learning_rate]
"""
_PACKAGES = ("keras", "tensorflow.keras")

TABLE = (
    "".join(_KERAS.format(package) for package in _PACKAGES)
    + """
model.fit                       fit                 it data*
model.compile                   set_up_training     it
model.evaluate                  measured            it data*
model.summary                   show_structure      it
model.save                      save_it             it file
optimizer.apply_gradients       apply_gradients     it gradients|grads|grads_and_vars
.apply_gradients                apply_gradients     it gradients|grads|grads_and_vars
.fit                            fit                 it data*
.predict                        predicted           it data
.update_state                   update_state        it values*
.from_pretrained                pretrained+         it name|pretrained_model_name_or_path
.save_pretrained                save_pretrained     it folder|save_directory
.update_parameters              average_weights     it model
.wait_for_everyone              wait_for_processes  it
tensorflow.losses.SparseCategoricalCrossentropy class_number_entropy+
tensorflow.optimizers.Adam      keras_adam+         [learning_rate]
tensorflow.optimizers.SGD       keras_sgd+          [learning_rate]
tensorflow.data.Dataset.from_tensor_slices rows_of  tensors
datasets.load_dataset           named_data_set+     name|path [config]
evaluate.load                   named_measure+      name|path
accelerate.Accelerator          accelerate_helper+
accelerate.utils.set_seed       seed_all            seed
transformers.set_seed           seed_all            seed
lightning.seed_everything       seed_all            seed
pytorch_lightning.seed_everything seed_all          seed
apex.optimizers.FusedAdam       adam_optimizer+     params [lr]
apex.amp.scale_loss             scaled_for          loss optimizer|optimizers
apex.amp.initialize             prepared_for_amp    models [optimizers]
einops.rearrange                rearranged          it|tensor pattern
einops.reduce                   reduced_as          it|tensor pattern reduction
einops.repeat                   repeated_as         it|tensor pattern
PIL.Image.open                  image_in+           file|fp
PIL.Image.fromarray             image_of+           array|obj
torchvision.utils.save_image    save_image          tensor file|fp
torchvision.datasets.MNIST      mnist_images+       [root]
torchvision.datasets.CIFAR10    cifar10_images+     [root]
torchvision.datasets.CIFAR100   cifar100_images+    [root]
tensorflow.keras.datasets.mnist.load_data mnist_images+ [root|path]
tensorflow.keras.datasets.cifar10.load_data cifar10_images+ [root|path]
keras.datasets.mnist.load_data  mnist_images+ [root|path]
keras.datasets.cifar10.load_data cifar10_images+ [root|path]
tensorflow.config.list_physical_devices devices_of_kind+ [kind]
tensorflow.config.experimental.list_physical_devices devices_of_kind+ [kind]
tensorflow.config.experimental.set_memory_growth grow_memory device enabled
tensorflow.config.set_visible_devices make_visible devices [kind]
tensorflow.config.experimental.set_visible_devices make_visible devices [kind]
filelock.FileLock               lock_named+         file
torchvision.datasets.ImageFolder image_folders      root
jax.random.key                  number_generator+   [seed]
jax.random.split                new_generators      key [number|num]
jax.random.normal               =random_normal      arguments*
jax.random.uniform              =random_uniform     arguments*
jax.random.randint              =random_integers    arguments*
jax.value_and_grad              value_and_gradient+ function|fun
jax.grad                        gradient_function+  function|fun
jax.vmap                        over_batches        function|fun
jax.jit                         compiled            model|fun
pandas.read_csv                 table_in+           file|filepath_or_buffer
requests.get                    fetched+            url
timm.layers.trunc_normal_       start_cut_normal    tensor [mean] [std]
timm.models.layers.trunc_normal_ start_cut_normal   tensor [mean] [std]
absl.app.run                    run_main            main
fire.Fire                       run_main            main|component
typer.run                       run_main            main|function
"""
)
