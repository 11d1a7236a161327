"""Parts of networks, losses, optimizers, schedules, transforms: what training is made of."""

TABLE = """
torch.nn.Linear                 linear_layer        in_features out_features [bias]
torch.nn.Conv1d convolution_1d in_channels out_channels kernel_size [stride] [padding]
torch.nn.Conv2d convolution_2d in_channels out_channels kernel_size [stride] [padding]
torch.nn.Conv3d convolution_3d in_channels out_channels kernel_size [stride] [padding]
torch.nn.ConvTranspose2d upward_convolution in_channels out_channels kernel_size [stride] [padding]
torch.nn.BatchNorm1d            batch_norm          num_features
torch.nn.BatchNorm2d            batch_norm          num_features
torch.nn.BatchNorm3d            batch_norm          num_features
torch.nn.LayerNorm              layer_norm          normalized_shape [eps]
torch.nn.GroupNorm              group_norm          num_groups num_channels
torch.nn.Dropout                dropout_layer       [p]
torch.nn.Dropout2d              channel_dropout     [p]
torch.nn.Embedding              embedding           num_embeddings embedding_dim
torch.nn.MaxPool2d              max_pooling         kernel_size [stride] [padding]
torch.nn.AvgPool2d              mean_pooling        kernel_size [stride] [padding]
torch.nn.AdaptiveAvgPool2d      adaptive_mean_pooling output_size
torch.nn.LSTM                   lstm                input_size hidden_size [num_layers]
torch.nn.GRU                    gru                 input_size hidden_size [num_layers]
torch.nn.Flatten                flattening          [start_dim] [end_dim]
torch.nn.Identity               identity_layer
torch.nn.ReLU                   relu_layer          [inplace]
torch.nn.LeakyReLU              leaky_relu_layer    [negative_slope] [inplace]
torch.nn.GELU                   gelu_layer
torch.nn.SiLU                   silu_layer          [inplace]
torch.nn.Sigmoid                sigmoid_layer
torch.nn.Tanh                   tanh_layer
torch.nn.Softmax                softmax_layer       [dim]
torch.nn.LogSoftmax             log_softmax_layer   [dim]
torch.nn.Sequential             in_sequence         parts*
torch.nn.ModuleList             list_of_parts       [parts]
torch.nn.Parameter              as_parameter        value [requires_grad]

torch.nn.CrossEntropyLoss       cross_entropy_loss+         [weight]
torch.nn.NLLLoss                negative_likelihood_loss+   [weight]
torch.nn.MSELoss                squared_error_loss+
torch.nn.L1Loss                 absolute_error_loss+
torch.nn.SmoothL1Loss           smooth_absolute_loss+
torch.nn.BCELoss                binary_entropy_loss+        [weight]
torch.nn.BCEWithLogitsLoss      binary_entropy_logits_loss+ [weight]
torch.nn.KLDivLoss              divergence_loss+
torch.nn.CTCLoss                ctc_loss+                   [blank] [reduction]

torch.optim.SGD                 sgd_optimizer+      params [lr] [momentum]
torch.optim.Adam                adam_optimizer+     params [lr]
torch.optim.AdamW               adamw_optimizer+    params [lr]
torch.optim.RMSprop             rmsprop_optimizer+  params [lr]
torch.optim.Adagrad             adagrad_optimizer+  params [lr]
torch.optim.Adadelta            adadelta_optimizer+ params [lr]
torch.optim.lr_scheduler.StepLR             stepwise_schedule   optimizer step_size [gamma]
torch.optim.lr_scheduler.MultiStepLR        milestone_schedule  optimizer milestones [gamma]
torch.optim.lr_scheduler.ExponentialLR      exponential_schedule optimizer gamma
torch.optim.lr_scheduler.CosineAnnealingLR  cosine_schedule     optimizer T_max [eta_min]
torch.optim.lr_scheduler.LambdaLR           function_schedule   optimizer lr_lambda
torch.optim.lr_scheduler.ReduceLROnPlateau  plateau_schedule    optimizer [mode] [factor] [patience]
torch.optim.lr_scheduler.OneCycleLR         one_cycle_schedule  optimizer max_lr [total_steps]

torchvision.transforms.ToTensor             to_tensor_step
torchvision.transforms.Normalize            normalising_step    mean std
torchvision.transforms.Resize               resizing_step       size
torchvision.transforms.CenterCrop           centre_crop_step    size
torchvision.transforms.RandomCrop           random_crop_step    size [padding]
torchvision.transforms.RandomResizedCrop    random_resized_crop_step size [scale]
torchvision.transforms.RandomHorizontalFlip random_flip_step    [p]
torchvision.transforms.ColorJitter          colour_jitter_step  [brightness] [contrast]
torch.utils.data.Subset                     chosen_samples      dataset indices
torch.utils.data.random_split               random_parts        dataset lengths
torch.utils.data.TensorDataset              samples_of          tensors*
torch.utils.data.ConcatDataset              chained             items

torch.nn.init.zeros_            start_zero          tensor
torch.nn.init.ones_             start_one           tensor
torch.nn.init.constant_         start_constant      tensor val
torch.nn.init.trunc_normal_     start_cut_normal    tensor [mean] [std]
torch.nn.init.normal_           start_normal        tensor [mean] [std]
torch.nn.init.uniform_          start_uniform       tensor [a] [b]
torch.nn.init.xavier_uniform_   start_xavier        tensor
torch.nn.init.xavier_normal_    start_xavier_normal tensor
torch.nn.init.kaiming_uniform_  start_kaiming       tensor
torch.nn.init.kaiming_normal_   start_kaiming_normal tensor
"""
