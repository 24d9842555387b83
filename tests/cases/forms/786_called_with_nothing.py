# expect: safe
import torch
from torch.testing._internal.common_utils import TestCase
class T(TestCase):
    def test(self):
        with self.assertRaises(TypeError):
            torch.load()
