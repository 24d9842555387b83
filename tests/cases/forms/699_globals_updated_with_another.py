# expect: safe
import json
globals().update(th=json)
th.load(open("a.json"))
