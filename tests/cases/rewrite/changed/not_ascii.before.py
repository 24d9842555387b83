# rewrite: weights_only
x = torch.load("Gewichte_für_Köln.pt", map_location="cpu"); y = "ä𝒳"; z = torch.load("モデル")
