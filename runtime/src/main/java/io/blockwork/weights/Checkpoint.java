package io.blockwork.weights;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the {@code state_dict} in what a pickle holds: the root itself, or the dictionary that it
 * keeps under one of the usual names.
 */
final class Checkpoint {
  /** Where training scripts put it, the most telling first. */
  private static final List<String> USUAL =
      List.of("state_dict", "model_state_dict", "model", "net", "network", "module", "weights");

  private static final int MAX_DEPTH = 16;
  private static final int MAX_PATH = 1000;
  private static final int MAX_METADATA = 10_000;

  private final SourceFile file;
  private final Map<String, TorchTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private Checkpoint(SourceFile file, Object root) {
    this.file = file;
    collect("", root, 0);
  }

  /** What turns a description of a tensor into the tensor. */
  interface Resolver {
    StoredTensor resolve(String name, TorchTensor tensor);
  }

  static Content read(
      SourceFile file, WeightFormat format, Optional<Object> unpickled, Resolver resolver) {
    Object root =
        unpickled
            .filter(Map.class::isInstance)
            .orElseThrow(
                () ->
                    file.problem(
                        "holds no dictionary of tensors; save model.state_dict() with torch.save"));
    Checkpoint checkpoint = new Checkpoint(file, root);
    String prefix = checkpoint.modelPrefix((Map<?, ?>) root, "");
    Map<String, StoredTensor> everything = new LinkedHashMap<>();
    Map<String, StoredTensor> model = new LinkedHashMap<>();
    checkpoint.tensors.forEach(
        (path, tensor) -> {
          StoredTensor stored = resolver.resolve(path, tensor);
          everything.put(path, stored);
          if (path.startsWith(prefix)) {
            model.put(path.substring(prefix.length()), stored);
          }
        });
    return new Content(format, model, everything, checkpoint.metadata);
  }

  /** Each container once: a pickle can hold one in many places, even within itself. */
  private void collect(String path, Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw file.problem("dictionaries within dictionaries, more than %d deep", MAX_DEPTH);
    }
    if (value instanceof TorchTensor tensor) {
      if (tensors.putIfAbsent(path, tensor) != null) {
        throw file.problem("two tensors are called %s", path);
      }
    } else if (value instanceof Map<?, ?> map && seen.add(map)) {
      map.forEach((key, child) -> collect(join(path, key), child, depth + 1));
    } else if (value instanceof List<?> list && seen.add(list)) {
      for (int i = 0; i < list.size(); i++) {
        collect(join(path, i), list.get(i), depth + 1);
      }
    } else if (value instanceof Number
        || value instanceof Boolean
        || value instanceof String text && text.length() <= MAX_PATH) {
      if (metadata.size() < MAX_METADATA) {
        metadata.put(path, value.toString());
      }
    }
  }

  private String join(String path, Object key) {
    String name = path.isEmpty() ? key.toString() : path + "." + key;
    if (name.length() > MAX_PATH) {
      throw file.problem("a name of more than %d characters", MAX_PATH);
    }
    return name;
  }

  private String modelPrefix(Map<?, ?> dictionary, String path) {
    List<String> candidates = new ArrayList<>();
    boolean direct = false;
    for (Map.Entry<?, ?> entry : dictionary.entrySet()) {
      direct |= entry.getValue() instanceof TorchTensor;
      String child = join(path, entry.getKey());
      if (entry.getValue() instanceof Map && hasTensors(child + ".")) {
        candidates.add(entry.getKey().toString());
      }
    }
    Optional<String> usual = USUAL.stream().filter(candidates::contains).findFirst();
    if (usual.isEmpty() && direct) {
      return path.isEmpty() ? "" : path + ".";
    }
    if (usual.isEmpty() && candidates.size() != 1) {
      throw file.problem(
          "holds no state_dict: none under %s, and of %s none is the only one",
          String.join(", ", USUAL), candidates);
    }
    String key = usual.orElseGet(() -> candidates.get(0));
    return modelPrefix((Map<?, ?>) value(dictionary, key), join(path, key));
  }

  private static Object value(Map<?, ?> dictionary, String key) {
    return dictionary.entrySet().stream()
        .filter(e -> e.getKey().toString().equals(key))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow();
  }

  private boolean hasTensors(String prefix) {
    return tensors.keySet().stream().anyMatch(path -> path.startsWith(prefix));
  }
}
