package io.blockwork.processor.dsl;

import java.util.List;
import java.util.Optional;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.TypeElement;

/**
 * A node of a body.
 *
 * @param name its name
 * @param element the nested interface
 * @param work what it computes
 * @param from the values that it reads, as {@link Body} numbers them
 * @param edges the {@code @From} that says so; empty if it reads what stands above it
 * @param condition whether it is there
 * @param times how often it is repeated
 * @param auxiliary the weight of its loss, if it is an auxiliary output
 * @param path what its module is called
 * @param head whether it tells classes apart
 * @param initial what parameters start as, if it says so
 */
record BodyNode(
    String name,
    TypeElement element,
    Work work,
    List<Integer> from,
    Optional<AnnotationMirror> edges,
    Optional<Formula> condition,
    Optional<Times> times,
    Optional<Double> auxiliary,
    Optional<PathPattern> path,
    boolean head,
    Optional<InitRule> initial) {
  BodyNode {
    from = List.copyOf(from);
  }

  /** What a node computes. */
  sealed interface Work {
    /** How a message calls it. */
    String text();
  }

  /** One operation. */
  record Operate(Operation operation, Call call) implements Work {
    @Override
    public String text() {
      return call.signature().name();
    }
  }

  /**
   * A block.
   *
   * @param block the annotation's type
   * @param inputs how many inputs the block has
   */
  record Use(TypeElement block, int inputs, Call call) implements Work {
    @Override
    public String text() {
      return call.signature().name();
    }
  }

  /** Nodes of its own. */
  record Group(Body body) implements Work {
    @Override
    public String text() {
      return body.name();
    }
  }

  /**
   * Repetitions.
   *
   * @param number how often; 0 if a formula says so
   * @param formula how often
   * @param site where it is written
   */
  record Times(int number, Optional<Formula> formula, Site site) {}

  /** Where its edges, or else the node itself, stand. */
  Site edgesOrNode() {
    return edges.map(from -> Site.of(element, from, "value")).orElse(site());
  }

  /** Where the node stands: at its operation, if it has one. */
  Site site() {
    if (work instanceof Operate operate) {
      return operate.call().site();
    }
    return work instanceof Use use ? use.call().site() : Site.of(element);
  }
}
