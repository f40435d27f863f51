package io.blockwork.processor;

import io.blockwork.processor.spec.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.ExecutableElement;

/**
 * Finds the annotation value that a problem is to be reported at. The two compilers want different
 * things of {@code Messager.printMessage}, and this is the one place that knows.
 *
 * <ul>
 *   <li>javac (seen in 17 and 25) marks any value within the annotation, given the outermost
 *       annotation and the value: one element of an array, or a member of a nested annotation.
 *   <li>ECJ (seen in 3.46) marks the members of an annotation, given the annotation that the member
 *       is written in, be it nested. For one element of an array it falls back to the annotation's
 *       first line, so it gets the whole array. It fails where it meets an empty array, in this
 *       annotation or another, on its way to the annotation it is given; a coarser position, or
 *       none, helps then.
 * </ul>
 */
final class Positions {
  private static final String ECLIPSE = "org.eclipse.";

  private final boolean eclipse;

  Positions(ProcessingEnvironment environment) {
    // Build tools wrap the environment, but hand the compiler's own utilities through.
    this.eclipse =
        environment.getClass().getName().startsWith(ECLIPSE)
            || environment.getElementUtils().getClass().getName().startsWith(ECLIPSE);
  }

  /**
   * What to hand to {@code Messager.printMessage}.
   *
   * @param annotation the annotation
   * @param value the value; empty for the annotation as a whole
   */
  record Position(AnnotationMirror annotation, Optional<AnnotationValue> value) {}

  /** Whether the compiler can mark what stands within a record; ECJ (seen in 3.46) cannot. */
  boolean knowsRecords() {
    return !eclipse;
  }

  /**
   * The position of the first of the problem's members that the user wrote, and coarser ones after
   * it for a compiler that fails to find that: the member that holds it, and the annotation.
   */
  List<Position> of(Problem problem, AnnotationMirror annotation) {
    List<Position> positions = new ArrayList<>();
    for (String member : problem.members()) {
      positions.addAll(of(member, annotation));
      if (!positions.isEmpty()) {
        if (problem.index().isPresent() && !eclipse) {
          positions.set(0, element(positions.get(0), problem.index().getAsInt()));
        }
        break;
      }
    }
    positions.add(new Position(annotation, Optional.empty()));
    return positions;
  }

  private List<Position> of(String member, AnnotationMirror annotation) {
    int dot = member.indexOf('.');
    Optional<AnnotationValue> outer =
        written(annotation, dot < 0 ? member : member.substring(0, dot));
    if (outer.isEmpty()) {
      return List.of();
    }
    var whole = new Position(annotation, outer);
    if (dot < 0) {
      return List.of(whole);
    }
    if (outer.get().getValue() instanceof AnnotationMirror nested) {
      Optional<AnnotationValue> inner = written(nested, member.substring(dot + 1));
      if (inner.isPresent()) {
        return List.of(new Position(eclipse ? nested : annotation, inner), whole);
      }
    }
    return List.of();
  }

  private static Optional<AnnotationValue> written(AnnotationMirror annotation, String member) {
    for (Map.Entry<? extends ExecutableElement, ? extends AnnotationValue> entry :
        annotation.getElementValues().entrySet()) {
      if (entry.getKey().getSimpleName().contentEquals(member)) {
        return Optional.of(entry.getValue());
      }
    }
    return Optional.empty();
  }

  private static Position element(Position array, int index) {
    if (array.value().isPresent() && array.value().get().getValue() instanceof List<?> elements) {
      return new Position(array.annotation(), Optional.of((AnnotationValue) elements.get(index)));
    }
    return array;
  }
}
