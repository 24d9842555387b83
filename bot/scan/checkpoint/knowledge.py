"""What is known of names outside torch's allow-list. It grades; it never decides that a file is clean.

torch's allow-list separates good from bad (block-lists lose: 133 gadgets are known, arXiv 2508.19774). The tables here
say which of the rest a person may reasonably allow-list, which torch never loads, and which run code. The standard
library is turned around: whatever of it is not named as harmless counts as code.
"""

from __future__ import annotations

import sys

REMOVED_FROM_STDLIB = frozenset(
    """
    __builtin__ commands imp distutils asynchat asyncore smtpd aifc audioop cgi cgitb crypt imghdr mailcap msilib nis
    nntplib ossaudiodev pipes sndhdr spwd sunau telnetlib uu xdrlib lib2to3 binhex popen2 copy_reg cPickle cStringIO
    StringIO exceptions UserDict UserList UserString urllib2 httplib
    """.split()
)
STDLIB = frozenset(sys.stdlib_module_names) | REMOVED_FROM_STDLIB

HARMLESS = frozenset(
    """
    argparse.Namespace types.SimpleNamespace types.NoneType types.EllipsisType types.GenericAlias types.MappingProxyType
    builtins.object builtins.list builtins.dict builtins.tuple builtins.frozenset builtins.int builtins.float
    builtins.bool builtins.str builtins.bytes builtins.slice builtins.range builtins.Ellipsis builtins.NotImplemented
    builtins.memoryview
    builtins.long builtins.unicode builtins.type builtins.NoneType builtins.xrange builtins.enumerate builtins.zip
    builtins.reversed builtins.property builtins.classmethod builtins.staticmethod
    pathlib.Path pathlib.PosixPath pathlib.WindowsPath pathlib.PurePath pathlib.PurePosixPath pathlib.PureWindowsPath
    pathlib._local.Path pathlib._local.PosixPath pathlib._local.WindowsPath pathlib._local.PurePosixPath
    datetime.datetime datetime.date datetime.time datetime.timedelta datetime.timezone zoneinfo.ZoneInfo
    zoneinfo._unpickle
    decimal.Decimal fractions.Fraction uuid.UUID uuid.SafeUUID random.Random array.array array._array_reconstructor
    ipaddress.IPv4Address ipaddress.IPv6Address ipaddress.IPv4Network ipaddress.IPv6Network
    collections.UserString enum.Enum enum.IntEnum enum.Flag enum.IntFlag enum.auto enum._make_class_unpicklable
    copyreg._reconstructor copyreg.__newobj__ copyreg.__newobj_ex__ functools.partial time.struct_time
    typing.Any typing.Union typing.Optional typing.List typing.Dict typing.Tuple typing.Generic typing.Callable
    itertools.count itertools.cycle itertools.chain itertools.repeat itertools.islice
    dataclasses._HAS_DEFAULT_FACTORY_CLASS dataclasses._MISSING_TYPE dataclasses.Field dataclasses._FIELD
    logging.Logger logging.getLogger logging.RootLogger
    threading.Lock
    math.sqrt math.exp math.log math.cos math.sin math.pi math.floor math.ceil
    operator.add operator.mul operator.sub operator.itemgetter _operator.itemgetter
    """.split()
)
"""Standard library classes and constructors that build a value and do nothing else."""

NOT_PROPOSED = frozenset(
    """
    builtins.type logging.getLogger logging.Logger logging.RootLogger operator.itemgetter _operator.itemgetter
    copyreg._reconstructor copyreg.__newobj__ copyreg.__newobj_ex__ functools.partial itertools.chain builtins.zip
    builtins.enumerate builtins.reversed builtins.property builtins.classmethod builtins.staticmethod
    """.split()
)
"""Harmless as data, yet nothing to put on an allow-list: they make or wrap other callables."""

NEVER_LOADS = frozenset(
    """
    collections.defaultdict collections.deque collections.UserDict collections.UserList collections.ChainMap
    weakref.WeakKeyDictionary weakref.WeakValueDictionary weakref.WeakSet
    torch.storage._load_from_bytes
    """.split()
)
"""torch >= 2.10 refuses these whatever is allow-listed: SETITEM and APPEND go into plain dicts and lists only."""

NEVER_LOADS_IN = ("torch.optim",)
"""Modules whose classes never load."""

HARMLESS_FUNCTIONS = frozenset(
    """
    numpy.core.multiarray._reconstruct numpy._core.multiarray._reconstruct
    numpy.core.multiarray.scalar numpy._core.multiarray.scalar
    numpy.core.numeric._frombuffer numpy._core.numeric._frombuffer
    numpy.ma.core._mareconstruct numpy.core.records._reconstruct
    numpy.random._pickle.__randomstate_ctor numpy.random._pickle.__generator_ctor
    numpy.random._pickle.__bit_generator_ctor numpy.random.__RandomState_ctor
    numpy.dtype numpy.ndarray numpy.matrix numpy.recarray numpy.ma.core.MaskedArray
    pandas._libs.internals._unpickle_block pandas.core.indexes.base._new_Index pandas.core.internals.blocks.new_block
    pandas.core.indexes.datetimes._new_DatetimeIndex pandas._libs.tslibs.timestamps._unpickle_timestamp
    pandas._libs.arrays.__pyx_unpickle_NDArrayBacked pandas._libs.tslibs.offsets._unpickle
    torch._utils._rebuild_xla_tensor torch.nested._internal.nested_tensor._rebuild_njt
    torch.distributed.tensor._dtensor_spec.DTensorSpec torch._utils._rebuild_device_tensor_from_numpy
    torch.nn.init.xavier_uniform_ torch.strided torch.sparse_coo torch.channels_last torch.contiguous_format
    torch.random.Generator torch._C.Generator torch.torch_version.TorchVersion
    omegaconf.listconfig.ListConfig omegaconf.dictconfig.DictConfig
    sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper joblib.numpy_pickle.NumpyArrayWrapper
    """.split()
)
"""Constructors with small letters, of other packages, that build a value and do nothing else."""

CODE_MODULES = frozenset(
    """
    pip setuptools pkg_resources IPython dill cloudpickle jsonpickle paramiko fabric invoke pexpect sh plumbum psutil
    webbrowser requests httpx aiohttp urllib3 boto3 numpy.f2py numpy.testing numpy.distutils numpy.compat.py3k
    numpy.lib.npyio numpy.lib.utils numpy.lib._npyio_impl numpy.ctypeslib
    torch.hub torch.jit torch.fx torch.package torch._dynamo torch._inductor torch.utils.cpp_extension
    torch.utils.bottleneck torch.utils.model_zoo torch.serialization torch.multiprocessing torch.distributed.elastic
    torch.distributed.launcher torch.distributed.run torch.utils._config_module torch.testing torch.onnx
    torch._C._distributed_rpc torch.library torch.ops torch.classes torch.utils.data.datapipes.utils
    pandas.core.computation pandas.io.pickle joblib.memory joblib.parallel joblib._parallel_backends
    tensorflow.python.ops.script_ops keras.src.layers.core.lambda_layer transformers.dynamic_module_utils
    torch.utils.tensorboard torch.distributed.rpc torch._C._distributed_c10d numpy.lib._datasource
    h5py lmdb smart_open git docker kubernetes selenium playwright
    asteval numexpr sympy.parsing lief pydoc_data
    """.split()
)
"""Packages and modules outside the standard library whose functions run code, load it or reach out."""

CODE_NAMES = frozenset(
    """
    eval exec execfile compile open system popen spawn call check_call check_output run Popen getoutput getstatusoutput
    __import__ import_module import_string load_module exec_module load_source load_dynamic getattr setattr delattr
    __getattribute__ __getattr__ __subclasses__ __globals__ __builtins__ __code__ __reduce__ __reduce_ex__ __dict__
    __class__ __bases__ __mro__ __base__ __init_subclass__ __setstate__ __call__ loads load_url runstring execWrapper
    attrgetter methodcaller runcode runsource runpy
    run_cprofile rmtree unlink _ufunc_reconstruct TCPStore FileStore HDFStore ExcelWriter
    """.split()
)
"""Parts of a dotted name that mean code or a way to it, whatever module they hang on."""

NUMPY_DTYPES: dict[str, str] = {
    "b1": "BoolDType",
    "i1": "Int8DType",
    "i2": "Int16DType",
    "i4": "Int32DType",
    "i8": "Int64DType",
    "u1": "UInt8DType",
    "u2": "UInt16DType",
    "u4": "UInt32DType",
    "u8": "UInt64DType",
    "f2": "Float16DType",
    "f4": "Float32DType",
    "f8": "Float64DType",
    "f12": "LongDoubleDType",
    "f16": "LongDoubleDType",
    "c8": "Complex64DType",
    "c16": "Complex128DType",
    "c24": "CLongDoubleDType",
    "c32": "CLongDoubleDType",
    "U": "StrDType",
    "S": "BytesDType",
    "O": "ObjectDType",
    "V": "VoidDType",
    "M": "DateTime64DType",
    "m": "TimeDelta64DType",
}
"""`numpy.dtypes` classes by what `numpy.dtype(...)` is given in a pickle. torch's message does not name them."""


def numpy_dtype_class(code: str) -> str:
    """The class of `numpy.dtype(code)`, or an empty string: `f4` -> `numpy.dtypes.Float32DType`."""
    code = code.lstrip("<>=|")
    name = NUMPY_DTYPES.get(code) or NUMPY_DTYPES.get(code[:1], "")
    return f"numpy.dtypes.{name}" if name else ""
