package io.blockwork.weights;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lists the tensors of what a pickle holds, and the dictionaries among it that may be a network's
 * {@code state_dict}: those that have tensors among their own values. See {@link Weights#part()}
 * for which of them is taken.
 */
final class Checkpoint {
  /** Where training scripts put the weights, the most telling first. */
  private static final List<String> USUAL =
      List.of("state_dict", "model_state_dict", "model", "net", "network", "module", "weights");

  /** Under such keys lies an optimiser's state. */
  private static final Pattern OPTIMIZER = Pattern.compile("(?:^|\\.)optim");

  /** Dictionaries within dictionaries; what lies deeper is not listed. */
  private static final int MAX_DEPTH = 64;

  private static final int MAX_TEXT = 1000;
  private static final int MAX_METADATA = 10_000;

  private final SourceFile file;
  private final Budget budget;
  private final Map<String, TorchTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** The path of each container that has been looked into. */
  @SuppressWarnings("IdentityHashMapUsage")
  private final Map<Object, String> seen = new IdentityHashMap<>();

  /** How many tensors the dictionaries that hold any have as their own values, by their paths. */
  private final Map<String, Integer> own = new LinkedHashMap<>();

  /** Other paths that lead to such dictionaries. */
  private final Map<String, String> aliases = new LinkedHashMap<>();

  private Checkpoint(SourceFile file, Budget budget) {
    this.file = file;
    this.budget = budget;
  }

  /** What turns a description of a tensor into the tensor. */
  interface Resolver {
    StoredTensor resolve(String name, TorchTensor.Dense tensor);
  }

  static Content read(
      SourceFile file,
      WeightFormat format,
      Optional<Object> unpickled,
      Resolver resolver,
      Budget budget) {
    Checkpoint checkpoint = new Checkpoint(file, budget);
    Object root = unpickled.orElse("");
    checkpoint.collect("", root, 0);
    if (root instanceof TorchTensor || checkpoint.tensors.isEmpty()) {
      throw file.problem("holds no dictionary of tensors; save model.state_dict() with torch.save");
    }
    Map<String, StoredTensor> everything = new LinkedHashMap<>();
    checkpoint.tensors.forEach(
        (path, tensor) -> everything.put(path, resolve(file, path, tensor, resolver)));
    return new Content(
        format,
        checkpoint.usualPart(root),
        List.copyOf(checkpoint.own.keySet()),
        checkpoint.aliases,
        everything,
        checkpoint.metadata);
  }

  private static StoredTensor resolve(
      SourceFile file, String path, TorchTensor tensor, Resolver resolver) {
    return tensor instanceof TorchTensor.Dense dense
        ? resolver.resolve(path, dense)
        : new StoredTensor(file, path, ((TorchTensor.Unreadable) tensor).obstacle());
  }

  private void collect(String path, Object value, int depth) {
    if (value instanceof TorchTensor tensor) {
      budget.tensor(path);
      if (tensors.putIfAbsent(path, tensor) != null) {
        throw file.problem("has two tensors called %s", path);
      }
    } else if (isContainer(value)) {
      collectAll(path, value, depth);
    } else if (metadata.size() < MAX_METADATA
        && (value instanceof Number
            || value instanceof Boolean
            || value instanceof String text && text.length() <= MAX_TEXT)) {
      budget.name(path);
      metadata.put(path, value.toString());
    }
  }

  /** Each container once: a pickle can hold one in many places, even within itself. */
  private void collectAll(String path, Object container, int depth) {
    String before = seen.putIfAbsent(container, path);
    if (before != null) {
      if (own.containsKey(before)) {
        budget.name(path);
        aliases.put(path, before);
      }
      return;
    }
    if (depth == MAX_DEPTH) {
      return;
    }
    if (container instanceof Map<?, ?> map) {
      map.forEach((key, child) -> collectChild(path, key, child, depth));
      int count = (int) map.values().stream().filter(TorchTensor.class::isInstance).count();
      if (count > 0) {
        own.put(path, count);
      }
    } else {
      List<?> items =
          container instanceof List<?> list ? list : Arrays.asList((Object[]) container);
      for (int i = 0; i < items.size(); i++) {
        collectChild(path, i, items.get(i), depth);
      }
    }
  }

  private void collectChild(String path, Object key, @Nullable Object child, int depth) {
    boolean listed =
        child instanceof TorchTensor || isContainer(child) || metadata.size() < MAX_METADATA;
    if (child != null && listed) {
      collect(path.isEmpty() ? key.toString() : path + "." + key, child, depth + 1);
    }
  }

  private static boolean isContainer(@Nullable Object value) {
    return value instanceof Map || value instanceof List || value instanceof Object[];
  }

  /** The path of the dictionary that is taken unless the user names another. */
  private String usualPart(Object root) {
    Object at = root;
    Set<Object> passed = Collections.newSetFromMap(new IdentityHashMap<>());
    Optional<Object> next = Optional.of(root);
    while (next.isPresent() && passed.add(next.get())) {
      at = next.get();
      next = usualChild(at);
    }
    String path = seen.getOrDefault(at, "");
    if (own.containsKey(path)) {
      return path;
    }
    String most = path;
    for (Map.Entry<String, Integer> part : own.entrySet()) {
      boolean below = path.isEmpty() || part.getKey().startsWith(path + ".");
      boolean model = !OPTIMIZER.matcher(part.getKey()).find();
      if (below && model && part.getValue() > own.getOrDefault(most, 0)) {
        most = part.getKey();
      }
    }
    return most;
  }

  /** The dictionary under one of the usual names, if it holds tensors, however deep. */
  private Optional<Object> usualChild(Object container) {
    if (!(container instanceof Map<?, ?> dictionary)) {
      return Optional.empty();
    }
    for (String name : USUAL) {
      Object child = dictionary.get(name);
      if (child instanceof Map && holdsTensors(child)) {
        return Optional.of(child);
      }
    }
    return Optional.empty();
  }

  private boolean holdsTensors(Object container) {
    String prefix = seen.getOrDefault(container, "") + ".";
    return tensors.keySet().stream().anyMatch(path -> path.startsWith(prefix));
  }
}
