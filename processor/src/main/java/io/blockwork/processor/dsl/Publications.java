package io.blockwork.processor.dsl;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.dsl.BodyNode.Use;
import io.blockwork.processor.dsl.PublishedMatch.Difference;
import io.blockwork.processor.expression.Evaluator;
import io.blockwork.processor.expression.ExpressionException;
import io.blockwork.processor.expression.Parser;
import io.blockwork.processor.expression.Parser.Assignment;
import io.blockwork.processor.expression.TypeCheck;
import io.blockwork.processor.expression.Value;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Nearest;
import io.blockwork.processor.spec.Shown;
import io.blockwork.published.PretrainedWeights;
import io.blockwork.published.PretrainedWeights.RemoteFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the published weights of a composed network, and the network that they were trained for.
 */
public final class Publications {
  private final Library library;

  Publications(Library library) {
    this.library = library;
  }

  /**
   * The one that a network uses.
   *
   * @param own those on its interface
   * @param block those on the block beside it
   * @param wanted the name that {@code @Model} gives; empty for none
   * @param site where the name stands
   * @throws FaultException if there are none of that name
   */
  static Optional<Publication> choose(
      NetworkSource network,
      List<Publication> own,
      List<Publication> block,
      String wanted,
      Site site) {
    if (wanted.isEmpty()) {
      return own.stream().findFirst();
    }
    List<Publication> all = new ArrayList<>(own);
    all.addAll(block);
    Optional<Publication> found = all.stream().filter(p -> p.name().equals(wanted)).findFirst();
    if (found.isPresent()) {
      return found;
    }
    String type = network.type().getSimpleName().toString();
    List<String> names = Nearest.order(wanted, all.stream().map(Publication::name).toList());
    throw new FaultException(
        names.isEmpty()
            ? Fault.of(Message.NOTHING_PUBLISHED, site, Shown.text(wanted), type)
            : Fault.of(
                Message.UNKNOWN_PUBLISHED,
                site,
                type,
                Shown.text(wanted),
                names.get(0),
                String.join(", ", names)));
  }

  /**
   * The weights for a network that is to be loaded with them.
   *
   * @param site where their name stands
   * @throws FaultException if they do not fit
   */
  PretrainedWeights weights(
      NetworkSource network, Composition composition, Publication publication, Site site) {
    boolean onBlock = !publication.site().element().equals(network.type());
    Graph ours = composition.graph();
    Graph theirs = onBlock ? original(network, publication).graph() : ours;
    Optional<Difference> difference =
        PublishedMatch.difference(ours, theirs, composition.heads(), composition.leftOut());
    if (difference.isPresent()) {
      Difference d = difference.get();
      String block = publication.site().element().getSimpleName().toString();
      throw new FaultException(
          Fault.of(
              Message.PUBLISHED_DIFFER,
              site,
              publication.name(),
              d.parameter(),
              d.ours(),
              d.theirs(),
              block));
    }
    return complete(
        PublishedMatch.normalizedBy(ours, theirs, publication.weights()), theirs, publication);
  }

  /**
   * The facts with the number of values in the file.
   *
   * @param theirs the network that the weights were trained for
   * @throws FaultException if there are names for another number of classes
   */
  static PretrainedWeights complete(
      PretrainedWeights weights, Graph theirs, Publication publication) {
    Shape output = Shapes.of(theirs).get(theirs.output());
    int names = weights.classNames().size();
    if (names > 0 && names != output.channels()) {
      throw new FaultException(
          Fault.of(
              Message.PUBLISHED_VALUE,
              publication.site().member("classNames"),
              "classNames",
              names + " names",
              "one for each of the " + output.channels() + " classes"));
    }
    Optional<RemoteFile> file = weights.file();
    return file.isEmpty()
        ? weights
        : weights.file(
            file.get().url().toString(), file.get().sha256(), PublishedMatch.parameters(theirs));
  }

  /**
   * The facts of weights for the network that they stand on.
   *
   * @param faults what is wrong with them is added here
   */
  public static Optional<PretrainedWeights> own(
      Publication publication, Graph network, List<Fault> faults) {
    try {
      return Optional.of(complete(publication.weights(), network, publication));
    } catch (FaultException e) {
      faults.add(e.fault());
      return Optional.empty();
    }
  }

  /**
   * The network that weights were trained for.
   *
   * @throws FaultException if there can be none
   */
  private Composition original(NetworkSource network, Publication publication) {
    return original(network, network.block().orElseThrow(), publication);
  }

  /** The same for a block that is being compiled, if its elements all have values. */
  Optional<Composition> original(BlockDefinition block, Publication publication) {
    Body none = new Body(block.element(), List.of("Input"), List.of(), false, Optional.empty());
    var call =
        new Call(
            block.signature(),
            block.element(),
            publication.site().annotation().orElseThrow(),
            Map.of(),
            Map.of());
    var use = new Use(block.element(), 1, call);
    boolean given =
        block.signature().members().entrySet().stream()
            .allMatch(
                member ->
                    member.getValue().fallback().isPresent()
                        || publication.with().contains(member.getKey()));
    return given
        ? Optional.of(
            original(
                new NetworkSource(block.element(), none, Optional.of(use), false),
                use,
                publication))
        : Optional.empty();
  }

  private Composition original(NetworkSource network, Use use, Publication publication) {
    Call call = use.call();
    Map<String, Value> written = new LinkedHashMap<>();
    call.signature()
        .members()
        .forEach(
            (name, member) -> {
              // What has no default is the network's own, unless the weights tell.
              if (member.fallback().isEmpty() && call.written().containsKey(name)) {
                written.put(name, call.written().get(name));
              }
            });
    written.putAll(with(call.signature(), publication));
    var trained =
        new Use(
            use.block(),
            use.inputs(),
            new Call(call.signature(), call.on(), call.annotation(), written, Map.of()));
    var source =
        new NetworkSource(
            network.type(), network.body(), Optional.of(trained), network.classifier());
    try {
      return Lowering.lower(source, publication.input(), library);
    } catch (FaultException e) {
      Fault fault = e.fault();
      throw new FaultException(
          new Fault(
              Message.PUBLISHED_NETWORK,
              publication.site(),
              List.of(publication.name(), fault.message().headline(fault.args().toArray())),
              fault.trace()));
    }
  }

  /** The values of elements that a publication gives. */
  private static Map<String, Value> with(Signature signature, Publication publication) {
    String text = publication.with();
    Site site = publication.site().member("with");
    Map<String, Value> values = new LinkedHashMap<>();
    if (text.isEmpty()) {
      return values;
    }
    var scope = new BlockScope(new Signature("", Map.of(), signature.constants()), false);
    try {
      for (Assignment member : Parser.members(text)) {
        Signature.Member element = signature.members().get(member.name());
        if (element == null || element.type().isEmpty()) {
          throw new FaultException(BodyReader.unknown(member, signature, text, site));
        }
        TypeCheck.require(member.expression(), scope, element.type().get());
        Value value = Evaluator.of(member.expression(), name -> named(name, publication.input()));
        values.put(member.name(), PlaceValues.converted(value, element.type().get()));
      }
    } catch (ExpressionException e) {
      throw new FaultException(Fault.of(e, text, site));
    }
    return values;
  }

  private static Value named(String name, Shape input) {
    return switch (name) {
      case BlockScope.IN, BlockScope.CHANNELS -> new Value.Whole(input.channels());
      case BlockScope.IN_HEIGHT, BlockScope.HEIGHT -> new Value.Whole(input.height());
      case BlockScope.IN_WIDTH, BlockScope.WIDTH -> new Value.Whole(input.width());
      default -> {
        int dot = name.indexOf('.');
        yield new Value.Constant(name.substring(0, dot), name.substring(dot + 1));
      }
    };
  }
}
