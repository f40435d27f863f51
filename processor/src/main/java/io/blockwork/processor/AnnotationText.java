package io.blockwork.processor;

import java.util.List;
import java.util.stream.Collectors;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.VariableElement;

/** Annotations as their author wrote them, with short names, and the same under every compiler. */
final class AnnotationText {
  private static final int MOST_ELEMENTS = 12;

  private AnnotationText() {}

  /** {@code @DenseNet(growth = 32, blocks = {6, 12})}. */
  static String of(AnnotationMirror annotation) {
    String members =
        annotation.getElementValues().entrySet().stream()
            .map(e -> e.getKey().getSimpleName() + " = " + value(e.getValue()))
            .collect(Collectors.joining(", "));
    return "@"
        + annotation.getAnnotationType().asElement().getSimpleName()
        + (members.isEmpty() ? "" : "(" + members + ")");
  }

  private static String value(AnnotationValue value) {
    Object object = value.getValue();
    if (object instanceof AnnotationMirror nested) {
      return of(nested);
    } else if (object instanceof VariableElement constant) {
      // The value's type is the enum that declares it.
      String type = constant.asType().toString();
      return type.substring(type.lastIndexOf('.') + 1) + "." + constant.getSimpleName();
    } else if (object instanceof List<?> elements) {
      String shown =
          elements.stream()
              .limit(MOST_ELEMENTS)
              .map(element -> value((AnnotationValue) element))
              .collect(Collectors.joining(", "));
      return "{" + shown + (elements.size() > MOST_ELEMENTS ? ", ..." : "") + "}";
    }
    return String.valueOf(object);
  }
}
