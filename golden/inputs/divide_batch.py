if args.distributed: args.batch_size = args.batch_size // args.gpus_per_node
