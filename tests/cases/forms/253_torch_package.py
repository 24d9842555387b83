# expect: related
from torch import package

importer = package.PackageImporter("model.pt")
