if use_ddp:
    train_sampler = DistributedSampler(train_set, shuffle=True)
    val_sampler = DistributedSampler(val_set, shuffle=False)
    batch_size //= world_size
    shuffle = False
else:
    train_sampler = None
    val_sampler = None
    shuffle = True
