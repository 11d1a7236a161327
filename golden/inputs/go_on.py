import os

import torch
import torch.distributed as dist

# 读取上一次训练的状态
rank = int(os.environ["RANK"])
start_epoch, best_acc, waited = 0, 0.0, 0
if os.path.exists(last_path):
    state = torch.load(last_path, map_location="cpu", weights_only=True)
    net.module.load_state_dict(state["net"])
    optimizer.load_state_dict(state["optimizer"])
    start_epoch = state["epoch"] + 1
    best_acc = state["best_acc"]

for epoch in range(start_epoch, epochs):
    train_sampler.set_epoch(epoch)
    train_one_epoch(net, train_loader, optimizer)
    acc = validate(net, val_loader)
    improved = acc > best_acc
    waited = 0 if improved else waited + 1
    best_acc = max(best_acc, acc)
    if rank == 0:
        state = {
            "net": net.module.state_dict(),
            "optimizer": optimizer.state_dict(),
            "epoch": epoch,
            "best_acc": best_acc,
        }
        torch.save(state, last_path)  # 覆盖上一个
        if improved:
            torch.save(net.module.state_dict(), best_path)
    dist.barrier()
    if waited >= patience:
        break

dist.destroy_process_group()
