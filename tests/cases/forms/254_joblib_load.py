# expect: related
import joblib

model = joblib.load("model.joblib")
