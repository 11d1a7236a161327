import torch
from torch.nn import functional as F

scaler = torch.amp.GradScaler("cuda")
for step, (tokens, targets) in enumerate(train_loader):
    with torch.autocast("cuda", dtype=torch.float16):
        logits = model(tokens.to(device))
        loss = F.cross_entropy(logits.flatten(0, 1), targets.to(device).flatten())
    scaler.scale(loss / accumulate).backward()
    if (step + 1) % accumulate == 0:
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad(set_to_none=True)
        scheduler.step()
        ema.update(model)
