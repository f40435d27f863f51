package io.blockwork.processor.dsl;

import java.util.Optional;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.TypeKind;

/** The annotations of the language, by their qualified names. */
final class Names {
  static final String OWN = "io.blockwork.";
  static final String MODEL = OWN + "Model";
  static final String BLOCK = OWN + "Block";
  static final String FROM = OWN + "From";
  static final String WITH = OWN + "With";
  static final String IF = OWN + "If";
  static final String REPEAT = OWN + "Repeat";
  static final String SEQUENTIAL = OWN + "Sequential";
  static final String AUXILIARY = OWN + "Auxiliary";
  static final String PATH = OWN + "Path";
  static final String INIT = OWN + "Init";
  static final String HEAD = OWN + "Head";
  static final String PUBLISHED = OWN + "Published";
  static final String INPUT = OWN + "Input";
  static final String ORDER = OWN + "NodeOrder";
  static final String OPERATIONS = OWN + "ops.";

  private Names() {}

  /** The qualified name of an annotation's type. */
  static String of(AnnotationMirror mirror) {
    return type(mirror).getQualifiedName().toString();
  }

  /** The annotation's type. */
  static TypeElement type(AnnotationMirror mirror) {
    return (TypeElement) mirror.getAnnotationType().asElement();
  }

  /** The annotation of that name on an element. */
  static Optional<AnnotationMirror> find(Element element, String name) {
    for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
      if (of(mirror).equals(name)) {
        return Optional.of(mirror);
      }
    }
    return Optional.empty();
  }

  /** Whether an element has the annotation. */
  static boolean has(Element element, String name) {
    return find(element, name).isPresent();
  }

  /** Whether an annotation is one that the compiler does not know. */
  static boolean unknown(AnnotationMirror mirror) {
    return mirror.getAnnotationType().getKind() == TypeKind.ERROR;
  }

  /** Whether the annotation is a block. */
  static boolean isBlock(AnnotationMirror mirror) {
    return !unknown(mirror) && has(type(mirror), BLOCK);
  }

  /** Whether the annotation is an operation. */
  static boolean isOperation(AnnotationMirror mirror) {
    return of(mirror).startsWith(OPERATIONS);
  }

  /** What was written for a member. */
  static Optional<AnnotationValue> written(AnnotationMirror mirror, String member) {
    for (var entry : mirror.getElementValues().entrySet()) {
      if (entry.getKey().getSimpleName().contentEquals(member)) {
        return Optional.of(entry.getValue());
      }
    }
    return Optional.empty();
  }

  /** A text that was written for a member; empty if none was. */
  static Optional<String> text(AnnotationMirror mirror, String member) {
    return written(mirror, member).map(value -> text(value, member));
  }

  private static String text(AnnotationValue value, String member) {
    if (value.getValue() instanceof String text) {
      return text;
    }
    throw new Unreadable(member);
  }
}
