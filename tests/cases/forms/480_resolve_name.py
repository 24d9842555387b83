# expect: unsafe LG001
import pkgutil
pkgutil.resolve_name("torch:load")("x")  # site
