package io.blockwork.processor.checks;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.Shapes.Fault;
import io.blockwork.graph.Totals;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.architectures.Architectures;
import io.blockwork.processor.spec.InputSpec;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Problem;
import io.blockwork.processor.spec.Spec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/** Finds what makes a network impossible although each value of its spec is in range. */
public final class NetworkLimits {
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

  /** Values of one parameter: at run time its memory is addressed in bytes, by a 32-bit number. */
  private static final long MOST_WEIGHTS = Integer.MAX_VALUE / Float.BYTES;

  private final Spec spec;
  private final Graph graph;
  private final Shapes result;

  private NetworkLimits(Spec spec, Graph graph) {
    this.spec = spec;
    this.graph = graph;
    this.result = Shapes.infer(graph);
  }

  /** The problems of the network's shapes; empty if it can run. */
  public static List<Problem> problems(Spec spec, Graph graph) {
    return new NetworkLimits(spec, graph).problems();
  }

  private List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    if (result.fault().isPresent()) {
      problems.add(vanishes(result.fault().get()));
    }
    for (Node node : graph.nodes().subList(0, result.of().size())) {
      Shape shape = result.of().get(node.id());
      if (shape.elements() > MOST_ELEMENTS) {
        problems.add(activation(node, shape));
        break;
      }
    }
    parameters().ifPresent(problems::add);
    return problems;
  }

  private Problem vanishes(Fault fault) {
    boolean flat = fault.input().height() < 2;
    boolean narrow = fault.input().width() < 2;
    Message message = Message.VANISHES;
    String path = fault.node().op().path();
    return Problem.of(
            message,
            flat && narrow ? "input" : flat ? "input.height" : "input.width",
            path,
            fault.node().op().description().phrase(),
            fault.input().height() + "x" + fault.input().width(),
            smallest(spec),
            fewerStages(fault))
        .orAt("input", "blocks")
        .after(Trace.of(graph, result) + Trace.fault(fault));
  }

  /** As many stages of blocks as there are before the fault, as one more way out. */
  private String fewerStages(Fault fault) {
    Set<Block> stages = new HashSet<>();
    for (Node node : graph.nodes().subList(0, fault.node().id())) {
      if (node.block().chain().size() > 1) {
        stages.add(node.block().stage());
      }
    }
    return switch (stages.size()) {
      case 0 -> "";
      case 1 -> ", or a single block";
      default -> ", or at most " + stages.size() + " blocks";
    };
  }

  /** The smallest image of the network's height and width that has an output everywhere. */
  private static String smallest(Spec spec) {
    InputSpec in = spec.input();
    int height = least(h -> runs(spec, Math.max(1, h), Math.max(in.width(), 1 << 12)));
    int width = least(w -> runs(spec, Math.max(in.height(), 1 << 12), Math.max(1, w)));
    return Math.max(height, in.height()) + "x" + Math.max(width, in.width());
  }

  /** The least height, or width, of an image that has an output everywhere. */
  public static int leastSide(Spec spec, boolean vertical) {
    int ample = 1 << 12;
    return least(s -> vertical ? runs(spec, s, ample) : runs(spec, ample, s));
  }

  private static boolean runs(Spec spec, int height, int width) {
    var input = new InputSpec(spec.input().channels(), height, width);
    return Shapes.infer(Architectures.of(spec.with(input))).fault().isEmpty();
  }

  /** The least number from 1 that {@code works}, if all larger ones do too. */
  static int least(IntPredicate works) {
    int no = 0;
    int yes = 1;
    while (!works.test(yes)) {
      no = yes;
      yes *= 2;
    }
    while (yes - no > 1) {
      int middle = no + (yes - no) / 2;
      if (works.test(middle)) {
        yes = middle;
      } else {
        no = middle;
      }
    }
    return yes;
  }

  private Problem activation(Node node, Shape shape) {
    InputSpec in = spec.input();
    int side = least(s -> !fits(Math.min(in.height(), s), Math.min(in.width(), s))) - 1;
    boolean wide = in.channels() > Math.max(in.height(), in.width());
    String member =
        wide && node.id() == 0
            ? "input.channels"
            : in.height() >= in.width() ? "input.height" : "input.width";
    return Problem.of(
            Message.ACTIVATION_TOO_LARGE,
            member,
            node.op().path(),
            shape,
            count(shape.elements()),
            count(MOST_ELEMENTS),
            Math.min(in.height(), side) + "x" + Math.min(in.width(), side))
        .orAt("input", "width", "growth", "blocks", "channels")
        .after(Trace.of(graph, result));
  }

  private boolean fits(int height, int width) {
    var input = new InputSpec(spec.input().channels(), height, width);
    Shapes shapes = Shapes.infer(Architectures.of(spec.with(input)));
    return shapes.of().stream().allMatch(s -> s.elements() <= MOST_ELEMENTS);
  }

  private Optional<Problem> parameters() {
    if (holds(graph)) {
      return Optional.empty();
    }
    for (Map.Entry<String, Integer> size : mostUnusualFirst()) {
      String member = size.getKey();
      int value = spec.size(member);
      if (value > size.getValue() && holds(member, size.getValue())) {
        int most = least(v -> v >= value || !holds(member, v)) - 1;
        String element = member.equals("blocks") ? " in each stage" : "";
        return Optional.of(tooMany(member, "use " + member + " = " + most + " or less" + element));
      }
    }
    return Optional.of(
        tooMany(
            "", "use smaller values of several of " + String.join(", ", spec.sizes().keySet())));
  }

  /** The sizes with their usual values, those first that exceed theirs by the largest factor. */
  private List<Map.Entry<String, Integer>> mostUnusualFirst() {
    Comparator<Map.Entry<String, Integer>> excess =
        Comparator.comparingDouble(
            size -> (double) spec.size(size.getKey()) / Math.max(1, size.getValue()));
    return spec.sizes().entrySet().stream().sorted(excess.reversed()).toList();
  }

  /** Whether the network is small enough with that value; one that is not a network is. */
  private boolean holds(String member, int value) {
    Spec other = spec.with(member, value);
    return !other.problems().isEmpty() || holds(Architectures.of(other));
  }

  private static boolean holds(Graph graph) {
    return Totals.parameters(graph) <= MOST_ELEMENTS
        && graph.nodes().stream().allMatch(node -> largest(node.op()) <= MOST_WEIGHTS);
  }

  /** Values of the largest of an operation's parameters. */
  private static long largest(Op op) {
    long length = 0;
    for (Parameter parameter : op.parameters()) {
      length = Math.max(length, parameter.length());
    }
    return length;
  }

  private Problem tooMany(String member, String fix) {
    Op largest =
        Collections.max(graph.nodes(), Comparator.comparingLong(node -> node.op().learnable()))
            .op();
    long parameters = Totals.parameters(graph);
    if (parameters <= MOST_ELEMENTS) {
      return Problem.of(
          Message.WEIGHT_TOO_LARGE,
          member,
          largest.path(),
          count(largest(largest)),
          count(MOST_WEIGHTS),
          fix);
    }
    return Problem.of(
        Message.TOO_MANY_PARAMETERS,
        member,
        count(parameters),
        count(MOST_ELEMENTS),
        largest.path(),
        count(largest.learnable()),
        fix);
  }

  private static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }
}
