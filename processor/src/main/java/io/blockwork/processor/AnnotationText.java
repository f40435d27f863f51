package io.blockwork.processor;

import io.blockwork.processor.spec.Shown;
import java.util.List;
import java.util.stream.Collectors;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.TypeMirror;

/** Annotations as their author wrote them, with short names, and the same under every compiler. */
final class AnnotationText {
  private static final int MOST_ELEMENTS = 12;

  private AnnotationText() {}

  /** {@code @DenseNet(growth = 32, blocks = {6, 12})}. */
  static String of(AnnotationMirror annotation) {
    var written = annotation.getElementValues();
    String members =
        written.entrySet().stream()
            .map(
                e ->
                    (isAlone(e.getKey(), written.size()) ? "" : e.getKey().getSimpleName() + " = ")
                        + value(e.getValue()))
            .collect(Collectors.joining(", "));
    return "@"
        + annotation.getAnnotationType().asElement().getSimpleName()
        + (members.isEmpty() ? "" : "(" + members + ")");
  }

  /** A member called value needs no name when it is the only one. */
  private static boolean isAlone(ExecutableElement member, int members) {
    return members == 1 && member.getSimpleName().contentEquals("value");
  }

  private static String value(AnnotationValue value) {
    Object object = value.getValue();
    if (object instanceof String text) {
      return "\"" + Shown.text(text) + "\"";
    }
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
    String text = String.valueOf(object);
    return object instanceof TypeMirror
        ? text.substring(text.lastIndexOf('.') + 1) + ".class"
        : text;
  }
}
