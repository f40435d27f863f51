package io.blockwork.weights;

import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Compares a file with a network, says all that does not fit, and copies what does. */
final class LoadPlan {
  /** Longer lists do not help; the count is told. */
  private static final int LISTED = 20;

  private final Weights weights;
  private final Parameters parameters;
  private final Map<String, StoredTensor> loaded = new LinkedHashMap<>();
  private final Map<String, String> renamed = new LinkedHashMap<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> uncounted = new ArrayList<>();
  private final List<String> unexpected = new ArrayList<>();
  private final List<String> misfits = new ArrayList<>();
  private final List<String> ignored = new ArrayList<>();

  private LoadPlan(Weights weights, Parameters parameters) {
    this.weights = weights;
    this.parameters = parameters;
  }

  static LoadPlan of(Load load, Parameters parameters) {
    LoadPlan plan = new LoadPlan(load.weights(), parameters);
    Map<String, ParameterInfo> network = new LinkedHashMap<>();
    parameters.entries().forEach(info -> network.put(info.name(), info));
    Map<String, String> sources = NameMapping.of(load, network);
    network.values().forEach(info -> plan.place(load, info, sources));
    sources.forEach(
        (target, name) -> {
          if (!network.containsKey(target)) {
            (load.ignores(target) ? plan.ignored : plan.unexpected).add(name);
          }
        });
    return plan;
  }

  private void place(Load load, ParameterInfo info, Map<String, String> sources) {
    String source = sources.get(info.name());
    if (load.ignores(info.name())) {
      ignored.add(info.name());
    } else if (source == null) {
      boolean count = info.kind() == ParameterInfo.Kind.NUM_BATCHES_TRACKED;
      (count ? uncounted : missing).add(info.name());
    } else {
      fit(info, source);
    }
  }

  private void fit(ParameterInfo info, String source) {
    StoredTensor tensor = weights.tensor(source);
    String name = info.name();
    if (!tensor.hasShape(info.dimensions())) {
      misfits.add(
          "%s: %s in the file, %s in the network"
              .formatted(name, Arrays.toString(tensor.shape()), info.shape()));
    } else if (!TensorReader.convertible(tensor.type(), parameters.dataType(name))) {
      misfits.add(
          "%s: %s in the file, %s in the network"
              .formatted(name, tensor.type().dataType(), parameters.dataType(name)));
    } else {
      loaded.put(name, tensor);
      if (!name.equals(source)) {
        renamed.put(source, name);
      }
    }
  }

  /**
   * @throws WeightsException if the file lacks something, has more, or has another shape
   */
  void requireFit() {
    if (missing.isEmpty() && unexpected.isEmpty() && misfits.isEmpty()) {
      return;
    }
    StringBuilder text =
        new StringBuilder("%s does not fit the network; nothing was loaded".formatted(weights));
    list(text, "missing in the file", missing, n -> n);
    list(text, "not in the network", unexpected, this::withNearest);
    list(text, "of another shape or type", misfits, n -> n);
    text.append(
        "\n  fix: load the weights of this architecture, or leave parts out with ignoring(\"fc.\"),"
            + " translate names with renaming(...), or take what fits with lenient()");
    throw new WeightsException(text.toString());
  }

  private String withNearest(String name) {
    return NearestName.of(name, missing)
        .or(() -> NearestName.of(name, parameters.names()))
        .map(n -> "%s (nearest: %s)".formatted(name, n))
        .orElse(name);
  }

  private static void list(
      StringBuilder text, String what, List<String> names, UnaryOperator<String> entry) {
    if (names.isEmpty()) {
      return;
    }
    text.append("\n  %d %s:".formatted(names.size(), what));
    names.stream().limit(LISTED).forEach(n -> text.append("\n    ").append(entry.apply(n)));
    if (names.size() > LISTED) {
      text.append("\n    and %d more".formatted(names.size() - LISTED));
    }
  }

  /** Checks all content that can be checked, then copies. */
  void run() {
    long longest = loaded.values().stream().mapToLong(t -> t.region().length()).max().orElse(0);
    ByteBuffer scratch = Region.scratch(longest);
    loaded.values().forEach(tensor -> tensor.region().verify(scratch));
    parameters.update(
        () ->
            loaded.forEach(
                (name, tensor) ->
                    parameters.overwrite(name, memory -> TensorReader.readInto(tensor, memory))));
  }

  LoadReport report() {
    List<String> absent = new ArrayList<>(missing);
    absent.addAll(uncounted);
    return new LoadReport(
        List.copyOf(loaded.keySet()), absent, unexpected, misfits, ignored, renamed);
  }
}
