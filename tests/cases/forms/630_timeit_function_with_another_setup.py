# expect: safe
import timeit
timeit.timeit("load(open('x'))", "from json import load")
