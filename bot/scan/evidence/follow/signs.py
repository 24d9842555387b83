"""What a consumer says of the thing it is given: the vocabulary, and the words Python and torch use."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

Path = tuple[str, ...]
"""How a part was reached from the loaded value: `("['model']", "value")` is a value of `loaded["model"]`."""


class Kind(StrEnum):
    """What one use says. The order is from telling to silent."""

    OBJECT = "object"  # called, or an attribute no tensor and no container has
    LOADED = "loaded"  # given to load_state_dict
    FITS = "fits"  # given to a module's strict load_state_dict
    UNSURE = "unsure"  # given to the load_state_dict of a scheduler that nobody in sight makes
    ASSIGNED = "assigned"  # the same, with assign=True: of what is given, its own tensors stay
    TENSOR = "tensor"  # an operation only tensors have
    ARRAY = "array"  # an operation tensors share with numpy arrays
    PLAIN = "plain"  # used as a number or a string
    WEIGHTS = "weights"  # a key that names a parameter: "conv.weight"
    DICT = "dict"  # an operation of dicts
    DECLARED = "declared"  # annotated as a tensor, or as a dict of tensors
    CLAIM = "claim"  # a name or an annotation says that it is a state dict or a tensor
    NAMED = "named"  # a name says that it is a live object: of the whole alone
    MOVED = "moved"  # .to(device), .float(): tensors and modules have it
    SAVED = "saved"  # written out again
    COMPARED = "compared"
    ESCAPES = "escapes"  # given to something that cannot be looked into
    RETURNED = "returned"  # handed to callers that are not in the project


class Sign(NamedTuple):
    """One use of the loaded value, or of the part of it that `path` names."""

    kind: Kind
    path: Path
    file: str
    line: int
    detail: str


RID = "is rid of "
COMPARED = "is compared with "
"""How signs begin that tell the key of what is taken away, and the constant that something is compared with."""
DICT_METHODS = frozenset(
    "items keys values get pop update setdefault copy clear popitem move_to_end fromkeys elements most_common"
    " _metadata".split()
)
LIST_METHODS = frozenset(
    "append extend insert remove sort index count reverse add discard union intersection"
    " difference issubset issuperset isdisjoint symmetric_difference total".split()
)
STRING_METHODS = frozenset(
    "startswith endswith split rsplit replace lower upper strip lstrip rstrip join format find encode removeprefix"
    " removesuffix partition rpartition isdigit title capitalize rfind rindex ljust rjust center zfill splitlines"
    " isalpha isalnum isdecimal isnumeric isspace isupper islower isidentifier casefold swapcase translate decode hex"
    " bit_length bit_count is_integer to_bytes".split()
)
TENSOR_WORDS = frozenset(
    "char byte short fill_diagonal_ detach detach_ unsqueeze unsqueeze_ permute contiguous numel size dim item numpy"
    " device is_cuda grad requires_grad data_ptr element_size expand expand_as unbind chunk type_as is_floating_point"
    " nelement stride untyped_storage new_zeros new_tensor equal index_select gather scatter scatter_ masked_fill"
    " masked_fill_ repeat_interleave bmm mm matmul softmax log_softmax sigmoid narrow is_sparse layout is_contiguous"
    " is_complex grad_fn new_empty new_ones full_tensor to_dense index_fill_ index_copy_ normal_ uniform_ fill_ zero_"
    " mul_ add_ div_ sub_ copy_ pin_memory is_shared share_memory_ long int bool argmax topk clamp clamp_ mul div triu"
    " tril is_meta is_quantized is_xla is_mps is_xpu is_mkldnn is_nested is_inference is_conj is_neg is_nonzero"
    " is_signed is_same_size is_sparse_csr is_pinned int_repr dequantize q_scale q_zero_point qscheme storage_offset"
    " retain_grad erf baddbmm addmm addcmul addcdiv matrix_power logdet diag_embed tensor_split hsplit vsplit dsplit"
    " swapdims unfold index_add index_copy index_fill index_put index_put_ scatter_add scatter_reduce masked_scatter"
    " take_along_dim logcumsumexp multinomial bernoulli histc bincount to_sparse ndimension exp_ log_ sqrt_ relu_ t t_"
    " absolute acos asin atan atan2 outer mv addmv erfinv erfc fmod logit lerp heaviside hypot pinverse as_strided"
    " as_subclass unique_consecutive sum_to_size resize_as_ select_scatter index_reduce is_leaf is_coalesced"
    " to_sparse_csr to_sparse_coo crow_indices col_indices sparse_dim dense_dim _nnz _indices _values storage"
    " storage_type tanh_ sigmoid_ neg_ abs_ pow_ squeeze_ transpose_ random_ bernoulli_ addmm_ addcmul_ addcdiv_ lerp_"
    " resize_ set_".split()
)
ARRAY_WORDS = frozenset(
    "shape dtype ndim view reshape transpose squeeze clone mean sum max min std var any all T mT abs sqrt pow cumsum"
    " unique flatten ravel repeat round tolist norm nbytes argsort nonzero argmin prod dot real imag swapaxes"
    " amax amin aminmax quantile nanquantile median nanmedian nanmean nansum kthvalue cummax cummin cumprod diff diag"
    " diagonal tile flip fliplr flipud roll rot90 conj clip nan_to_num isnan isinf isfinite isclose allclose exp log2"
    " log10 log1p expm1 sin cos tan tanh sinh cosh arcsin arccos arctan floor ceil trunc square rsqrt reciprocal"
    " logical_and logical_or logical_not bitwise_and bitwise_or bitwise_xor det inverse svd logsumexp masked_select"
    " unflatten movedim moveaxis reshape_as view_as broadcast_to count_nonzero argwhere searchsorted itemsize strides"
    " fill sub coalesce indices log neg sign maximum minimum"
    " remainder logical_xor bitwise_not copysign lgamma digamma exp2 sinc fmax fmin".split()
)
ARRAY_ALONE = frozenset("astype tobytes tofile byteswap argpartition flat itemset".split())
"""What numpy's arrays have and tensors have not: weights_only=True refuses these arrays."""
SHARD_WORDS = frozenset("device_mesh placements to_local redistribute _local_tensor _spec".split())
"""What a DTensor has: alone it is read by weights_only=True, but who asks for it reads files of several kinds."""
MOVES = frozenset("to cpu cuda half float double bfloat16 requires_grad_ type xpu npu".split())
NEUTRAL_CALLS = frozenset(
    "print len type id repr str bool isinstance issubclass hash callable pprint pformat hasattr debug info warning"
    " warn error exception log write assertIsInstance assertIn assertNotIn assertTrue assertFalse assertIsNone"
    " assertIsNotNone get_size getsizeof format".split()
)
SAME_CALLS = frozenset(
    "dict OrderedDict list tuple set frozenset copy deepcopy iter sorted reversed EasyDict enumerate chain"
    " AttributeDict clone_state_dict as_completed tqdm track islice cycle deque".split()
)
NUMBER_CALLS = frozenset("int float range complex".split())
TENSOR_CALLS = frozenset(
    "assert_close assert_allclose assert_equal assertEqualTensors tree_map Parameter register_buffer copy_ forward cat"
    " stack".split()
)
STATE_NAME = re.compile(
    r"(^|_)(state_?dicts?|sd|weights?|weights_sd|params|tensors?|pretrained_dict|new_sd)(_|\d|$)", re.I
)
TENSOR_NAME = re.compile(r"(^|_)(tensors?|latents?|embeddings?|embeds?|logits|mel|noise)(_|\d|$)", re.I)
OBJECT_NAME = re.compile(
    r"(^|_)(model|net|network|module|generator|policy|agent|dataset|data_?list|dataloader|graph|scaler|tokenizer|vocab)(\d*)$",
    re.I,
)
TAKES_STATE = re.compile(r"state_?dict|load_(pretrained_)?weights|load_params|copy_model_state|load_parameters", re.I)
PARAMETER_KEY = re.compile(r"\.(weight|bias|gamma|beta|running_mean|running_var|scale|alpha|lora_\w+|weight_[gv])$")
