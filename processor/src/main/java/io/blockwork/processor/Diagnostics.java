package io.blockwork.processor;

import io.blockwork.processor.Positions.Position;
import io.blockwork.processor.dsl.Fault;
import io.blockwork.processor.dsl.Site;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Problem;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.annotation.processing.Messager;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.tools.Diagnostic;

/** Reports problems, each at the annotation value that is at fault. */
final class Diagnostics {
  private static final String ALL = "all";
  private static final String OURS = "blockwork";

  private final Messager messager;
  private final Positions positions;

  Diagnostics(ProcessingEnvironment environment) {
    this.messager = environment.getMessager();
    this.positions = new Positions(environment);
  }

  /** Reports a problem of an element as such. */
  void report(Message message, Element element, Object... args) {
    messager.printMessage(kind(message), message.text("", args), element);
  }

  /** Whether the compiler can point into a record. */
  boolean knowsRecords() {
    return positions.knowsRecords();
  }

  /** Reports a problem of an annotation as such. */
  void report(Message message, Element element, AnnotationMirror annotation, Object... args) {
    var whole = new Position(annotation, Optional.empty());
    print(kind(message), message.text("", args), element, List.of(whole));
  }

  /** Reports a problem of an annotation's value. */
  void report(Problem problem, Element element, AnnotationMirror annotation) {
    String where = "  declared by " + AnnotationText.of(annotation) + "\n" + problem.trace();
    String text = problem.message().text(where, problem.args().toArray());
    print(kind(problem.message()), text, element, positions.of(problem, annotation));
  }

  /** Prints at the first position that the compiler finds, else at the element. */
  private void print(Diagnostic.Kind kind, String text, Element element, List<Position> positions) {
    for (Position position : positions) {
      try {
        if (position.value().isPresent()) {
          messager.printMessage(kind, text, element, position.annotation(), position.value().get());
        } else {
          messager.printMessage(kind, text, element, position.annotation());
        }
        return;
      } catch (RuntimeException e) {
        // ECJ 3.46 fails where Positions says; the next is less exact, and the last is not tried
        // here.
      }
    }
    messager.printMessage(kind, text, element);
  }

  /** Reports what is wrong with a composed network or block. */
  void report(Fault fault) {
    Site site = fault.site();
    var problem =
        new Problem(
            fault.message(), site.members(), OptionalInt.empty(), fault.args(), fault.trace());
    if (site.annotation().isPresent()) {
      report(problem, site.element(), site.annotation().get());
    } else {
      String text = fault.message().text(fault.trace(), fault.args().toArray());
      messager.printMessage(kind(fault.message()), text, site.element());
    }
  }

  private static Diagnostic.Kind kind(Message message) {
    return message.severity() == Message.Severity.ERROR
        ? Diagnostic.Kind.ERROR
        : Diagnostic.Kind.WARNING;
  }

  /**
   * Whether {@code @SuppressWarnings} on the element or around it names the message's key, {@code
   * blockwork} or {@code all}.
   */
  static boolean isSuppressed(Message message, Element element) {
    if (message.key().isEmpty()) {
      return false;
    }
    List<String> keys = List.of(message.key().get(), OURS, ALL);
    for (Element at = element; at != null; at = at.getEnclosingElement()) {
      for (AnnotationMirror mirror : at.getAnnotationMirrors()) {
        if (mirror.getAnnotationType().asElement().getSimpleName().contentEquals("SuppressWarnings")
            && names(mirror, keys)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean names(AnnotationMirror suppress, List<String> keys) {
    for (AnnotationValue value : suppress.getElementValues().values()) {
      if (value.getValue() instanceof List<?> elements) {
        for (Object element : elements) {
          if (keys.contains(String.valueOf(((AnnotationValue) element).getValue()))) {
            return true;
          }
        }
      } else if (keys.contains(String.valueOf(value.getValue()))) {
        return true;
      }
    }
    return false;
  }
}
