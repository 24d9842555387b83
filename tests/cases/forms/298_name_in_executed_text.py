# expect: unsafe LG001
LIBRARY = "torch"
exec(f"import {LIBRARY}\nstate = {LIBRARY}.load('model.pt')")  # site
