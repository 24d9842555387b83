# expect: unsafe LG001
import pickle, torch
z = torch.serialization._open_zipfile_reader("x.pt").__enter__()
m = torch.serialization._load(z, "cpu", pickle)  # site
