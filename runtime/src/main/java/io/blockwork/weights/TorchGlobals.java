package io.blockwork.weights;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.PickleException;

/**
 * The Python names that a weight file may refer to, and what Java makes of them. Nothing else is
 * looked up, let alone called.
 */
final class TorchGlobals {
  /** What a storage's class is in the pickle: its number type. */
  record StorageType(Optional<ElementType> type) {}

  private static final Map<String, Object> ALLOWED = allowed();

  private TorchGlobals() {}

  /** The counterpart of a Python name, if it is allowed. */
  static Optional<Object> find(String module, String name) {
    return Optional.ofNullable(ALLOWED.get(module + "." + name));
  }

  private static Map<String, Object> allowed() {
    Map<String, Object> names = new HashMap<>();
    for (ElementType type : ElementType.values()) {
      StorageType storage = new StorageType(Optional.of(type));
      names.put("torch." + type.torchStorage(), storage);
      names.put("torch.cuda." + type.torchStorage(), storage);
      names.put("torch." + type.torchDtype(), type);
    }
    names.put("torch.storage.UntypedStorage", new StorageType(Optional.empty()));
    names.put("torch.storage._UntypedStorage", new StorageType(Optional.empty()));
    call(names, "torch._utils._rebuild_tensor", args -> tensor(args, Optional.empty()));
    call(names, "torch._utils._rebuild_tensor_v2", args -> tensor(args, Optional.empty()));
    call(
        names,
        "torch._utils._rebuild_tensor_v3",
        args -> tensor(args, Optional.of((ElementType) args[6])));
    call(names, "torch._utils._rebuild_parameter", args -> (TorchTensor) args[0]);
    call(names, "torch._utils._rebuild_parameter_with_state", args -> (TorchTensor) args[0]);
    call(names, "torch.Size", args -> args.length == 0 ? new Object[0] : args[0]);
    call(names, "torch.device", args -> String.valueOf(args[0]));
    call(names, "collections.OrderedDict", TorchGlobals::dictionary);
    call(names, "collections.defaultdict", args -> new LinkedHashMap<>());
    // Found in checkpoints beside the weights; they become plain data.
    call(names, "argparse.Namespace", args -> new LinkedHashMap<>());
    for (String builtins : List.of("builtins", "__builtin__")) {
      call(names, builtins + ".set", args -> args.length == 0 ? new ArrayList<>() : args[0]);
    }
    return Map.copyOf(names);
  }

  private static void call(Map<String, Object> names, String name, IObjectConstructor call) {
    names.put(name, call);
  }

  private static TorchTensor tensor(Object[] args, Optional<ElementType> stated) {
    TorchStorage storage = (TorchStorage) args[0];
    ElementType type =
        stated
            .or(storage::type)
            .orElseThrow(() -> new PickleException("a tensor over an untyped storage has no type"));
    return new TorchTensor(
        storage, type, ((Number) args[1]).longValue(), sizes(args[2]), sizes(args[3]));
  }

  private static List<Long> sizes(Object tuple) {
    List<Long> sizes = new ArrayList<>();
    for (Object size : (Object[]) tuple) {
      if (!(size instanceof Integer || size instanceof Long)) {
        throw new PickleException("a tensor's sizes have to be integers, not " + size.getClass());
      }
      sizes.add(((Number) size).longValue());
    }
    return sizes;
  }

  /** An OrderedDict: empty, or (Python 2) from a list of pairs. */
  private static Map<Object, Object> dictionary(Object[] args) {
    Map<Object, Object> result = new LinkedHashMap<>();
    if (args.length > 0) {
      for (Object pair : (List<?>) args[0]) {
        Object key = pair instanceof List<?> list ? list.get(0) : ((Object[]) pair)[0];
        Object value = pair instanceof List<?> list ? list.get(1) : ((Object[]) pair)[1];
        result.put(TorchUnpickler.key(key), value);
      }
    }
    return result;
  }
}
