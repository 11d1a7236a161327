"""Training: PyTorch, its distributed package, its data package, and what stands around them."""

ROLES = frozenset({"optimizer", "scheduler", "scaler", "model", "writer", "sampler", "loss"})
"""Roles of objects whose methods have rows of their own."""

TABLE = """
optimizer.step          step_optimizer      it [closure]
optimizer.zero_grad     clear_gradients     it [set_to_none]
model.zero_grad         clear_gradients     it [set_to_none]
scheduler.step          step_schedule       it [by]
scaler.scale            scaled_loss         it loss
scaler.step             step_scaled         it optimizer
scaler.update           update_scaler       it
scaler.unscale_         unscale             it optimizer
model.train             training_mode       it [mode]
model.eval              evaluation_mode     it
model.to                on_device           it device
model.apply             apply_to_parts      it function
.eval                   evaluation_mode     it
writer.add_scalar       log_value           it name value [step]
writer.add_image        log_value           it name value [step]
.zero_grad              clear_gradients     it [set_to_none]
.clear_grad             clear_gradients     it
.unscale_               unscale             it optimizer
.backward               backpropagate       it [gradient]
.set_epoch              set_epoch           it epoch
.no_sync                without_sync        it
.add_scalar             log_value           it name value [step]
.state_dict             state_of+            it
.load_state_dict        load_state          it state
.parameters             parameters_of+       it
.named_parameters       named_parameters_of+ it
.modules                modules_of+          it
.named_modules          named_modules_of+    it
.children               children_of+         it
.buffers                buffers_of+          it
.requires_grad_         track_gradients     it [tracked]
.register_buffer        register_buffer     it name value
.register_parameter     register_parameter  it name value
.detach                 detached            it
.item                   number_in+           it
.cuda                   on_gpu              it [device]
.cpu                    on_cpu              it
.numpy                  as_array            it
.tolist                 as_list             items
.clone                  copy_of+             it
.contiguous             contiguous          it
.float                  as_floats           it
.half                   as_halves           it
.bfloat16               as_bfloats          it
.double                 as_doubles          it
.long                   as_integers         it
.int                    as_integers         it
.bool                   as_truths           it
.type                   as_type             it type
.type_as                as_type_of          it other
.astype                 as_type             it type
.view                   reshaped            it shape*
.reshape                reshaped            it shape*
.view_as                shaped_like         it other
.reshape_as             shaped_like         it other
.expand_as              expanded_like       it other
.permute                axes_ordered        it axes*
.transpose              axes_swapped        it first second
.t                      transposed          it
.flatten                flattened           it [start_dim] [end_dim]
.unsqueeze              with_axis           it dim
.squeeze                squeezed            it [dim]
.size                   shape_of+            it [dim]
.dim                    axes_of+             it
.numel                  element_count+       it
.pin_memory             pinned              it
.sum                    =sum                it [dim] [keepdim]
.mean                   =mean               it [dim] [keepdim]
.std                    =std                it [dim] [keepdim]
.var                    =var                it [dim] [keepdim]
.norm                   =norm               it [p]
.max                    =max                it [dim] [keepdim]
.min                    =min                it [dim] [keepdim]
.argmax                 =argmax             it [dim] [keepdim]
.argmin                 =argmin             it [dim] [keepdim]
.topk                   =topk               it k [dim] [largest] [sorted]
.sin                    =sin                it
.cos                    =cos                it
.rsqrt                  =rsqrt              it
.square                 =square             it
.pow                    =pow                it exponent
.repeat                 =repeat             it counts*
.expand                 =expand             it sizes*
.chunk                  chunked             it chunks [dim]
.masked_fill            masked              it mask value
.masked_fill_           masked              it mask value
.clamp_                 clamp_in_place      it [min] [max]
.detach_                detach_in_place     it
.wait_stream            wait_stream         it other
.set_description        describe_progress   it text|desc
.freeze                 freeze              it
.unfreeze               unfreeze            it
.defrost                unfreeze            it
.reset                  reset               it
.result                 result_of+          it
.map                    mapped              it function
.batch                  batched             it size|batch_size
.prefetch               prefetched          it [count]
.shuffle                shuffled            it [items]
.abs                    =abs                it
.exp                    =exp                it
.log                    =log                it
.sqrt                   =sqrt               it
.sigmoid                =sigmoid            it
.softmax                =softmax            it [dim]
.tanh                   =tanh               it
.relu                   =relu               it
.clamp                  =clamp              it [min] [max]
.any                    any_holds?          items
.all                    all_hold?           items
.fill_                  fill                it value
.zero_                  zero                it
.copy_                  copy_into           it other
.add_                   add_in_place        it other
.sub_                   subtract_in_place   it other
.mul_                   multiply_in_place   it other
.div_                   divide_in_place     it other
.eq                     =eq                 it other
.freeze_backbone        freeze_backbone     it
.unfreeze_backbone      unfreeze_backbone   it

torch.save                                      save                state file
torch.load                                      loaded              file
torch.no_grad                                   without_gradients+
torch.inference_mode                            without_gradients+
torch.enable_grad                               with_gradients+
torch.set_grad_enabled                          gradients_if        enabled
torch.autocast                                  mixed_precision+     [device_type]
torch.amp.autocast                              mixed_precision+     [device_type]
torch.cuda.amp.autocast                         mixed_precision_gpu+ [enabled] [dtype]
torch.cuda.amp.GradScaler                       gradient_scaler_gpu+
torch.amp.GradScaler                            gradient_scaler+     [device]
torch.manual_seed                               seed_torch          seed
torch.cuda.manual_seed                          seed_gpu            seed
torch.cuda.manual_seed_all                      seed_gpus           seed
random.seed                                     seed_python         seed
numpy.random.seed                               seed_numpy          seed
torch.device                                    device_named+        name [index]
torch.Generator                                 number_generator+    [device]
torch.accelerator.current_accelerator           accelerator+
torch.accelerator.is_available                  accelerator_available?
torch.set_float32_matmul_precision              set_matrix_precision precision
torch.use_deterministic_algorithms              use_deterministic   mode
torch.LongTensor                                integers_tensor     it
torch.FloatTensor                               floats_tensor       it
torch.utils.data.SequentialSampler              samples_in_order    dataset
torch.utils.data.RandomSampler                  samples_shuffled    dataset
torch.jit.script                                compiled             model
torch.cuda.is_bf16_supported                    bfloat_supported?
torch.cuda.is_available                         gpu_available?
torch.cuda.max_memory_allocated                 gpu_memory_peak+
torch.cuda.memory_allocated                     gpu_memory_used+
torch.cuda.memory_reserved                      gpu_memory_reserved+
torch.cuda.reset_peak_memory_stats              forget_memory_peak
torch.cuda.Stream                               gpu_stream+
torch.cuda.current_stream                       current_gpu_stream+
torch.cuda.stream                               on_gpu_stream+      stream
torch.cuda.device_count                         gpu_count+
torch.cuda.set_device                           use_gpu             device
torch.cuda.current_device                       current_gpu+
torch.cuda.synchronize                          wait_for_gpu
torch.cuda.empty_cache                          free_gpu_cache
torch.distributed.is_available                  can_distribute?
torch.distributed.is_nccl_available             nccl_available?
torch.distributed.new_group                     process_subgroup+   [ranks]
torch.distributed.broadcast_object_list         broadcast           tensor src
torch.distributed.is_initialized                group_joined?
torch.distributed.init_process_group            join_group          [backend]
torch.distributed.destroy_process_group         leave_group
torch.distributed.barrier                       wait_for_all
torch.distributed.all_reduce                    all_reduce          tensor [op]
torch.distributed.reduce                        reduce_to           tensor dst [op]
torch.distributed.broadcast                     broadcast           tensor src
torch.distributed.all_gather                    all_gather          tensors tensor
torch.distributed.get_rank                      process_rank+
torch.distributed.get_world_size                process_count+
torch.multiprocessing.spawn                     launch_workers      function
torch.nn.parallel.DistributedDataParallel       data_parallel       module
torch.nn.DataParallel                           device_parallel     module
torch.nn.SyncBatchNorm.convert_sync_batchnorm   sync_batchnorm      module
torch.nn.utils.clip_grad_norm_                  clip_gradients      parameters max_norm
torch.nn.utils.clip_grad_value_                 clip_gradient_values parameters clip_value
torch.compile                                   compiled            model
torch.utils.data.DataLoader                     batches_of          dataset
torch.utils.data.distributed.DistributedSampler shards_of           dataset
torch.utils.data.DistributedSampler             shards_of           dataset
torch.utils.tensorboard.SummaryWriter           tensorboard_writer  [log_dir]
torch.nn.functional.cross_entropy               =cross_entropy      input target
torch.nn.functional.nll_loss                    =nll_loss           input target
torch.nn.functional.mse_loss                    =mse_loss           input target
torch.nn.functional.l1_loss                     =l1_loss            input target
torch.nn.functional.smooth_l1_loss              =smooth_l1_loss     input target
torch.nn.functional.binary_cross_entropy        =binary_cross_entropy input target
torch.nn.functional.binary_cross_entropy_with_logits =binary_cross_entropy_with_logits input target
torch.nn.functional.softmax                     =softmax            input [dim]
torch.nn.functional.log_softmax                 =log_softmax        input [dim]
torch.nn.functional.sigmoid                     =sigmoid            input
torch.nn.functional.relu                        =relu               input
torch.nn.functional.gelu                        =gelu               input
torch.nn.functional.one_hot                     =one_hot            input [num_classes]
torch.nn.functional.normalize                   =normalize          input
torch.nn.functional.dropout                     =dropout            input [p]
torch.nn.functional.max_pool2d                  =max_pool2d         input kernel_size
torch.nn.functional.interpolate                 =interpolate        input [size]
torch.nn.functional.pad                         =pad                input pad

tqdm.tqdm                   with_progress   [items]
tqdm.auto.tqdm              with_progress   [items]
tqdm                        with_progress   [items]
tqdm.trange                 count_progress  number
tqdm.auto.trange            count_progress  number
tqdm.write                  printed         items*
wandb.init                  start_tracking
wandb.log                   track           values
wandb.finish                finish_tracking
torchvision.transforms.Compose  pipeline    steps
"""
