# expect: unsafe LG001
import os
os.system("""python - <<'EOF'
import torch
torch.load('x.pt')
EOF
""")
# line: 3
