scheduler_func = build_lr_scheduler(decay_type, init_lr, min_lr, total_epochs)
model.unfreeze_backbone()
train_steps = num_train // batch_size
val_steps = num_val // batch_size
if train_steps == 0 or val_steps == 0:
    raise ValueError("too few samples for one batch; add data or lower the batch size")
if distributed:
    batch_size = batch_size // gpus_per_node
train_loader = DataLoader(
    train_dataset,
    batch_size=batch_size,
    shuffle=shuffle,
    num_workers=num_workers,
    pin_memory=True,
    drop_last=True,
    collate_fn=detection_collate,
    sampler=train_sampler,
)
val_loader = DataLoader(
    val_dataset,
    batch_size=batch_size,
    shuffle=shuffle,
    num_workers=num_workers,
    pin_memory=True,
    drop_last=True,
    collate_fn=detection_collate,
    sampler=val_sampler,
)
unfrozen = True
if distributed:
    train_sampler.set_epoch(epoch)
set_optimizer_lr(optimizer, scheduler_func, epoch)
train_one_epoch(model, optimizer, epoch, train_steps, val_steps, train_loader, val_loader, scaler)
if local_rank == 0:
    history.writer.close()
