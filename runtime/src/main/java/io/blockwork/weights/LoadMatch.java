package io.blockwork.weights;

import io.blockwork.io.NearestName;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Modules;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import io.blockwork.parameters.SharedWork;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;

/** Compares a file with a network, says all that does not fit, and copies what does. */
final class LoadMatch {
  /** Longer lists do not help; the count is told. */
  private static final int LISTED = 20;

  /** The same where most of the file does not fit, so that its names tell little. */
  private static final int LISTED_OF_MOST = 5;

  private final Load load;
  private final Weights weights;
  private final Parameters parameters;
  private final Map<String, StoredTensor> loaded = new LinkedHashMap<>();
  private final Map<String, String> renamed = new LinkedHashMap<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> uncounted = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();
  private final List<String> unexpected = new ArrayList<>();
  private final List<String> misfits = new ArrayList<>();
  private final Set<String> ignored = new LinkedHashSet<>();
  private String prefix = "";
  private Optional<String> classes = Optional.empty();

  private LoadMatch(Load load, Parameters parameters) {
    this.load = load;
    this.weights = load.weights();
    this.parameters = parameters;
  }

  static LoadMatch of(Load load, Parameters parameters) {
    LoadMatch plan = new LoadMatch(load, parameters);
    Map<String, ParameterInfo> network = new LinkedHashMap<>();
    parameters.entries().forEach(info -> network.put(info.name(), info));
    NameMapping names = NameMapping.of(load, network);
    plan.prefix = names.prefix();
    Map<String, String> sources = names.sources();
    plan.requireModules(network.keySet(), sources.keySet());
    List<String> replaced = plan.replaced(network, sources);
    network.values().forEach(info -> plan.place(info, sources, replaced));
    sources.forEach(
        (target, name) -> {
          if (!network.containsKey(target)) {
            plan.further(target, replaced).add(name);
          }
        });
    return plan;
  }

  /** What is ignored has to be somewhere: a name that is mistyped would ignore nothing. */
  private void requireModules(Set<String> network, Set<String> file) {
    List<String> all = new ArrayList<>(network);
    all.addAll(file);
    for (String module : load.ignored()) {
      if (all.stream().noneMatch(n -> n.equals(module) || n.startsWith(module + "."))) {
        throw new WeightsException(
            SafeText.format(
                "%s: ignoring(\"%s\") names nothing in the network or the file%s",
                weights, module, NearestName.suggestion(module, NameMapping.modules(all))));
      }
    }
  }

  /** The heads that keep their values, since the file's have others' shapes. */
  private List<String> replaced(Map<String, ParameterInfo> network, Map<String, String> sources) {
    if (!load.replacesHeads()) {
      return List.of();
    }
    return parameters.modules().heads().stream()
        .filter(
            head ->
                network.values().stream()
                    .filter(info -> Modules.within(List.of(head), info.name()))
                    .anyMatch(info -> differs(info, sources)))
        .toList();
  }

  private boolean differs(ParameterInfo info, Map<String, String> sources) {
    String source = sources.get(info.name());
    return source != null && !weights.tensor(source).hasShape(info.dimensions());
  }

  /** Where what the network lacks is reported. */
  private Collection<String> further(String target, List<String> replaced) {
    if (load.ignores(target) || Modules.within(replaced, target)) {
      return ignored;
    }
    return Modules.within(parameters.modules().leftOut(), target) ? leftOut : unexpected;
  }

  private void place(ParameterInfo info, Map<String, String> sources, List<String> replaced) {
    String source = sources.get(info.name());
    if (load.ignores(info.name()) || Modules.within(replaced, info.name())) {
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
    boolean counter = info.kind() == ParameterInfo.Kind.NUM_BATCHES_TRACKED;
    if (!tensor.hasShape(info.dimensions()) && !(counter && tensor.isScalar())) {
      misfits.add(
          SafeText.format(
              "%s: %s in the file, %s in the network",
              name, Arrays.toString(tensor.shape()), info.shape()));
    } else if (tensor.obstacle().isPresent()) {
      misfits.add(SafeText.format("%s: cannot be read, it %s", name, tensor.obstacle().get()));
    } else if (!TensorReader.convertible(tensor.type(), parameters.dataType(name))) {
      misfits.add(
          SafeText.format(
              "%s: %s in the file, %s in the network",
              name, tensor.type().dataType(), parameters.dataType(name)));
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
        new StringBuilder(
            SafeText.format("%s does not fit the network; nothing was loaded", weights));
    Optional<String> otherNetwork =
        difference(ModelMetadata.NETWORK, "the file's weights are of", "the network is");
    otherNetwork.ifPresent(text::append);
    if (!prefix.isEmpty()) {
      text.append(
          SafeText.format("\n  the prefix %s of all names in the file was removed", prefix));
    }
    List<String> others = weights.otherParts();
    if (!others.isEmpty()) {
      text.append("\n  the file also has the state dicts ");
      text.append(
          others.stream().limit(LISTED).map(SafeText::of).collect(Collectors.joining(", ")));
      text.append(SafeText.format(": choose one with part(\"%s\")", SafeText.of(others.get(0))));
    }
    boolean most = loaded.size() < Math.max(missing.size(), unexpected.size()) + misfits.size();
    int listed = most ? LISTED_OF_MOST : LISTED;
    UnaryOperator<String> hint =
        most && otherNetwork.isPresent() ? UnaryOperator.identity() : this::withNearest;
    list(text, "missing in the file", missing, listed, n -> n);
    list(text, "not in the network", unexpected, listed, hint);
    list(text, "of another shape or type", misfits, listed, n -> n);
    difference(ModelMetadata.CLASSES, "the classes of the file are", "those of the network are")
        .ifPresent(text::append);
    text.append(
        "\n  fix: load weights of this architecture, leave parts out with"
            + " load(weights.ignoring(\"fc\")), translate names with"
            + " load(weights.renaming(\"from\", \"to\")), keep a head of other classes with"
            + " load(weights.replacingHeads()), or take what fits with load(weights.lenient())");
    throw new WeightsException(text.toString());
  }

  /** What the file tells, if it is not what the network knows, for people. */
  private Optional<String> difference(String key, String file, String network) {
    Optional<String> own = Optional.ofNullable(parameters.metadata().get(key));
    return Optional.ofNullable(weights.metadata().get(key))
        .filter(told -> !own.equals(Optional.of(told)))
        .map(
            told ->
                SafeText.format("\n  %s %s", file, SafeText.excerpt(told))
                    + own.map(known -> SafeText.format(", %s %s", network, SafeText.excerpt(known)))
                        .orElse(""));
  }

  private String withNearest(String name) {
    return NearestName.of(name, missing)
        .or(() -> NearestName.of(name, parameters.names()))
        .map(n -> SafeText.format("%s (nearest: %s)", name, n))
        .orElse(name);
  }

  private static void list(
      StringBuilder text, String what, List<String> names, int most, UnaryOperator<String> entry) {
    if (names.isEmpty()) {
      return;
    }
    text.append(SafeText.format("\n  %d %s:", names.size(), what));
    names.stream()
        .limit(most)
        .forEach(n -> text.append("\n    ").append(SafeText.of(entry.apply(n))));
    if (names.size() > most) {
      text.append(SafeText.format("\n    and %d more", names.size() - most));
    }
  }

  /**
   * Refuses values that no network can compute with.
   *
   * @throws WeightsException if there are any
   */
  private void requireFinite() {
    Map<String, Long> counts = new ConcurrentHashMap<>();
    List<Runnable> looks = new ArrayList<>();
    loaded.forEach(
        (name, tensor) -> {
          DataType target = parameters.dataType(name);
          // Of a float16 counter, infinity says that it is large.
          if (target != DataType.INT64) {
            looks.add(() -> counts.put(name, NonFinite.count(tensor, target)));
          }
        });
    SharedWork.start(looks).finish();
    List<String> found = new ArrayList<>();
    loaded.forEach(
        (name, tensor) -> {
          long count = counts.getOrDefault(name, 0L);
          if (count > 0) {
            found.add(SafeText.format("%s: %d of %d values", name, count, tensor.elements()));
          }
        });
    if (!found.isEmpty()) {
      StringBuilder text =
          new StringBuilder(SafeText.format("%s has NaN or infinity among its values", weights));
      list(text, "tensors that are not finite", found, LISTED, n -> n);
      text.append(
          "\n  fix: load a checkpoint from before the training diverged, or take the values all the"
              + " same with allowingNonFinite(); nothing was loaded");
      throw new WeightsException(text.toString());
    }
  }

  /** Checks all content that can be checked, then copies. */
  void run() {
    long longest = loaded.values().stream().mapToLong(t -> t.region().length()).max().orElse(0);
    ByteBuffer scratch = Region.scratch(longest);
    loaded.values().forEach(tensor -> tensor.region().verify(scratch));
    if (!load.allowsNonFinite()) {
      requireFinite();
    }
    Map<String, Consumer<NativeValues>> readers = new LinkedHashMap<>();
    loaded.forEach(
        (name, tensor) -> readers.put(name, memory -> TensorReader.readInto(tensor, memory)));
    parameters.overwrite(readers);
    takeMetadata();
  }

  /**
   * What the file says of its weights is true of the network's, of the outputs only if the network
   * has all of the file's values.
   */
  private void takeMetadata() {
    boolean whole = missing.isEmpty() && misfits.isEmpty() && ignored.isEmpty();
    classes =
        whole
            ? difference(
                    ModelMetadata.CLASSES,
                    "the classes are now the file's,",
                    "no more the network's")
                .filter(text -> parameters.metadata().containsKey(ModelMetadata.CLASSES))
            : difference(
                ModelMetadata.CLASSES,
                "the head keeps its own classes; those of the file are",
                "its own are");
    if (!loaded.isEmpty()) {
      ModelMetadata.taken(weights.metadata(), parameters.metadata(), whole)
          .forEach(parameters::metadata);
    }
  }

  LoadReport report() {
    List<String> absent = new ArrayList<>(missing);
    absent.addAll(uncounted);
    return new LoadReport(
        List.copyOf(loaded.keySet()),
        absent,
        leftOut,
        unexpected,
        misfits,
        List.copyOf(ignored),
        renamed,
        prefix,
        classes.map(String::strip).orElse(""));
  }
}
