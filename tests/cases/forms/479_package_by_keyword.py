# expect: unsafe LG001
import importlib
importlib.import_module(".serialization", package="torch").load("x")  # site
