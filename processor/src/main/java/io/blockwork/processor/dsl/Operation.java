package io.blockwork.processor.dsl;

import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.AdaptiveAvgPool2d;
import io.blockwork.graph.ops.AdaptiveMaxPool2d;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.ChannelShuffle;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.ConstantAffine;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Dropout;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.GlobalMaxPool;
import io.blockwork.graph.ops.GroupNorm;
import io.blockwork.graph.ops.Initial;
import io.blockwork.graph.ops.LayerNorm2d;
import io.blockwork.graph.ops.LearnedAffine;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.LocalResponseNorm;
import io.blockwork.graph.ops.LogSoftmax;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Multiply;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.PRelu;
import io.blockwork.graph.ops.PadShortcut;
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.Softmax;
import io.blockwork.graph.ops.StochasticDepth;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.Window;
import io.blockwork.graph.ops.ZeroPad2d;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * An operation of the package {@code io.blockwork.ops}: how many inputs it takes, what its members
 * must be, and the graph's operation that it becomes.
 *
 * @param least at least so many inputs
 * @param most at most so many
 * @param rules what its members must be, by name; the others may be anything
 * @param starts what {@code @Init} on its own node may say
 * @param make the graph's operation
 */
record Operation(
    int least, int most, Map<String, Rule> rules, Starts starts, Function<Settings, Op> make) {
  /** Which of an operation's parameters start as {@code @Init} says. */
  enum Starts {
    /** None: they start as torch's, or there are none. */
    FIXED,
    /** A scale, at one or at zero. */
    SCALE,
    /** Weights, as any rule says. */
    WEIGHTS;

    /** Whether a rule on the operation's own node says something of it. */
    boolean takes(InitRule rule) {
      return this == WEIGHTS
          || this == SCALE && (rule.kind().equals("ZERO") || rule.kind().equals("DEFAULT"));
    }
  }

  private static final int ANY = Integer.MAX_VALUE;
  private static final int SAME = -1;
  private static final Map<String, Operation> ALL = all();

  Operation {
    rules = Collections.unmodifiableMap(rules);
  }

  /** The operation of an annotation, by its simple name; the package has no other annotations. */
  static Operation of(String annotation) {
    Operation operation = ALL.get(annotation);
    if (operation == null) {
      throw new IllegalArgumentException("@" + annotation + " is not an operation");
    }
    return operation;
  }

  /** How many inputs it takes, for messages. */
  static String inputs(int least, int most) {
    if (least == most) {
      return least == 1 ? "1 input" : least + " inputs";
    }
    return "at least " + least + " inputs";
  }

  private static Map<String, Operation> all() {
    Map<String, Operation> all = new LinkedHashMap<>();
    weighted(all);
    norms(all);
    pools(all);
    joins(all);
    functions(all);
    moves(all);
    return all;
  }

  private static Operation one(Map<String, Rule> rules, Function<Settings, Op> make) {
    return one(rules, Starts.FIXED, make);
  }

  private static Operation one(
      Map<String, Rule> rules, Starts starts, Function<Settings, Op> make) {
    return new Operation(1, 1, rules, starts, make);
  }

  private static Operation one(Function<Settings, Op> make) {
    return one(Map.of(), make);
  }

  private static void weighted(Map<String, Operation> all) {
    all.put(
        "Conv",
        one(
            Map.of(
                "out", Rule.size(),
                "kernel", Rule.size().ofSides(1, 2),
                "stride", Rule.size().ofSides(1, 2),
                "padding", Rule.whole(0).ofSides(1, 2, 4).or(SAME, "Conv.SAME"),
                "dilation", Rule.size().ofSides(1, 2),
                "groups", Rule.size()),
            Starts.WEIGHTS,
            Operation::convolution));
    all.put("Linear", one(Map.of("out", Rule.size()), Starts.WEIGHTS, Operation::linear));
    all.put(
        "LayerScale",
        one(
            Map.of("initialValue", Rule.finite()),
            s -> LearnedAffine.scale(s.path(), s.channels(), s.decimal("initialValue"))));
    all.put(
        "PRelu",
        one(
            Map.of("init", Rule.finite()),
            s -> new PRelu(s.path(), s.truth("perChannel") ? s.channels() : 1, s.decimal("init"))));
  }

  private static Op convolution(Settings s) {
    int out = s.whole("out");
    int groups = s.groups(s.channels(), "input");
    s.groups(out, "output");
    Window window = s.window();
    long places = (long) window.kernelHeight() * window.kernelWidth();
    Conv2d conv = Conv2d.of(s.path(), s.channels(), out, window);
    conv = groups == 1 ? conv : conv.groups(groups);
    conv = conv.initial(s.weights(s.channels() / groups * places, out * places, out));
    if (!s.truth("bias")) {
      return conv;
    }
    return s.zeroBias() ? conv.withBias(Initial.ZEROS) : conv.withBias();
  }

  private static Op linear(Settings s) {
    int out = s.whole("out");
    Linear linear = Linear.of(s.path(), s.channels(), out);
    linear = linear.initial(s.weights(s.channels(), out, out));
    if (!s.truth("bias")) {
      return linear.withoutBias();
    }
    return s.zeroBias() ? linear.withBias(Initial.ZEROS) : linear;
  }

  private static void norms(Map<String, Operation> all) {
    all.put(
        "BatchNorm",
        one(
            Map.of("eps", Rule.positive(), "momentum", Rule.share()),
            Starts.SCALE,
            s ->
                BatchNorm2d.of(s.path(), s.channels())
                    .eps(s.decimal("eps"))
                    .momentum(s.decimal("momentum"))
                    .fromZero(s.fromZero())));
    all.put(
        "LayerNorm",
        one(
            Map.of("eps", Rule.positive()),
            s ->
                new LayerNorm2d(
                    s.path(), s.channels(), s.decimal("eps"), s.truth("elementwiseAffine"))));
    all.put(
        "GroupNorm",
        one(
            Map.of("groups", Rule.size(), "eps", Rule.positive()),
            s ->
                new GroupNorm(
                    s.path(),
                    s.channels(),
                    s.groups(s.channels(), "input"),
                    s.decimal("eps"),
                    s.truth("affine"))));
    all.put(
        "LocalResponseNorm",
        one(
            Map.of(
                "size", Rule.size(),
                "alpha", Rule.finite(),
                "beta", Rule.finite(),
                "k", Rule.positive()),
            s ->
                new LocalResponseNorm(
                    s.path(),
                    s.whole("size"),
                    s.decimal("alpha"),
                    s.decimal("beta"),
                    s.decimal("k"))));
  }

  private static void pools(Map<String, Operation> all) {
    Map<String, Rule> window =
        Map.of(
            "kernel", Rule.size().ofSides(1, 2),
            "stride", Rule.size().ofSides(0, 1, 2),
            "padding", Rule.whole(0).ofSides(1, 2, 4));
    Map<String, Rule> size = Map.of("outputSize", Rule.size().ofSides(1, 2));
    all.put("MaxPool", one(window, s -> new MaxPool2d(s.path(), s.pool())));
    all.put(
        "AvgPool", one(window, s -> new AvgPool2d(s.path(), s.pool(), s.truth("countIncludePad"))));
    all.put(
        "AdaptiveAvgPool",
        one(
            size,
            s ->
                new AdaptiveAvgPool2d(
                    s.path(), s.vertical("outputSize"), s.horizontal("outputSize"))));
    all.put(
        "AdaptiveMaxPool",
        one(
            size,
            s ->
                new AdaptiveMaxPool2d(
                    s.path(), s.vertical("outputSize"), s.horizontal("outputSize"))));
    all.put("GlobalAvgPool", one(s -> new GlobalAvgPool(s.path())));
    all.put("GlobalMaxPool", one(s -> new GlobalMaxPool(s.path())));
  }

  private static void joins(Map<String, Operation> all) {
    all.put(
        "Sum",
        new Operation(
            2, ANY, Map.of("factors", Rule.finite().ofSides()), Starts.FIXED, Operation::sum));
    all.put(
        "Multiply",
        new Operation(
            2,
            2,
            Map.of(),
            Starts.FIXED,
            s ->
                s.inputs().get(1).isVector() && !s.in().isVector()
                    ? new Scale(s.path())
                    : new Multiply(s.path())));
    all.put("Concat", new Operation(2, ANY, Map.of(), Starts.FIXED, s -> new Concat(s.path())));
  }

  private static Op sum(Settings s) {
    List<Double> factors = s.decimals("factors");
    int inputs = s.inputs().size();
    if (factors.isEmpty()) {
      return Sum.of(s.path(), inputs);
    } else if (factors.size() != inputs) {
      throw new Settings.Impossible(
          "factors",
          String.format(Locale.ROOT, "%d factors for %d inputs", factors.size(), inputs),
          "each input has a factor of its own",
          "give " + inputs + " factors, or none");
    }
    return Sum.scaled(s.path(), factors.toArray(Double[]::new));
  }

  private static void functions(Map<String, Operation> all) {
    Map.of(
            "Relu", Activation.RELU,
            "Relu6", Activation.RELU6,
            "Selu", Activation.selu(),
            "Sigmoid", Activation.SIGMOID,
            "HardSigmoid", Activation.HARD_SIGMOID,
            "Silu", Activation.SILU,
            "HardSwish", Activation.HARD_SWISH,
            "Mish", Activation.MISH,
            "Tanh", Activation.TANH)
        .forEach((name, function) -> all.put(name, one(s -> new Activate(s.path(), function))));
    all.put(
        "LeakyRelu",
        one(
            Map.of("negativeSlope", Rule.finite()),
            s -> new Activate(s.path(), Activation.leakyRelu(s.decimal("negativeSlope")))));
    all.put(
        "Elu",
        one(
            Map.of("alpha", Rule.finite()),
            s -> new Activate(s.path(), Activation.elu(s.decimal("alpha")))));
    all.put(
        "Gelu",
        one(s -> new Activate(s.path(), s.truth("tanh") ? Activation.GELU_TANH : Activation.GELU)));
    all.put(
        "Softplus",
        one(
            Map.of("beta", Rule.positive(), "threshold", Rule.finite()),
            s ->
                new Activate(
                    s.path(), Activation.softplus(s.decimal("beta"), s.decimal("threshold")))));
    all.put("Softmax", one(s -> new Softmax(s.path())));
    all.put("LogSoftmax", one(s -> new LogSoftmax(s.path())));
    all.put(
        "Affine",
        one(
            Map.of("scale", Rule.finite().ofSides(), "shift", Rule.finite().ofSides()),
            s ->
                new ConstantAffine(
                    s.path(), channelwise(s, "scale", 1), channelwise(s, "shift", 0))));
    all.put(
        "Dropout",
        one(Map.of("p", Rule.probability()), s -> new Dropout(s.path(), s.decimal("p"))));
    all.put(
        "StochasticDepth",
        one(Map.of("p", Rule.probability()), s -> new StochasticDepth(s.path(), s.decimal("p"))));
  }

  private static List<Double> channelwise(Settings s, String member, double none) {
    List<Double> values = s.decimals(member);
    if (values.size() <= 1) {
      return Collections.nCopies(s.channels(), values.isEmpty() ? none : values.get(0));
    } else if (values.size() != s.channels()) {
      throw new Settings.Impossible(
          member,
          String.format(Locale.ROOT, "%d values for %d channels", values.size(), s.channels()),
          "each channel has a value of its own",
          "give " + s.channels() + " values, or one for all");
    }
    return values;
  }

  private static void moves(Map<String, Operation> all) {
    all.put("Flatten", one(s -> new Flatten(s.path())));
    all.put(
        "ZeroPad",
        one(
            Map.of("padding", Rule.whole(0).ofSides(1, 2, 4)),
            s -> new ZeroPad2d(s.path(), s.padding())));
    all.put("Slice", one(Map.of("start", Rule.whole(0), "end", Rule.size()), Operation::range));
    all.put(
        "ChannelShuffle",
        one(
            Map.of("groups", Rule.size()),
            s -> new ChannelShuffle(s.path(), s.groups(s.channels(), "input"))));
    all.put(
        "PadShortcut",
        one(Map.of("out", Rule.size(), "stride", Rule.size()), Operation::padShortcut));
    // Hands its input on: nothing comes of it in the graph.
    all.put(
        "Identity",
        one(
            s -> {
              throw new IllegalStateException("an identity computes nothing");
            }));
  }

  private static Op range(Settings s) {
    int start = s.whole("start");
    int end = s.whole("end");
    if (start >= end || end > s.channels()) {
      throw new Settings.Impossible(
          end > s.channels() ? "end" : "start",
          String.format(
              Locale.ROOT, "channels %d to %d are not among %d", start, end, s.channels()),
          "the range begins at start, and ends before end",
          "use start below end, and end at most " + s.channels());
    }
    return ChannelRange.of(s.path(), start, end);
  }

  private static Op padShortcut(Settings s) {
    int out = s.whole("out");
    if (out < s.channels()) {
      throw new Settings.Impossible(
          "out",
          String.format(Locale.ROOT, "%d channels cannot be padded to %d", s.channels(), out),
          "channels of zeros are added, and none can be taken away",
          "use out = " + s.channels() + " or more, or a 1x1 convolution");
    }
    return new PadShortcut(s.path(), s.whole("stride"), out);
  }
}
