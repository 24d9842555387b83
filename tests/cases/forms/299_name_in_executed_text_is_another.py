# expect: safe
LIBRARY = "numpy"
exec(f"import {LIBRARY}\nstate = {LIBRARY}.load('model.pt')")
