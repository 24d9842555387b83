# expect: safe
import json


def read(library, path):
    return library.load(path)


read(json, open("a.json"))
