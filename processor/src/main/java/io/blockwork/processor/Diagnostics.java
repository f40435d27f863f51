package io.blockwork.processor;

import com.google.auto.common.AnnotationMirrors;
import io.blockwork.processor.spec.Problem;
import io.blockwork.processor.spec.Rule;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import javax.annotation.processing.Messager;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.tools.Diagnostic;

/** Reports problems, each at the annotation value that is at fault. */
final class Diagnostics {
  private final Messager messager;

  Diagnostics(Messager messager) {
    this.messager = messager;
  }

  /** Reports a problem of an element as such. */
  void error(Rule rule, Element element, String message, Object... args) {
    messager.printMessage(Diagnostic.Kind.ERROR, text(rule, message.formatted(args)), element);
  }

  /** Reports a problem of an annotation's value. */
  void error(Problem problem, Element element, AnnotationMirror annotation) {
    String text = text(problem.rule(), problem.message());
    if (problem.member().isEmpty()) {
      messager.printMessage(Diagnostic.Kind.ERROR, text, element, annotation);
      return;
    }
    Position position = position(annotation, problem.member(), problem.index());
    messager.printMessage(
        Diagnostic.Kind.ERROR, text, element, position.annotation(), position.value());
  }

  private static String text(Rule rule, String message) {
    return "[" + rule.code() + "] " + message;
  }

  private record Position(AnnotationMirror annotation, AnnotationValue value) {}

  private static Position position(AnnotationMirror annotation, String member, OptionalInt index) {
    int dot = member.indexOf('.');
    AnnotationValue value =
        AnnotationMirrors.getAnnotationValue(
            annotation, dot < 0 ? member : member.substring(0, dot));
    if (dot >= 0 && value.getValue() instanceof AnnotationMirror nested) {
      // A default stands nowhere in the source: point at what does.
      String inner = member.substring(dot + 1);
      for (Map.Entry<? extends ExecutableElement, ? extends AnnotationValue> entry :
          nested.getElementValues().entrySet()) {
        if (entry.getKey().getSimpleName().contentEquals(inner)) {
          return new Position(annotation, entry.getValue());
        }
      }
    }
    if (index.isPresent() && value.getValue() instanceof List<?> elements) {
      return new Position(annotation, (AnnotationValue) elements.get(index.getAsInt()));
    }
    return new Position(annotation, value);
  }
}
