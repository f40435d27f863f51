package io.blockwork.weights;

import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.PickleException;

/**
 * The Python names that a weight file may refer to, and what Java makes of them: those that {@code
 * torch.load(weights_only=True)} of PyTorch 2.11 allows, {@code collections.defaultdict} with
 * Python's own types, and {@code argparse.Namespace}. Nothing else is looked up, let alone called.
 */
final class TorchGlobals {
  /** What a storage's class is in the pickle: its number type; empty if untyped. */
  record StorageType(Optional<StoredType> type) {}

  /** A Python object that weights do not depend on, by its name. */
  record Inert(String name) {}

  /** Python's bytes or bytearray, whose content is not kept. */
  enum Bytes {
    BYTES
  }

  /** A function that makes a tensor. */
  private interface Rebuild extends IObjectConstructor {}

  /** PyTorch's number types that are not read, with the bytes of a value; 0 if it depends. */
  private static final Map<String, Integer> UNREAD_TYPES =
      Map.ofEntries(
          Map.entry("uint16", 2),
          Map.entry("uint32", 4),
          Map.entry("uint64", 8),
          Map.entry("complex32", 4),
          Map.entry("complex64", 8),
          Map.entry("complex128", 16),
          Map.entry("float8_e4m3fn", 1),
          Map.entry("float8_e4m3fnuz", 1),
          Map.entry("float8_e5m2", 1),
          Map.entry("float8_e5m2fnuz", 1),
          Map.entry("float8_e8m0fnu", 1),
          Map.entry("float4_e2m1fn_x2", 1),
          Map.entry("qint8", 1),
          Map.entry("quint8", 1),
          Map.entry("qint32", 4),
          Map.entry("quint4x2", 1),
          Map.entry("quint2x4", 1),
          Map.entry("bits1x8", 1),
          Map.entry("bits2x4", 1),
          Map.entry("bits4x2", 1),
          Map.entry("bits8", 1),
          Map.entry("bits16", 2));

  /** The storage classes of such types. */
  private static final Map<String, String> UNREAD_STORAGES =
      Map.of(
          "ComplexFloatStorage", "complex64",
          "ComplexDoubleStorage", "complex128",
          "QInt8Storage", "qint8",
          "QUInt8Storage", "quint8",
          "QInt32Storage", "qint32",
          "QUInt4x2Storage", "quint4x2",
          "QUInt2x4Storage", "quint2x4");

  private static final Map<String, Object> ALLOWED = allowed();

  private TorchGlobals() {}

  /** The counterpart of a Python name, if it is allowed. */
  static Optional<Object> find(String module, String name) {
    // Python 2 had another name for it, which protocol 2 still writes.
    String there = module.equals("__builtin__") ? "builtins" : module;
    return Optional.ofNullable(ALLOWED.get(there + "." + name));
  }

  private static Map<String, Object> allowed() {
    Map<String, Object> names = new HashMap<>();
    types(names);
    tensors(names);
    call(names, "torch.Size", args -> args.length == 0 ? new Object[0] : args[0]);
    call(names, "torch.device", args -> new Inert(device(args)));
    call(names, "torch.serialization._get_layout", args -> new Inert(String.valueOf(args[0])));
    call(names, "collections.OrderedDict", TorchGlobals::dictionary);
    call(names, "collections.Counter", TorchGlobals::dictionary);
    call(names, "collections.defaultdict", args -> new LinkedHashMap<>());
    call(names, "argparse.Namespace", args -> new LinkedHashMap<>());
    call(names, "builtins.set", args -> args.length == 0 ? new ArrayList<>() : args[0]);
    call(names, "builtins.frozenset", args -> args.length == 0 ? new ArrayList<>() : args[0]);
    call(names, "builtins.bytearray", args -> Bytes.BYTES);
    call(names, "builtins.bytes", args -> Bytes.BYTES);
    call(names, "builtins.complex", args -> new Inert("complex"));
    call(names, "_codecs.encode", args -> Bytes.BYTES);
    for (String type :
        List.of("list", "dict", "tuple", "int", "long", "float", "bool", "str", "unicode")) {
      names.put("builtins." + type, new Inert(type));
    }
    return Map.copyOf(names);
  }

  private static void types(Map<String, Object> names) {
    for (ElementType type : ElementType.values()) {
      StorageType storage = new StorageType(Optional.of(StoredType.of(type)));
      names.put("torch." + type.torchStorage(), storage);
      names.put("torch.cuda." + type.torchStorage(), storage);
      names.put("torch." + type.torchDtype(), StoredType.of(type));
      // The classes of tensors, which some checkpoints name as values.
      inert(names, "torch." + type.torchStorage().replace("Storage", "Tensor"));
      inert(names, "torch.cuda." + type.torchStorage().replace("Storage", "Tensor"));
    }
    UNREAD_TYPES.forEach((n, bytes) -> names.put("torch." + n, StoredType.unreadable(n, bytes)));
    for (int bits = 1; bits < 8; bits++) {
      names.put("torch.int" + bits, StoredType.unreadable("int" + bits, 1));
      names.put("torch.uint" + bits, StoredType.unreadable("uint" + bits, 1));
    }
    UNREAD_STORAGES.forEach(
        (storage, type) -> {
          var stored = StoredType.unreadable(type, UNREAD_TYPES.getOrDefault(type, 0));
          names.put("torch." + storage, new StorageType(Optional.of(stored)));
          names.put("torch.cuda." + storage, new StorageType(Optional.of(stored)));
        });
    for (String untyped : List.of("UntypedStorage", "_UntypedStorage", "TypedStorage")) {
      names.put("torch.storage." + untyped, new StorageType(Optional.empty()));
    }
    for (String scheme :
        List.of(
            "per_tensor_affine",
            "per_tensor_symmetric",
            "per_channel_affine",
            "per_channel_symmetric",
            "per_channel_affine_float_qparams",
            "contiguous_format",
            "channels_last",
            "preserve_format")) {
      inert(names, "torch." + scheme);
    }
    inert(names, "torch.Tensor");
  }

  private static void tensors(Map<String, Object> names) {
    String utils = "torch._utils.";
    rebuild(names, utils + "_rebuild_tensor", args -> tensor(args, Optional.empty()));
    rebuild(names, utils + "_rebuild_tensor_v2", args -> tensor(args, Optional.empty()));
    rebuild(names, utils + "_rebuild_tensor_v3", args -> tensor(args, Optional.of(type(args[6]))));
    rebuild(names, utils + "_rebuild_parameter", TorchGlobals::first);
    rebuild(names, utils + "_rebuild_parameter_with_state", TorchGlobals::first);
    rebuild(names, utils + "_rebuild_device_tensor_from_numpy", TorchGlobals::first);
    rebuild(names, utils + "_rebuild_device_tensor_from_cpu_tensor", TorchGlobals::first);
    rebuild(names, "torch.nn.parameter.Parameter", TorchGlobals::first);
    unreadable(names, utils + "_rebuild_qtensor", "is quantised");
    unreadable(names, utils + "_rebuild_sparse_tensor", "is sparse");
    unreadable(names, utils + "_rebuild_meta_tensor_no_storage", "has no values (device meta)");
    unreadable(names, utils + "_rebuild_wrapper_subclass", "is of a subclass without values");
    call(
        names,
        "torch._tensor._rebuild_from_type_v2",
        args -> {
          if (args[0] instanceof Rebuild function && args[2] instanceof Object[] arguments) {
            return function.construct(arguments);
          }
          throw new PickleException("a tensor that no known function makes");
        });
  }

  private static void call(Map<String, Object> names, String name, IObjectConstructor call) {
    names.put(name, call);
  }

  private static void rebuild(Map<String, Object> names, String name, Rebuild function) {
    names.put(name, function);
  }

  private static void unreadable(Map<String, Object> names, String name, String obstacle) {
    rebuild(names, name, args -> new TorchTensor.Unreadable(obstacle));
  }

  private static void inert(Map<String, Object> names, String name) {
    names.put(name, new Inert(name));
  }

  private static String device(Object[] args) {
    return args.length > 1 ? args[0] + ":" + args[1] : String.valueOf(args[0]);
  }

  private static StoredType type(Object argument) {
    return (StoredType) argument;
  }

  private static TorchTensor first(Object[] args) {
    return args[0] instanceof TorchTensor tensor
        ? tensor
        : new TorchTensor.Unreadable("is not kept as a tensor");
  }

  private static TorchTensor tensor(Object[] args, Optional<StoredType> stated) {
    TorchStorage storage = (TorchStorage) args[0];
    StoredType type =
        stated
            .or(storage::type)
            .orElseThrow(() -> new PickleException("a tensor over an untyped storage has no type"));
    return new TorchTensor.Dense(
        storage, type, ((Number) args[1]).longValue(), sizes(args[2]), sizes(args[3]));
  }

  private static List<Long> sizes(Object tuple) {
    Object[] given = (Object[]) tuple;
    if (given.length > StoredTensor.MAX_RANK) {
      throw new PickleException(SafeText.format("a tensor of %d dimensions", given.length));
    }
    List<Long> sizes = new ArrayList<>();
    for (Object size : given) {
      if (!(size instanceof Integer || size instanceof Long)) {
        throw new PickleException("a tensor's sizes have to be integers, not " + size.getClass());
      }
      sizes.add(((Number) size).longValue());
    }
    return sizes;
  }

  /** A dictionary: empty, a copy of another, or (Python 2) from a list of pairs. */
  private static Map<Object, Object> dictionary(Object[] args) {
    Map<Object, Object> result = new LinkedHashMap<>();
    if (args.length > 0 && args[0] instanceof Map<?, ?> map) {
      result.putAll(map);
    } else if (args.length > 0) {
      for (Object pair : (List<?>) args[0]) {
        Object key = pair instanceof List<?> list ? list.get(0) : ((Object[]) pair)[0];
        Object value = pair instanceof List<?> list ? list.get(1) : ((Object[]) pair)[1];
        result.put(TorchUnpickler.key(key), value);
      }
    }
    return result;
  }
}
