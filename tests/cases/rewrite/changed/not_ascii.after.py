# rewrite: weights_only
x = torch.load("Gewichte_für_Köln.pt", map_location="cpu", weights_only=True); y = "ä𝒳"; z = torch.load("モデル", weights_only=True)
