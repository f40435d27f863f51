package io.blockwork.processor.dsl;

import io.blockwork.graph.Graph;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.dsl.BodyNode.Use;
import io.blockwork.processor.dsl.Library.Trouble;
import io.blockwork.processor.spec.Message;
import io.blockwork.published.PretrainedWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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
  private final Publications publications;

  /**
   * @param sources qualified names of the outermost classes that are being compiled
   */
  public Compositions(ProcessingEnvironment environment, Set<String> sources) {
    this.elements = environment.getElementUtils();
    this.library = new Library(environment, sources);
    this.publications = new Publications(library);
  }

  /**
   * What came of a network.
   *
   * @param composition the network; empty if something is wrong with it or its blocks
   * @param weights the published weights that it is to be loaded with
   * @param faults what is to be reported of it, which may be nothing where a block reports it
   * @param resized the same network for other images; empty if something is wrong with it there
   * @param sized the same, with what is wrong
   */
  public record Result(
      Optional<Composition> composition,
      Optional<PretrainedWeights> weights,
      List<Fault> faults,
      Function<Shape, Optional<Graph>> resized,
      Function<Shape, Resized> sized) {
    /** Copies the list. */
    public Result {
      faults = List.copyOf(faults);
    }

    private static Result of(List<Fault> faults) {
      return new Result(
          Optional.empty(),
          Optional.empty(),
          faults,
          input -> Optional.empty(),
          input -> new Resized(Optional.empty(), Optional.empty()));
    }

    private static Result of(Fault fault) {
      return of(List.of(fault));
    }

    /** The network as a graph. */
    public Optional<Graph> graph() {
      return composition.map(Composition::graph);
    }
  }

  /**
   * A network for other images.
   *
   * @param graph the network; empty if something is wrong with it
   * @param fault what is wrong
   */
  public record Resized(Optional<Graph> graph, Optional<Fault> fault) {}

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
      Trouble trouble = library.trouble(block.body());
      trouble.fault().ifPresent(faults::add);
      if (!trouble.any()) {
        faults.addAll(published(block));
      }
    }
    return faults;
  }

  /** What is wrong with the networks that a block's published weights were trained for. */
  private List<Fault> published(BlockDefinition block) {
    List<Fault> faults = new ArrayList<>();
    for (Publication publication : block.publications()) {
      try {
        publications
            .original(block, publication)
            .ifPresent(
                network ->
                    Publications.complete(publication.weights(), network.graph(), publication));
      } catch (FaultException e) {
        faults.add(e.fault());
      }
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
    Optional<Use> block =
        blocks.stream()
            .findFirst()
            .map(mirror -> new Use(Names.type(mirror), 1, reader.call(type, mirror)));
    Body body = reader.read();
    if (block.isPresent() && !body.nodes().isEmpty()) {
      String annotation = block.get().text();
      Site site = block.get().call().site();
      return Result.of(Fault.of(Message.TWO_BODIES, site, name, annotation));
    } else if (block.isEmpty() && body.nodes().isEmpty() && reader.faults().isEmpty()) {
      return Result.of(Fault.of(Message.NO_BODY, Site.of(type, model), name));
    }
    faults.addAll(BodyCheck.faults(body, new Signature("", Map.of(), Map.of()), reader.faults()));
    block.ifPresent(use -> FormulaCheck.network(use.call(), faults));
    Trouble trouble = trouble(body, block);
    trouble.fault().ifPresent(faults::add);
    List<Publication> own = PublicationReader.read(type, faults);
    if (!faults.isEmpty() || trouble.any()) {
      return Result.of(faults);
    }
    var network = new NetworkSource(type, body, block, classifier);
    try {
      Composition composition = Lowering.lower(network, input, library);
      return new Result(
          Optional.of(composition),
          weights(network, composition, model, own),
          List.of(),
          other -> resized(network, other),
          other -> sized(network, other));
    } catch (FaultException e) {
      Fault fault = e.fault();
      if (fault.message() == Message.NO_ROOM) {
        return Result.of(Remedies.larger(fault, network, input, library));
      }
      return block.isPresent() && fault.site().element().equals(block.get().block())
          ? Result.of(ofBlock(fault, library.block(block.get().block()), type, model))
          : Result.of(fault);
    }
  }

  /**
   * The size of the images, if it is written.
   *
   * @param model {@code @Model} on {@code type}
   * @param faults receives what is wrong with it
   */
  public static Optional<Shape> writtenInput(
      TypeElement type, AnnotationMirror model, List<Fault> faults) {
    return Names.written(model, "input").isPresent()
        ? Optional.of(input(type, model, faults))
        : Optional.empty();
  }

  /** Whether an interface has nodes of its own, or a block beside it. */
  public static boolean hasBody(TypeElement type) {
    for (AnnotationMirror mirror : type.getAnnotationMirrors()) {
      if (Names.isBlock(mirror)) {
        return true;
      }
    }
    return type.getEnclosedElements().stream()
        .flatMap(member -> member.getAnnotationMirrors().stream())
        .anyMatch(Names::isOperation);
  }

  /** A fault of a block's published weights: reported there, or here if that is a class file. */
  private static List<Fault> ofBlock(
      Fault fault, BlockDefinition block, TypeElement type, AnnotationMirror model) {
    return block.source()
        ? List.of()
        : List.of(fault.at(Site.of(type, model, "weights"), fault.trace()));
  }

  private Optional<PretrainedWeights> weights(
      NetworkSource network,
      Composition composition,
      AnnotationMirror model,
      List<Publication> own) {
    String wanted = Names.text(model, "weights").orElse("");
    Site site = Site.of(network.type(), model, "weights");
    List<Publication> theirs =
        network.block().map(use -> library.block(use.block()).publications()).orElse(List.of());
    return Publications.choose(network, own, theirs, wanted, site)
        .map(chosen -> publications.weights(network, composition, chosen, site));
  }

  private Trouble trouble(Body body, Optional<Use> block) {
    return block
        .map(use -> library.trouble(use.block(), use.call().site()))
        .orElseGet(() -> library.trouble(body));
  }

  private Optional<Graph> resized(NetworkSource network, Shape input) {
    try {
      return Optional.of(Lowering.lower(network, input, library).graph());
    } catch (FaultException e) {
      return Optional.empty();
    }
  }

  private Resized sized(NetworkSource network, Shape input) {
    try {
      Graph graph = Lowering.lower(network, input, library).graph();
      return new Resized(Optional.of(graph), Optional.empty());
    } catch (FaultException e) {
      Fault fault = e.fault();
      return new Resized(
          Optional.empty(),
          Optional.of(
              fault.message() == Message.NO_ROOM
                  ? Remedies.larger(fault, network, input, library)
                  : fault));
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
