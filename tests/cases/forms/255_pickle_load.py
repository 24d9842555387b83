# expect: related
import pickle

model = pickle.load(open("model.pkl", "rb"))
