package io.blockwork.processor.dsl;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.Heads;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.StateDict;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ShapeFault;
import io.blockwork.processor.dsl.BodyNode.Group;
import io.blockwork.processor.dsl.BodyNode.Operate;
import io.blockwork.processor.dsl.BodyNode.Times;
import io.blockwork.processor.dsl.BodyNode.Use;
import io.blockwork.processor.dsl.Frame.Via;
import io.blockwork.processor.expression.Evaluator;
import io.blockwork.processor.expression.ExpressionException;
import io.blockwork.processor.expression.Type;
import io.blockwork.processor.expression.Value;
import io.blockwork.processor.expression.Value.Numeric;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Writes a network down as a graph, node by node. Its blocks must have no faults. */
final class Lowering {
  private static final int MOST_NODES = 50_000;
  private static final String AUXILIARY = "auxiliary output, of training only";
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

  /** Values of one parameter: at run time its memory is addressed in bytes, by a 32-bit number. */
  private static final long MOST_WEIGHTS = Integer.MAX_VALUE / Float.BYTES;

  private final Library library;
  private final GraphBuilder graph = new GraphBuilder();
  private final Map<String, String> ways = new HashMap<>();
  private final ShapeTrace trace = new ShapeTrace();
  private final Locations locations = new Locations();
  private final Map<String, Place> heads = new LinkedHashMap<>();
  private final List<String> leftOut = new ArrayList<>();
  private final Map<String, String> names = new HashMap<>();
  private int operations;
  private long parameters;

  private Lowering(Library library) {
    this.library = library;
  }

  /**
   * A network as a graph.
   *
   * @throws FaultException at the first thing that is wrong
   */
  static Composition lower(NetworkSource network, Shape input, Library library) {
    return new Lowering(library).network(network, input);
  }

  private Composition network(NetworkSource network, Shape input) {
    int images = graph.add(new Input(input));
    trace.input(input);
    Body own = network.body();
    Frame frame =
        new Frame(
            own,
            Map.of(),
            List.of(images),
            "",
            OptionalInt.empty(),
            own.initial(),
            Optional.empty());
    if (network.block().isPresent()) {
      frame = beside(network.block().get(), frame);
    }
    Placed result = body(frame);
    if (result.value() == images) {
      throw new FaultException(
          Fault.of(Message.NOTHING_LEFT, Site.of(network.type()), network.type().getSimpleName()));
    }
    if (network.classifier() && !graph.shape(result.value()).isVector()) {
      BodyNode last = frame.body().nodes().get(frame.body().output());
      Fault fault =
          Fault.of(
              Message.NO_CLASSIFIER,
              last.site(),
              network.type().getSimpleName(),
              last.name(),
              graph.shape(result.value()));
      throw moved(frame, fault, Optional.empty());
    }
    graph.modules(result.modules().toArray(String[]::new));
    Graph built = graph.build(result.value());
    if (network.classifier() && !built.isVector(built.output(), Shapes.of(built))) {
      // A classifier's output is [N, classes], whatever operation computes it.
      built = graph.build(graph.add(new Flatten("flatten"), result.value()));
    }
    return new Composition(built, heads(built), leftOut, names, locations.all());
  }

  /**
   * The modules that tell classes apart: those that are marked, or else what a classifier ends in.
   */
  private List<String> heads(Graph built) {
    if (heads.isEmpty()) {
      return built.isVector(built.output(), Shapes.of(built)) ? Heads.modules(built) : List.of();
    }
    List<Parameter> entries = StateDict.of(built);
    heads.forEach(
        (path, place) -> {
          if (entries.stream().noneMatch(entry -> entry.name().startsWith(path + "."))) {
            BodyNode node = place.node();
            Site site =
                Site.of(node.element(), Names.find(node.element(), Names.HEAD).orElseThrow());
            throw moved(place.frame(), Fault.of(Message.HEAD_EMPTY, site, path), Optional.empty());
          }
        });
    return List.copyOf(heads.keySet());
  }

  /**
   * What came of a node or body.
   *
   * @param value the graph's number of its value
   * @param modules the modules that it has, in the order of the {@code state_dict}
   * @param times how often it is there
   */
  private record Placed(int value, List<String> modules, int times) {}

  private Placed body(Frame frame) {
    Body body = frame.body();
    List<Integer> values = new ArrayList<>(frame.inputs());
    List<List<String>> modules = new ArrayList<>();
    for (int i = 0; i < body.nodes().size(); i++) {
      values.add(-1);
      modules.add(List.of());
    }
    int number = 0;
    for (int i : Schedule.of(body)) {
      BodyNode node = body.nodes().get(i);
      List<Integer> inputs = new ArrayList<>();
      node.from().forEach(value -> inputs.add(values.get(value)));
      Placed placed = node(frame, node, inputs, number);
      number += placed.times();
      values.set(body.value(i), placed.value());
      modules.set(i, placed.modules());
      if (frame.isTop() && node.auxiliary().isEmpty()) {
        trace.add(frame.prefix() + node.name(), shape(frame, node, placed.value()), node.work());
      }
    }
    List<String> all = new ArrayList<>();
    modules.forEach(all::addAll);
    return new Placed(values.get(body.value(body.output())), all, 1);
  }

  /** A node with its repetitions. */
  private Placed node(Frame frame, BodyNode node, List<Integer> inputs, int number) {
    int times = node.times().map(t -> times(frame, node, t, inputs)).orElse(1);
    List<Integer> current = new ArrayList<>(inputs);
    List<String> modules = new ArrayList<>();
    int there = 0;
    boolean located = frame.isNetwork();
    if (located) {
      locations.reach(node.element());
    }
    for (int i = 0; i < times; i++) {
      OptionalInt index = node.times().isPresent() ? OptionalInt.of(i) : frame.index();
      var place = new Place(frame, node, current, index);
      if (node.condition().map(condition -> !truth(place, condition)).orElse(false)) {
        if (node.auxiliary().isPresent()) {
          leftOut.add(frame.prefix() + name(place, number + there));
        }
        continue;
      }
      String name = name(place, number + there);
      String path = frame.prefix() + name;
      note(place, name, path);
      Placed placed = work(place, name);
      there++;
      if (node.head()) {
        heads.put(path, place);
      }
      if (located) {
        // Its repetitions have a name in common, unless they are numbered with their neighbours.
        boolean common =
            node.times().isPresent() && node.path().isEmpty() && !frame.body().sequential();
        locations.path(node.element(), common ? frame.prefix() + node.name() : path);
      }
      node.auxiliary().ifPresent(weight -> graph.auxiliary(path, placed.value(), weight));
      modules.addAll(placed.modules());
      current.set(0, placed.value());
    }
    if (located) {
      locations.value(node.element(), current.get(0));
    }
    return new Placed(current.get(0), modules, there);
  }

  /** A node at one repetition, with what it reads. */
  private record Place(Frame frame, BodyNode node, List<Integer> inputs, OptionalInt index) {
    String way() {
      return frame.way(node.name());
    }
  }

  /** Notes what a reader calls a module whose path has a number in it. */
  private void note(Place place, String name, String path) {
    Frame frame = place.frame();
    BodyNode node = place.node();
    boolean numbered = frame.body().sequential() && node.path().isEmpty();
    String own = numbered ? node.name() : name;
    if (numbered && node.times().isPresent()) {
      own += "_" + place.index().orElseThrow();
    }
    String prefix = frame.prefix();
    String around =
        prefix.isEmpty() ? "" : names.getOrDefault(prefix.substring(0, prefix.length() - 1), "");
    String whole = around.isEmpty() ? prefix + own : around + "." + own;
    if (!whole.equals(path)) {
      names.put(path, whole);
    }
  }

  private String name(Place place, int number) {
    BodyNode node = place.node();
    if (node.path().isPresent()) {
      try {
        return node.path().get().name(formula -> value(place, formula).toString());
      } catch (FaultException e) {
        throw moved(place.frame(), e.fault(), Optional.empty());
      }
    } else if (place.frame().body().sequential()) {
      return String.valueOf(number);
    }
    return node.times().isPresent() ? node.name() + "." + place.index().getAsInt() : node.name();
  }

  private int times(Frame frame, BodyNode node, Times times, List<Integer> inputs) {
    if (times.formula().isEmpty()) {
      return times.number();
    }
    Formula formula = times.formula().get();
    var place = new Place(frame, node, inputs, frame.index());
    int number = ((Value.Whole) value(place, formula)).value();
    if (number < 1 || number > FormulaCheck.MOST_TIMES) {
      String column = Formula.column(times.formula());
      Fault fault =
          Fault.of(Message.REPEAT_RANGE, times.site(), number, FormulaCheck.MOST_TIMES, column);
      throw moved(frame, fault, Optional.of(formula));
    }
    return number;
  }

  private Placed work(Place place, String name) {
    Frame frame = place.frame();
    BodyNode node = place.node();
    if (node.work() instanceof Operate operate) {
      return operate(place, operate, frame.prefix() + name);
    }
    Optional<InitRule> around = node.initial().or(frame::initial);
    Frame inner;
    String title;
    if (node.work() instanceof Use use) {
      BlockDefinition block = library.block(use.block());
      var via = new Via(frame, node.site(), node.name(), Optional.of(use.call()));
      inner = inside(use, place, via, frame.prefix() + name + ".", around);
      title = title(node, block.summary());
    } else {
      Body body = ((Group) node.work()).body();
      var via = new Via(frame, node.site(), node.name(), Optional.empty());
      inner =
          new Frame(
              body,
              frame.parameters(),
              place.inputs(),
              frame.prefix() + name + ".",
              place.index(),
              around,
              Optional.of(via));
      title = title(node, "");
    }
    Block block = graph.block();
    graph.enter(new Block(Optional.of(block), frame.prefix() + name, inner.prefix(), title));
    Placed placed = body(inner);
    graph.enter(block);
    return placed;
  }

  /** What generated code says of a node. */
  private static String title(BodyNode node, String summary) {
    if (node.auxiliary().isEmpty()) {
      return summary;
    }
    return summary.isEmpty() ? AUXILIARY : AUXILIARY + ": " + summary;
  }

  /** The body of the block beside {@code @Model}. */
  private Frame beside(Use use, Frame frame) {
    Call call = use.call();
    Map<String, Value> parameters = new LinkedHashMap<>(call.written());
    call.signature()
        .members()
        .forEach(
            (name, member) ->
                member.fallback().ifPresent(value -> parameters.putIfAbsent(name, value)));
    Body body = library.block(use.block()).body();
    return new Frame(
        body,
        parameters,
        frame.inputs(),
        "",
        OptionalInt.empty(),
        body.initial().or(frame::initial),
        Optional.of(new Via(frame, call.site(), "", Optional.of(call))));
  }

  /** The body of a block, with the values of its parameters. */
  private Frame inside(Use use, Place place, Via via, String prefix, Optional<InitRule> around) {
    BlockDefinition block = library.block(use.block());
    Map<String, Value> parameters = values(place, use.call(), Map.of());
    return new Frame(
        block.body(),
        parameters,
        place.inputs(),
        prefix,
        OptionalInt.empty(),
        block.body().initial().or(() -> around),
        Optional.of(via));
  }

  private Placed operate(Place place, Operate operate, String path) {
    Map<String, Value> values = values(place, operate.call(), operate.operation().rules());
    if (operate.call().signature().name().equals("Identity")) {
      return new Placed(place.inputs().get(0), List.of(), 1);
    }
    BodyNode node = place.node();
    List<Shape> shapes = new ArrayList<>();
    place.inputs().forEach(input -> shapes.add(shape(place.frame(), node, input)));
    Op op;
    try {
      var settings =
          new Settings(
              path, values, shapes, node.initial().or(place.frame()::initial), node.initial());
      op = operate.operation().make().apply(settings);
    } catch (Settings.Impossible e) {
      Formula formula = operate.call().computed().get(e.member());
      Site site = operate.call().site(e.member());
      throw moved(place.frame(), e.fault(path, site), Optional.ofNullable(formula));
    }
    if (++operations > MOST_NODES) {
      throw moved(
          place.frame(),
          Fault.of(Message.TOO_MANY_NODES, node.site(), MOST_NODES),
          Optional.empty());
    }
    initial(place, op);
    clash(place, op);
    int value = graph.add(op, place.inputs());
    limits(place, op, shape(place.frame(), node, value));
    boolean shown = op.role() == Role.WEIGHTED || op.role() == Role.NORM || op.role() == Role.POOL;
    return new Placed(value, shown || !op.parameters().isEmpty() ? List.of(path) : List.of(), 1);
  }

  /** An {@code @Init} on an operation's own node that says nothing of it. */
  private void initial(Place place, Op op) {
    BodyNode node = place.node();
    if (node.initial().isEmpty() || op.role() == Role.WEIGHTED) {
      return;
    }
    String kind = node.initial().get().kind();
    boolean norm = op instanceof BatchNorm2d;
    if (norm && (kind.equals("ZERO") || kind.equals("DEFAULT"))) {
      return;
    }
    String fix = "move it to a convolution, a linear layer or a block of them, or remove it";
    Site site =
        Site.of(node.element(), Names.find(node.element(), Names.INIT).orElseThrow(), "value");
    throw moved(
        place.frame(),
        Fault.of(
            Message.INIT_PLACE,
            site,
            kind,
            op.path(),
            norm
                ? "the scale of a batch norm starts at one, or at zero"
                : op.parameters().isEmpty()
                    ? "@" + node.work().text() + " has no parameters"
                    : "the parameters of @" + node.work().text() + " start as torch's",
            norm ? "use @Init(Initial.ZERO), or remove it" : fix),
        Optional.empty());
  }

  /** What a buffer, whose index is a 32-bit number, cannot hold. */
  private void limits(Place place, Op op, Shape shape) {
    Site site = place.node().site();
    Optional<Fault> fault = Optional.empty();
    if (shape.elements() > MOST_ELEMENTS) {
      fault =
          Optional.of(
              Fault.of(
                  Message.OUTPUT_TOO_LARGE,
                  site,
                  op.path(),
                  shape,
                  count(shape.elements()),
                  count(MOST_ELEMENTS)));
    }
    for (Parameter parameter : op.parameters()) {
      if (parameter.length() > MOST_WEIGHTS) {
        String length = count(parameter.length());
        fault =
            Optional.of(
                Fault.of(Message.LAYER_TOO_LARGE, site, op.path(), length, count(MOST_WEIGHTS)));
      }
    }
    parameters += op.learnable();
    if (fault.isEmpty() && parameters > MOST_ELEMENTS) {
      String all = count(parameters);
      fault =
          Optional.of(
              Fault.of(Message.NETWORK_TOO_LARGE, site, op.path(), all, count(MOST_ELEMENTS)));
    }
    if (fault.isPresent()) {
      throw moved(place.frame(), fault.get(), Optional.empty());
    }
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Two operations may have one name only if neither has parameters. */
  private void clash(Place place, Op op) {
    String way = place.way();
    String other = ways.putIfAbsent(op.path(), (op.parameters().isEmpty() ? " " : "") + way);
    if (other != null && !(other.startsWith(" ") && op.parameters().isEmpty())) {
      BodyNode node = place.node();
      Site site = node.path().map(PathPattern::site).orElse(node.site());
      throw moved(
          place.frame(),
          Fault.of(Message.PATH_CLASH, site, op.path(), other.strip()),
          Optional.empty());
    }
  }

  /** The values of all members of an annotation. */
  private Map<String, Value> values(Place place, Call call, Map<String, Rule> rules) {
    Map<String, Value> values = new LinkedHashMap<>();
    call.signature()
        .members()
        .forEach(
            (name, member) -> {
              Value value = call.written().get(name);
              Formula formula = call.computed().get(name);
              if (formula != null) {
                value = converted(value(place, formula), member.type().orElseThrow());
                FormulaCheck.range(name, call, rules.get(name), value)
                    .ifPresent(
                        fault -> {
                          throw moved(place.frame(), fault, Optional.of(formula));
                        });
              }
              values.put(name, value == null ? member.fallback().orElseThrow() : value);
            });
    return values;
  }

  /** A single number where several are wanted, or a whole one where a decimal is. */
  static Value converted(Value value, Type type) {
    if (type.base() == Type.Base.DECIMAL && value instanceof Value.Whole whole) {
      value = new Value.Decimal(whole.decimal());
    } else if (type.base() == Type.Base.DECIMAL && value instanceof Value.Sides sides) {
      List<Numeric> decimals = new ArrayList<>();
      sides.sides().forEach(side -> decimals.add(new Value.Decimal(side.decimal())));
      value = new Value.Sides(decimals);
    }
    return type.array() && value instanceof Numeric number
        ? new Value.Sides(List.of(number))
        : value;
  }

  private boolean truth(Place place, Formula condition) {
    return ((Value.Truth) value(place, condition)).value();
  }

  private Value value(Place place, Formula formula) {
    try {
      return Evaluator.of(formula.expression(), name -> named(place, name));
    } catch (ExpressionException e) {
      throw moved(place.frame(), Fault.of(e, formula.text(), formula.site()), Optional.of(formula));
    }
  }

  private Value named(Place place, String name) {
    Value parameter = place.frame().parameters().get(name);
    if (parameter != null) {
      return parameter;
    }
    Shape in = graph.shape(place.inputs().get(0));
    Shape input = graph.shape(place.frame().inputs().get(0));
    return switch (name) {
      case BlockScope.IN -> new Value.Whole(in.channels());
      case BlockScope.IN_HEIGHT -> new Value.Whole(in.height());
      case BlockScope.IN_WIDTH -> new Value.Whole(in.width());
      case BlockScope.CHANNELS -> new Value.Whole(input.channels());
      case BlockScope.HEIGHT -> new Value.Whole(input.height());
      case BlockScope.WIDTH -> new Value.Whole(input.width());
      case BlockScope.INDEX -> new Value.Whole(place.index().orElseThrow());
      default -> {
        int dot = name.indexOf('.');
        yield new Value.Constant(name.substring(0, dot), name.substring(dot + 1));
      }
    };
  }

  /** The shape of a value; a node that has none is a fault. */
  private Shape shape(Frame frame, BodyNode node, int value) {
    try {
      return graph.shape(value);
    } catch (ShapeFault e) {
      throw moved(frame, fault(frame, node, e), Optional.empty(), e);
    }
  }

  private Fault fault(Frame frame, BodyNode node, ShapeFault e) {
    String phrase = e.op().description().phrase();
    if (e.vanishing()) {
      return Fault.of(
          Message.NO_ROOM,
          node.site(),
          e.op().path(),
          phrase,
          e.inputs().get(0),
          "use " + e.remedy());
    }
    List<String> inputs = new ArrayList<>();
    StringBuilder skipped = new StringBuilder();
    for (int i = 0; i < e.inputs().size(); i++) {
      String name = frame.body().valueName(node.from().get(i));
      inputs.add(name + " (" + e.inputs().get(i) + ")");
      int value = node.from().get(i) - frame.body().inputs().size();
      if (value >= 0 && frame.body().nodes().get(value).condition().isPresent()) {
        Formula condition = frame.body().nodes().get(value).condition().get();
        skipped
            .append("; ")
            .append(name)
            .append(" has @If(\"")
            .append(condition.text())
            .append("\"), and hands on what it reads where that is false");
      }
    }
    return Fault.of(
        Message.SHAPES_DIFFER,
        node.edgesOrNode(),
        e.op().path(),
        "@" + node.work().text(),
        String.join(" and ", inputs),
        e.problem() + skipped,
        "give it " + e.remedy());
  }

  private FaultException moved(Frame frame, Fault fault, Optional<Formula> cause) {
    return moved(frame, fault, cause, null);
  }

  /** The fault at its place in the network's own interface, with the way and the shapes to it. */
  private FaultException moved(
      Frame frame, Fault fault, Optional<Formula> cause, @Nullable ShapeFault shapes) {
    String lines = frame.isOwn() ? "" : "  by way of " + frame.way(name(fault.site())) + "\n";
    lines += trace;
    if (shapes != null) {
      lines += ShapeTrace.fault(shapes);
    }
    return new FaultException(fault.at(frame.reported(fault.site(), cause), lines));
  }

  private static String name(Site site) {
    return site.element().getSimpleName().toString();
  }
}
