package io.blockwork.processor.dsl;

import io.blockwork.processor.dsl.BodyNode.Group;
import io.blockwork.processor.dsl.BodyNode.Use;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;

/** All blocks that one round of compilation comes across, each read once. */
final class Library {
  private static final String RETENTION = "java.lang.annotation.Retention";
  private static final String TARGET = "java.lang.annotation.Target";

  private final Elements elements;
  private final NodeOrder order;
  private final Map<String, Signature> signatures = new HashMap<>();
  private final Map<String, BlockDefinition> blocks = new HashMap<>();

  Library(ProcessingEnvironment environment, Set<String> sources) {
    this.elements = environment.getElementUtils();
    this.order = new NodeOrder(elements, sources);
  }

  /** A reader of a network's, or block's, nodes. */
  BodyReader reader(TypeElement root) {
    return new BodyReader(order, root, signatures);
  }

  /**
   * A block, with what is wrong with it.
   *
   * @throws Unreadable if the compiler could make nothing of a part of it
   */
  BlockDefinition block(TypeElement element) {
    String name = element.getQualifiedName().toString();
    BlockDefinition known = blocks.get(name);
    if (known == null) {
      known = read(element);
      blocks.put(name, known);
    }
    return known;
  }

  private BlockDefinition read(TypeElement element) {
    BodyReader reader = reader(element);
    Body body = reader.read();
    List<Fault> faults = new ArrayList<>(reader.faults());
    checkAnnotation(element, faults);
    List<Publication> publications = PublicationReader.read(element, faults);
    Signature signature =
        signatures.computeIfAbsent(
            element.getQualifiedName().toString(), name -> Signature.of(element));
    if (body.nodes().isEmpty() && faults.isEmpty()) {
      faults.add(Fault.of(Message.EMPTY_BLOCK, Site.of(element), body.name()));
    }
    faults = BodyCheck.faults(body, signature, faults);
    return new BlockDefinition(
        element, signature, body, publications, faults, order.isSource(element), summary(element));
  }

  private static void checkAnnotation(TypeElement element, List<Fault> faults) {
    String name = element.getSimpleName().toString();
    Names.find(element, RETENTION)
        .filter(retention -> constants(retention).contains("SOURCE"))
        .ifPresent(
            retention ->
                faults.add(
                    Fault.of(
                        Message.SOURCE_RETENTION, Site.of(element, retention, "value"), name)));
    Names.find(element, TARGET)
        .filter(target -> !constants(target).contains("TYPE"))
        .ifPresent(
            target ->
                faults.add(
                    Fault.of(Message.BLOCK_TARGET, Site.of(element, target, "value"), name)));
  }

  /** The simple names of the constants that are an annotation's value. */
  private static List<String> constants(AnnotationMirror mirror) {
    List<String> names = new ArrayList<>();
    Object value = Names.written(mirror, "value").map(AnnotationValue::getValue).orElse(List.of());
    for (Object constant : value instanceof List<?> list ? list : List.of(value)) {
      String name = constant.toString();
      names.add(name.substring(name.lastIndexOf('.') + 1));
    }
    return names;
  }

  /** The first sentence of a block's documentation, which a companion keeps for class files. */
  private String summary(TypeElement element) {
    String text =
        order.isSource(element)
            ? Summary.of(elements.getDocComment(element))
            : order.summary(element);
    return text.isEmpty() ? element.getSimpleName().toString() : text;
  }

  /** The blocks that nodes of a body use, with the nodes. */
  static List<BodyNode> uses(Body body) {
    List<BodyNode> uses = new ArrayList<>();
    for (BodyNode node : body.nodes()) {
      if (node.work() instanceof Group group) {
        uses.addAll(uses(group.body()));
      } else if (node.work() instanceof Use) {
        uses.add(node);
      }
    }
    return uses;
  }

  /**
   * Why a body cannot be built, as far as that lies in the blocks that it uses: the fault of one
   * from a class file, at the node that uses it; or a fault that is reported elsewhere.
   */
  Trouble trouble(Body body) {
    return trouble(body, new LinkedHashSet<>());
  }

  /**
   * What is wrong with the blocks of a body.
   *
   * @param any whether anything is
   * @param fault what nobody else reports
   */
  record Trouble(boolean any, Optional<Fault> fault) {
    static final Trouble NONE = new Trouble(false, Optional.empty());
  }

  private Trouble trouble(Body body, Set<String> seen) {
    for (BodyNode node : uses(body)) {
      Use use = (Use) node.work();
      Trouble trouble = trouble(use.block(), node.site(), seen);
      if (trouble.any()) {
        return trouble;
      }
    }
    return Trouble.NONE;
  }

  /** What is wrong with a block, and with those that it uses, at a place that uses it. */
  Trouble trouble(TypeElement element, Site site) {
    return trouble(element, site, new LinkedHashSet<>());
  }

  private Trouble trouble(TypeElement element, Site site, Set<String> seen) {
    if (!seen.add(element.getQualifiedName().toString())) {
      return Trouble.NONE;
    }
    BlockDefinition block = block(element);
    if (!block.faults().isEmpty()) {
      Fault first = block.faults().get(0);
      return new Trouble(
          true,
          block.source()
              ? Optional.empty()
              : Optional.of(first.at(site, "  in the block " + element.getQualifiedName() + "\n")));
    }
    Trouble inner = trouble(block.body(), seen);
    return new Trouble(
        inner.any() || isCircular(element), inner.fault().map(f -> f.at(site, f.trace())));
  }

  /** Whether a block contains itself. */
  private boolean isCircular(TypeElement element) {
    return !circle(element, element, new LinkedHashSet<>()).isEmpty();
  }

  /**
   * How a block contains itself, if it does; of a circle, the block that is first by name tells.
   */
  Optional<Fault> recursion(TypeElement element) {
    List<BodyNode> way = circle(element, element, new LinkedHashSet<>());
    String self = element.getQualifiedName().toString();
    StringBuilder text = new StringBuilder(element.getSimpleName());
    boolean first = !way.isEmpty();
    for (BodyNode node : way) {
      TypeElement used = ((Use) node.work()).block();
      text.append('.').append(node.name()).append(" -> ").append(used.getSimpleName());
      first &= self.compareTo(used.getQualifiedName().toString()) <= 0;
    }
    return first
        ? Optional.of(
            Fault.of(
                Message.RECURSION,
                way.get(0).site(),
                way.get(0).name(),
                element.getSimpleName(),
                text.toString()))
        : Optional.empty();
  }

  private List<BodyNode> circle(TypeElement at, TypeElement goal, Set<String> seen) {
    for (BodyNode node : uses(block(at).body())) {
      TypeElement used = ((Use) node.work()).block();
      if (used.equals(goal)) {
        return List.of(node);
      } else if (seen.add(used.getQualifiedName().toString())) {
        List<BodyNode> rest = circle(used, goal, seen);
        if (!rest.isEmpty()) {
          List<BodyNode> way = new ArrayList<>(List.of(node));
          way.addAll(rest);
          return way;
        }
      }
    }
    return List.of();
  }
}
