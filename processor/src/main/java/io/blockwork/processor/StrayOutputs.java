package io.blockwork.processor;

import io.blockwork.processor.spec.Message;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.Types;

/**
 * Finds {@code @Output} annotations that belong to no network. Interfaces without an architecture
 * may have such methods for annotated ones to inherit, so this can only be told after the last
 * round.
 */
final class StrayOutputs {
  private final ProcessingEnvironment environment;
  private final Diagnostics diagnostics;
  private final boolean warnings;

  /** Qualified names of the types with the annotation. Elements live for one round only. */
  private final Set<String> owners = new LinkedHashSet<>();

  /** Qualified names of the interfaces that annotated ones extend. */
  private final Set<String> inherited = new LinkedHashSet<>();

  /**
   * Nothing noted yet.
   *
   * @param warnings whether to report what is legal, but probably unwanted
   */
  StrayOutputs(ProcessingEnvironment environment, boolean warnings) {
    this.environment = environment;
    this.warnings = warnings;
    this.diagnostics = new Diagnostics(environment);
  }

  /** Notes an element with the annotation. */
  void note(Element element) {
    if (element.getEnclosingElement() instanceof TypeElement owner) {
      owners.add(owner.getQualifiedName().toString());
    }
  }

  /** Notes an element with an architecture: what it inherits is not stray. */
  void noteNetwork(Element element) {
    if (element instanceof TypeElement type) {
      Types types = environment.getTypeUtils();
      for (TypeMirror parent : types.directSupertypes(type.asType())) {
        Element above = types.asElement(parent);
        if (above instanceof TypeElement named
            && inherited.add(named.getQualifiedName().toString())) {
          noteNetwork(above);
        }
      }
    }
  }

  /** Reports the strays among all that was noted. */
  void report() {
    for (String name : owners) {
      TypeElement owner = environment.getElementUtils().getTypeElement(name);
      if (owner != null && !NetworkAnnotations.isNetwork(owner)) {
        owner.getEnclosedElements().forEach(element -> report(element, owner));
      }
    }
  }

  private void report(Element element, TypeElement owner) {
    Optional<AnnotationMirror> annotation = OutputMethods.output(element);
    if (annotation.isEmpty() || isComponent(element, owner)) {
      return;
    }
    boolean method = element.getKind() == ElementKind.METHOD;
    String name = element.getSimpleName() + (method ? "()" : "");
    if (!method || owner.getKind() != ElementKind.INTERFACE) {
      String kind = owner.getKind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      String what = method ? "the method" : "the field";
      diagnostics.report(
          Message.OUTPUT_PLACE,
          element,
          annotation.get(),
          what,
          name + " of the " + kind + " " + owner.getSimpleName());
    } else if (extendsNetwork(owner)
        && !inherited.contains(owner.getQualifiedName().toString())
        && warnings
        && !Diagnostics.isSuppressed(Message.STRAY_OUTPUT, element)) {
      diagnostics.report(
          Message.STRAY_OUTPUT, element, annotation.get(), name, owner.getSimpleName());
    }
  }

  /**
   * Whether the annotation was probably forgotten. Other interfaces may be there for networks of
   * other builds to extend.
   */
  private boolean extendsNetwork(TypeElement owner) {
    TypeElement network = environment.getElementUtils().getTypeElement("io.blockwork.Network");
    return network != null
        && environment.getTypeUtils().isSubtype(owner.asType(), network.asType());
  }

  /** Whether the element belongs to a component of a record, which networks return. */
  private static boolean isComponent(Element element, TypeElement owner) {
    if (owner.getKind() != ElementKind.RECORD || element.getModifiers().contains(Modifier.STATIC)) {
      return false;
    }
    List<?> parameters =
        element instanceof ExecutableElement method ? method.getParameters() : List.of();
    return parameters.isEmpty()
        && owner.getRecordComponents().stream()
            .anyMatch(c -> c.getSimpleName().equals(element.getSimpleName()));
  }
}
