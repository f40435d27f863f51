package io.blockwork.processor.dsl;

import io.blockwork.graph.Graph;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.checks.NetworkWarnings.Resized;
import io.blockwork.processor.dsl.Library.Trouble;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;
import org.jspecify.annotations.Nullable;

/** The networks and blocks of one round of compilation. */
public final class Compositions {
  private static final int MOST = 1 << 20;
  private static final int CHANNELS = 3;
  private static final int SIDE = 224;

  private final Elements elements;
  private final Library library;

  /**
   * @param sources qualified names of the outermost classes that are being compiled
   */
  public Compositions(ProcessingEnvironment environment, Set<String> sources) {
    this.elements = environment.getElementUtils();
    this.library = new Library(environment, sources);
  }

  /**
   * What came of a network.
   *
   * @param graph the network; empty if something is wrong with it or its blocks
   * @param faults what is to be reported of it, which may be nothing where a block reports it
   * @param resized the same network for other images
   */
  public record Result(Optional<Graph> graph, List<Fault> faults, Resized resized) {
    /** Copies the list. */
    public Result {
      faults = List.copyOf(faults);
    }

    private static Result of(List<Fault> faults) {
      return new Result(Optional.empty(), faults, input -> Optional.empty());
    }

    private static Result of(Fault fault) {
      return of(List.of(fault));
    }
  }

  /**
   * Everything that is wrong with a block that is being compiled, whoever uses it.
   *
   * @throws Unreadable if the compiler could make nothing of a part of it
   */
  public List<Fault> block(TypeElement element) {
    BlockDefinition block = library.block(element);
    List<Fault> faults = new ArrayList<>(block.faults());
    if (faults.isEmpty()) {
      library.recursion(element).ifPresent(faults::add);
    }
    if (faults.isEmpty()) {
      // Its blocks from class files, which report nothing themselves.
      library.trouble(block.body()).fault().ifPresent(faults::add);
    }
    return faults;
  }

  /**
   * What the companion of some blocks says of one of them.
   *
   * @param block its name, after those of the classes around it
   * @param summary the first sentence of its documentation; may be empty
   * @param nodes the names of its nodes, in order
   */
  public record Entry(String block, String summary, List<String> nodes) {
    /** Copies the list. */
    public Entry {
      nodes = List.copyOf(nodes);
    }
  }

  /** What the companion says of a block that is being compiled. */
  public Entry entry(TypeElement block) {
    String summary = Summary.of(elements.getDocComment(block));
    return new Entry(NodeOrder.name(block), summary, NodeOrder.of(block));
  }

  /** The class that holds a block, and nothing around it but its package. */
  public static TypeElement outermost(TypeElement block) {
    return NodeOrder.outermost(block);
  }

  /** The qualified name of the companion of all blocks within an outermost class. */
  public static String companion(TypeElement outermost) {
    return NodeOrder.companion(outermost);
  }

  /**
   * A network.
   *
   * @param type the interface
   * @param model its {@code @Model}
   * @param classifier whether it is an {@code ImageClassifier}
   * @throws Unreadable if the compiler could make nothing of a part of it
   */
  public Result network(TypeElement type, AnnotationMirror model, boolean classifier) {
    List<Fault> faults = new ArrayList<>();
    Shape input = input(type, model, faults);
    List<AnnotationMirror> blocks = new ArrayList<>();
    for (AnnotationMirror mirror : type.getAnnotationMirrors()) {
      if (Names.unknown(mirror)) {
        throw new Unreadable(mirror.toString());
      } else if (Names.isBlock(mirror)) {
        blocks.add(mirror);
      }
    }
    String name = type.getSimpleName().toString();
    if (blocks.size() > 1) {
      String all =
          blocks.stream()
              .map(mirror -> "@" + Names.type(mirror).getSimpleName())
              .collect(Collectors.joining(", "));
      return Result.of(Fault.of(Message.TWO_BLOCKS, Site.of(type, blocks.get(1)), name, all));
    }
    BodyReader reader = library.reader(type);
    Optional<Call> block = blocks.stream().findFirst().map(mirror -> reader.call(type, mirror));
    Body body = reader.read();
    if (block.isPresent() && !body.nodes().isEmpty()) {
      String annotation = block.get().signature().name();
      return Result.of(Fault.of(Message.TWO_BODIES, block.get().site(), name, annotation));
    } else if (block.isEmpty() && body.nodes().isEmpty() && reader.faults().isEmpty()) {
      return Result.of(Fault.of(Message.NO_BODY, Site.of(type, model), name));
    }
    faults.addAll(BodyCheck.faults(body, new Signature("", Map.of(), Map.of()), reader.faults()));
    block.ifPresent(call -> FormulaCheck.network(call, faults));
    Trouble trouble = trouble(body, block);
    trouble.fault().ifPresent(faults::add);
    if (!faults.isEmpty() || trouble.any()) {
      return Result.of(faults);
    }
    return lower(new NetworkSource(type, body, block, classifier), input);
  }

  private Trouble trouble(Body body, Optional<Call> block) {
    return block
        .map(call -> library.trouble(Names.type(call.annotation()), call.site()))
        .orElseGet(() -> library.trouble(body));
  }

  private Result lower(NetworkSource network, Shape input) {
    try {
      return new Result(
          Optional.of(Lowering.lower(network, input, library)),
          List.of(),
          other -> resized(network, other));
    } catch (FaultException e) {
      Fault fault = e.fault();
      return Result.of(
          fault.message() == Message.NO_ROOM
              ? Remedies.larger(fault, network, input, library)
              : fault);
    }
  }

  private Optional<Graph> resized(NetworkSource network, Shape input) {
    try {
      return Optional.of(Lowering.lower(network, input, library));
    } catch (FaultException e) {
      return Optional.empty();
    }
  }

  private static Shape input(TypeElement type, AnnotationMirror model, List<Fault> faults) {
    Object value = Names.written(model, "input").map(AnnotationValue::getValue).orElse("none");
    AnnotationMirror input = value instanceof AnnotationMirror mirror ? mirror : null;
    Site site = Site.of(type, model);
    return new Shape(
        size(input, "channels", CHANNELS, Message.CHANNELS_RANGE, site, faults),
        size(input, "height", SIDE, Message.SIZE_RANGE, site, faults),
        size(input, "width", SIDE, Message.SIZE_RANGE, site, faults));
  }

  private static int size(
      @Nullable AnnotationMirror input,
      String member,
      int fallback,
      Message message,
      Site site,
      List<Fault> faults) {
    Object value =
        input == null
            ? fallback
            : Names.written(input, member).map(AnnotationValue::getValue).orElse((Object) fallback);
    if (!(value instanceof Integer size)) {
      throw new Unreadable(member);
    }
    if (size < 1 || size > MOST) {
      int nearest = size < 1 ? 1 : MOST;
      Site at = site.member("input." + member);
      faults.add(Fault.of(message, at, member, size, 1, MOST, nearest));
      return fallback;
    }
    return size;
  }
}
