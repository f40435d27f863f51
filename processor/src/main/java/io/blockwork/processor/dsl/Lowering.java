package io.blockwork.processor.dsl;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.Heads;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.StateDict;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ShapeFault;
import io.blockwork.processor.dsl.BodyNode.Group;
import io.blockwork.processor.dsl.BodyNode.Operate;
import io.blockwork.processor.dsl.BodyNode.Use;
import io.blockwork.processor.dsl.Frame.Via;
import io.blockwork.processor.expression.Value;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Writes a network down as a graph, node by node. Its blocks must have no faults. */
final class Lowering {
  private static final int MOST_NODES = 50_000;
  private static final String AUXILIARY = "auxiliary output, of training only";

  private final Library library;
  private final GraphBuilder graph = new GraphBuilder();
  private final ShapeTrace trace = new ShapeTrace();
  private final Reports reports = new Reports(trace);
  private final PlaceValues values = new PlaceValues(graph, reports);
  private final ModulePaths paths = new ModulePaths(values, reports);
  private final BufferLimits limits = new BufferLimits();
  private final Locations locations = new Locations();
  private final Map<String, Place> heads = new LinkedHashMap<>();
  private final List<String> leftOut = new ArrayList<>();
  private int operations;

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
      throw reports.of(frame, fault);
    }
    graph.modules(result.modules().toArray(String[]::new));
    Graph built = graph.build(result.value());
    if (network.classifier() && !built.isVector(built.output(), Shapes.of(built))) {
      // A classifier's output is [N, classes], whatever operation computes it.
      built = graph.build(graph.add(new Flatten("flatten"), result.value()));
    }
    return new Composition(built, heads(built), leftOut, paths.names(), locations.all());
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
            throw reports.of(place.frame(), Fault.of(Message.HEAD_EMPTY, site, path));
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
    List<Integer> results = new ArrayList<>(frame.inputs());
    List<List<String>> modules = new ArrayList<>();
    for (int i = 0; i < body.nodes().size(); i++) {
      results.add(-1);
      modules.add(List.of());
    }
    int number = 0;
    for (int i : Schedule.of(body)) {
      BodyNode node = body.nodes().get(i);
      List<Integer> inputs = new ArrayList<>();
      node.from().forEach(value -> inputs.add(results.get(value)));
      Placed placed = node(frame, node, inputs, number);
      number += placed.times();
      results.set(body.value(i), placed.value());
      modules.set(i, placed.modules());
      if (frame.isTop() && node.auxiliary().isEmpty()) {
        trace.add(frame.prefix() + node.name(), shape(frame, node, placed.value()), node.work());
      }
    }
    List<String> all = new ArrayList<>();
    modules.forEach(all::addAll);
    return new Placed(results.get(body.value(body.output())), all, 1);
  }

  /** A node with its repetitions. */
  private Placed node(Frame frame, BodyNode node, List<Integer> inputs, int number) {
    var before = new Place(frame, node, inputs, frame.index());
    int times = node.times().map(t -> values.times(before, t)).orElse(1);
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
      if (node.condition().map(condition -> !values.truth(place, condition)).orElse(false)) {
        if (node.auxiliary().isPresent()) {
          leftOut.add(frame.prefix() + paths.name(place, number + there));
        }
        continue;
      }
      String name = paths.name(place, number + there);
      String path = frame.prefix() + name;
      paths.note(place, name, path);
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
    Map<String, Value> parameters = values.values(place, use.call(), Map.of());
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
    Map<String, Value> members = values.values(place, operate.call(), operate.operation().rules());
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
              path, members, shapes, node.initial().or(place.frame()::initial), node.initial());
      op = operate.operation().make().apply(settings);
    } catch (Settings.Impossible e) {
      Formula formula = operate.call().computed().get(e.member());
      Site site = operate.call().site(e.member());
      throw reports.of(place.frame(), e.fault(path, site), Optional.ofNullable(formula));
    }
    if (++operations > MOST_NODES) {
      throw reports.of(place.frame(), Fault.of(Message.TOO_MANY_NODES, node.site(), MOST_NODES));
    }
    refuse(place, InitCheck.of(node, operate.operation(), op));
    paths.claim(place, op);
    int value = graph.add(op, place.inputs());
    refuse(place, limits.add(node.site(), op, shape(place.frame(), node, value)));
    boolean shown = op.role() == Role.WEIGHTED || op.role() == Role.NORM || op.role() == Role.POOL;
    return new Placed(value, shown || !op.parameters().isEmpty() ? List.of(path) : List.of(), 1);
  }

  private void refuse(Place place, Optional<Fault> fault) {
    if (fault.isPresent()) {
      throw reports.of(place.frame(), fault.get());
    }
  }

  /** The shape of a value; a node that has none is a fault. */
  private Shape shape(Frame frame, BodyNode node, int value) {
    try {
      return graph.shape(value);
    } catch (ShapeFault e) {
      throw reports.of(frame, node, e);
    }
  }
}
