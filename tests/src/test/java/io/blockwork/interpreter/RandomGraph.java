package io.blockwork.interpreter;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
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
import io.blockwork.graph.ops.Input;
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
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Softmax;
import io.blockwork.graph.ops.StochasticDepth;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.Window;
import io.blockwork.graph.ops.ZeroPad2d;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A random network of every operation: values with any number of readers, twice by one, joins,
 * concatenations of concatenations and of the images, blocks that interleave, several outputs
 * anywhere. The same seed gives the same network.
 */
public final class RandomGraph {
  private static final int MOST_ELEMENTS = 700;
  private static final int MOST_CHANNELS = 24;

  private static final List<Activation> ACTIVATIONS =
      List.of(
          Activation.RELU,
          Activation.RELU6,
          Activation.SIGMOID,
          Activation.HARD_SIGMOID,
          Activation.SILU,
          Activation.HARD_SWISH,
          Activation.MISH,
          Activation.GELU,
          Activation.GELU_TANH,
          Activation.TANH,
          Activation.leakyRelu(0.1),
          Activation.elu(1.2),
          Activation.selu(),
          Activation.softplus(1.5, 20),
          Activation.clip(-0.8, 0.9));

  private static final List<Double> RATES = List.of(0.0, 0.2, 0.5);

  private final Random random;
  private final GraphBuilder graph = new GraphBuilder();
  private final List<Integer> unread = new ArrayList<>();
  private final List<Block> blocks = new ArrayList<>();
  private int nodes;

  private RandomGraph(long seed) {
    random = new Random(seed);
  }

  /**
   * A network, and values inside it that somebody wants to see.
   *
   * @param graph the network
   * @param seen some of its nodes
   */
  public record Case(Graph graph, List<Integer> seen) {
    /** Copies the list. */
    public Case {
      seen = List.copyOf(seen);
    }
  }

  /** The network of that seed. */
  public static Case of(long seed) {
    return new RandomGraph(seed).build();
  }

  private Case build() {
    int input =
        graph.add(new Input(new Shape(1 + random.nextInt(5), 3 + random.nextInt(6), side())));
    nodes = 1;
    unread.add(input);
    for (int b = 0; b < 3; b++) {
      Block outer = b == 0 || random.nextBoolean() ? Block.NETWORK : blocks.get(b - 1);
      blocks.add(outer.child("b" + b, ""));
    }
    int steps = 4 + random.nextInt(14);
    for (int i = 0; i < steps; i++) {
      step();
    }
    List<Integer> seen = random.ints(random.nextInt(3), 0, nodes).distinct().boxed().toList();
    int last = nodes - 1;
    graph.enter(Block.NETWORK);
    int output = join();
    if (random.nextInt(3) == 0) {
      int node = 1 + random.nextInt(last);
      if (node != output) {
        graph.auxiliary("auxiliary", node, 0.3);
      }
    }
    return new Case(graph.build(output), seen);
  }

  private int side() {
    return 3 + random.nextInt(6);
  }

  /** Brings together what nobody has read, so that all of the network counts. */
  private int join() {
    if (unread.isEmpty()) {
      unread.add(nodes - 1);
    }
    if (unread.size() == 1 && unread.get(0) == nodes - 1 && random.nextBoolean()) {
      return nodes - 1;
    }
    List<Integer> vectors = new ArrayList<>();
    for (int node : List.copyOf(unread)) {
      boolean vector = graph.shape(node).isVector();
      vectors.add(vector ? node : add(new GlobalAvgPool("pool" + nodes), node));
    }
    int all = vectors.size() == 1 ? vectors.get(0) : add(new Concat("join"), vectors);
    int channels = graph.shape(all).channels();
    return add(Linear.of("fc", channels, 2 + random.nextInt(4)), all);
  }

  private int add(Op op, Integer... inputs) {
    return add(op, List.of(inputs));
  }

  private int add(Op op, List<Integer> inputs) {
    int node = graph.add(op, inputs);
    unread.removeAll(inputs);
    unread.add(node);
    nodes++;
    return node;
  }

  /** A value, more often a late one. */
  private int any() {
    return Math.max(random.nextInt(nodes), random.nextInt(nodes));
  }

  private void step() {
    graph.enter(blocks.get(random.nextInt(blocks.size())));
    String path = graph.block().prefix() + "n" + nodes;
    for (int attempt = 0; attempt < 20; attempt++) {
      int x = any();
      Optional<Step> step = choose(path, x, graph.shape(x));
      if (step.isPresent() && fits(step.get())) {
        add(step.get().op(), step.get().inputs());
        return;
      }
    }
  }

  private boolean fits(Step step) {
    List<Shape> shapes = step.inputs().stream().map(graph::shape).toList();
    if (!step.op().arity().allows(shapes.size())) {
      return false;
    }
    try {
      Shape shape = step.op().shape(shapes);
      return shape.elements() <= MOST_ELEMENTS && shape.channels() <= MOST_CHANNELS;
    } catch (io.blockwork.graph.ops.ShapeFault e) {
      return false;
    }
  }

  private record Step(Op op, List<Integer> inputs) {
    static Optional<Step> of(Op op, Integer... inputs) {
      return Optional.of(new Step(op, List.of(inputs)));
    }
  }

  private Optional<Step> choose(String path, int x, Shape shape) {
    int c = shape.channels();
    return switch (random.nextInt(34)) {
      case 0, 1, 2, 3 -> Step.of(conv(path, c), x);
      case 4, 5 -> Step.of(batchNorm(path, c), x);
      case 6, 7, 8 -> Step.of(new Activate(path, pick(ACTIVATIONS)), x);
      case 9 -> Step.of(new MaxPool2d(path, pool()), x);
      case 10 -> Step.of(new AvgPool2d(path, pool(), random.nextBoolean()), x);
      case 11 -> Step.of(new AdaptiveAvgPool2d(path, least(shape.height()), least(5)), x);
      case 12 -> Step.of(new AdaptiveMaxPool2d(path, least(4), least(shape.width())), x);
      case 13 -> Step.of(new GlobalAvgPool(path), x);
      case 14 -> Step.of(new GlobalMaxPool(path), x);
      case 15, 16 -> Step.of(linear(path, shape), x);
      case 17, 18, 19 -> sum(path, x, shape);
      case 20, 21, 22 -> concat(path, x, shape);
      case 23 -> like(shape, x).flatMap(y -> Step.of(new Multiply(path), x, y));
      case 24 -> like(new Shape(c, 1, 1), x).flatMap(g -> Step.of(new Scale(path), x, g));
      case 25 ->
          random.nextBoolean()
              ? Step.of(LearnedAffine.scale(path, c, 0.7), x)
              : Step.of(LearnedAffine.of(path, c), x);
      case 26 -> Step.of(new ConstantAffine(path, numbers(c), numbers(c)), x);
      case 27 -> Step.of(PRelu.of(path, random.nextBoolean() ? 1 : c), x);
      case 28 ->
          random.nextBoolean()
              ? Step.of(new LayerNorm2d(path, c, 1e-6, random.nextBoolean()), x)
              : Step.of(new GroupNorm(path, c, divisor(c), 1e-5, random.nextBoolean()), x);
      case 29 ->
          random.nextBoolean()
              ? Step.of(new LocalResponseNorm(path, 1 + random.nextInt(5), 0.3, 0.75, 1.5), x)
              : Step.of(random.nextBoolean() ? new Softmax(path) : new LogSoftmax(path), x);
      case 30 ->
          random.nextBoolean()
              ? Step.of(new Dropout(path, pick(RATES)), x)
              : Step.of(new StochasticDepth(path, pick(RATES)), x);
      case 31 -> {
        int from = random.nextInt(c);
        yield Step.of(ChannelRange.of(path, from, from + 1 + random.nextInt(c - from)), x);
      }
      case 32 ->
          random.nextBoolean()
              ? Step.of(new ChannelShuffle(path, divisor(c)), x)
              : Step.of(new ZeroPad2d(path, new Padding(small(), small(), small(), small())), x);
      default ->
          random.nextBoolean()
              ? Step.of(new Flatten(path), x)
              : Step.of(new PadShortcut(path, 1 + random.nextInt(2), c + small()), x);
    };
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private int small() {
    return random.nextInt(3);
  }

  private int least(int most) {
    return 1 + random.nextInt(Math.max(1, most));
  }

  private int divisor(int of) {
    List<Integer> divisors = IntStream.rangeClosed(1, of).filter(d -> of % d == 0).boxed().toList();
    return pick(divisors);
  }

  private List<Double> numbers(int count) {
    return DoubleStream.generate(() -> 0.5 + random.nextDouble()).limit(count).boxed().toList();
  }

  private Conv2d conv(String path, int in) {
    int groups = random.nextInt(3) == 0 ? divisor(in) : 1;
    int out = groups * (1 + random.nextInt(Math.max(1, 8 / groups)));
    Window window = Window.of(1 + small(), 1 + random.nextInt(random.nextInt(4) == 0 ? 7 : 3));
    if (random.nextInt(3) == 0) {
      window = window.stride(1 + random.nextInt(2), 1 + random.nextInt(2));
    }
    if (random.nextInt(4) == 0) {
      window = window.dilation(1 + random.nextInt(2), 1 + random.nextInt(2));
    }
    if (random.nextBoolean()) {
      window = window.padding(new Padding(small(), small(), small(), small()));
    }
    Conv2d conv = Conv2d.of(path, in, out, window);
    conv = groups > 1 ? conv.groups(groups) : conv;
    return random.nextBoolean() ? conv.withBias() : conv;
  }

  private BatchNorm2d batchNorm(String path, int channels) {
    BatchNorm2d norm = BatchNorm2d.of(path, channels);
    norm = random.nextBoolean() ? norm : norm.eps(1e-3).momentum(0.01);
    return norm.recompute(random.nextInt(4) == 0);
  }

  private Window pool() {
    int height = 1 + random.nextInt(3);
    int width = 1 + random.nextInt(3);
    Window window =
        Window.of(height, width)
            .stride(1 + random.nextInt(2), 1 + random.nextInt(3))
            .padding(
                new Padding(
                    random.nextInt(height / 2 + 1),
                    random.nextInt(width / 2 + 1),
                    random.nextInt(height / 2 + 1),
                    random.nextInt(width / 2 + 1)));
    return random.nextInt(3) == 0 ? window.ceilMode() : window;
  }

  private Linear linear(String path, Shape shape) {
    boolean places = random.nextBoolean();
    int in = places ? shape.channels() : Math.toIntExact(shape.elements());
    Linear linear = Linear.of(path, in, 1 + random.nextInt(6));
    return random.nextInt(3) == 0 ? linear.withoutBias() : linear;
  }

  /** Another value of that shape, or the same one. */
  private Optional<Integer> like(Shape shape, int x) {
    List<Integer> alike =
        IntStream.range(0, nodes).filter(i -> graph.shape(i).equals(shape)).boxed().toList();
    if (graph.shape(x).equals(shape) && (alike.size() == 1 || random.nextInt(6) == 0)) {
      return Optional.of(x);
    }
    return alike.isEmpty() ? Optional.empty() : Optional.of(pick(alike));
  }

  private Optional<Step> sum(String path, int x, Shape shape) {
    int count = 2 + random.nextInt(2);
    Integer[] inputs = new Integer[count];
    Double[] factors = new Double[count];
    boolean scaled = random.nextInt(3) == 0;
    for (int i = 0; i < count; i++) {
      inputs[i] = i == 0 ? x : like(shape, x).orElse(x);
      factors[i] = scaled ? 0.2 + random.nextDouble() : 1.0;
    }
    return Step.of(Sum.scaled(path, factors), inputs);
  }

  private Optional<Step> concat(String path, int x, Shape shape) {
    List<Integer> alike =
        IntStream.range(0, nodes)
            .filter(i -> graph.shape(i).height() == shape.height())
            .filter(i -> graph.shape(i).width() == shape.width())
            .boxed()
            .toList();
    Integer[] inputs = new Integer[1 + random.nextInt(3)];
    Arrays.setAll(inputs, i -> i == 0 ? x : pick(alike));
    return Step.of(new Concat(path), inputs);
  }

  /** What a parameter of a random network holds. */
  public static double[] values(io.blockwork.graph.ops.Parameter parameter, Random random) {
    double[] values = new double[Math.toIntExact(parameter.length())];
    long fan = parameter.shape().size() > 1 ? parameter.length() / parameter.shape().get(0) : 1;
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (parameter.kind()) {
            case WEIGHT -> random.nextGaussian() * Math.sqrt(1.5 / fan);
            case SCALE, RUNNING_VAR -> 0.5 + random.nextDouble();
            case BIAS, RUNNING_MEAN -> 0.4 * random.nextGaussian();
            case NUM_BATCHES_TRACKED -> 0;
          };
    }
    return values;
  }
}
