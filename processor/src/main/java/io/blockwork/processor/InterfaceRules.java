package io.blockwork.processor;

import com.google.auto.common.MoreElements;
import io.blockwork.processor.spec.Rule;
import io.blockwork.processor.spec.Spec;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;

/** What the annotated interface itself must be like. */
final class InterfaceRules {
  private InterfaceRules() {}

  /** Reports what a generated class could not implement; true if there is nothing of the kind. */
  static boolean check(
      Element element, Spec spec, ProcessingEnvironment environment, Diagnostics diagnostics) {
    if (element.getKind() != ElementKind.INTERFACE) {
      diagnostics.error(
          Rule.INTERFACE,
          element,
          "%s is %s, but only an interface can become a network: write interface %s extends %s",
          element.getSimpleName(),
          element.getKind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
          element.getSimpleName(),
          supertype(spec));
      return false;
    }
    TypeElement type = MoreElements.asType(element);
    if (!type.getTypeParameters().isEmpty()
        || type.getModifiers().contains(Modifier.PRIVATE)
        || type.getModifiers().contains(Modifier.SEALED)) {
      diagnostics.error(
          Rule.INTERFACE,
          type,
          "%s must be neither private nor sealed nor have type parameters: the generated class could not implement it",
          type.getSimpleName());
      return false;
    }
    return extendsNetwork(type, spec, environment, diagnostics)
        & onlyKnownMethods(type, environment, diagnostics);
  }

  private static String supertype(Spec spec) {
    return spec.classifier() ? "ImageClassifier" : "Network";
  }

  private static boolean extendsNetwork(
      TypeElement type, Spec spec, ProcessingEnvironment environment, Diagnostics diagnostics) {
    Types types = environment.getTypeUtils();
    Elements elements = environment.getElementUtils();
    TypeElement wanted = elements.getTypeElement("io.blockwork." + supertype(spec));
    TypeElement classifier = elements.getTypeElement("io.blockwork.ImageClassifier");
    if (!types.isSubtype(type.asType(), wanted.asType())) {
      diagnostics.error(
          Rule.SUPERTYPE,
          type,
          "%s must extend %s: write interface %s extends %s",
          type.getSimpleName(),
          supertype(spec),
          type.getSimpleName(),
          supertype(spec));
      return false;
    }
    if (!spec.classifier() && types.isSubtype(type.asType(), classifier.asType())) {
      diagnostics.error(
          Rule.SUPERTYPE,
          type,
          "%s extends ImageClassifier, but a bare block has no classes: extend Network",
          type.getSimpleName());
      return false;
    }
    return true;
  }

  private static boolean onlyKnownMethods(
      TypeElement type, ProcessingEnvironment environment, Diagnostics diagnostics) {
    boolean known = true;
    for (ExecutableElement method :
        MoreElements.getLocalAndInheritedMethods(
            type, environment.getTypeUtils(), environment.getElementUtils())) {
      TypeElement owner = MoreElements.asType(method.getEnclosingElement());
      String from = MoreElements.getPackage(owner).getQualifiedName().toString();
      boolean ours = from.equals("io.blockwork") || from.equals("java.lang");
      if (method.getModifiers().contains(Modifier.ABSTRACT) && !ours) {
        diagnostics.error(
            Rule.METHOD,
            owner.equals(type) ? method : type,
            "%s is abstract, and no generator can implement it: make it a default method",
            method);
        known = false;
      }
    }
    return known;
  }
}
