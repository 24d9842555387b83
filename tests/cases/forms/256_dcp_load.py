# expect: related
import torch.distributed.checkpoint as dcp

dcp.load({}, checkpoint_id="folder")
