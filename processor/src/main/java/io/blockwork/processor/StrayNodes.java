package io.blockwork.processor;

import io.blockwork.processor.spec.Message;
import java.util.Locale;
import java.util.Set;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.TypeElement;

/** Finds annotations of nodes where there is no node, and blocks on what is no network. */
final class StrayNodes {
  private static final String OWN = "io.blockwork.";
  private static final String MODEL = OWN + "Model";
  private static final String BLOCK = OWN + "Block";

  /** What stands on nodes alone, beside the operations and blocks. */
  private static final Set<String> NODES =
      Set.of(
          OWN + "From",
          OWN + "With",
          OWN + "If",
          OWN + "Repeat",
          OWN + "Path",
          OWN + "Auxiliary",
          OWN + "Head",
          OWN + "Input");

  /** What networks, blocks and nodes can have. */
  private static final Set<String> BODIES = Set.of(OWN + "Sequential", OWN + "Init");

  /** What networks and blocks can have. */
  private static final Set<String> PUBLISHED = Set.of(OWN + "Published", OWN + "Published.Several");

  private final Diagnostics diagnostics;

  StrayNodes(ProcessingEnvironment environment) {
    this.diagnostics = new Diagnostics(environment);
  }

  /** Reports the strays among what a round annotates with {@code annotation}. */
  void report(TypeElement annotation, RoundEnvironment round) {
    String name = annotation.getQualifiedName().toString();
    if (name.equals(OnnxAnnotations.ONNX)) {
      for (Element element : round.getElementsAnnotatedWith(annotation)) {
        if (!has(element, MODEL)) {
          AnnotationMirror mirror = find(element, annotation);
          diagnostics.report(Message.ONNX_ALONE, element, mirror, element.getSimpleName());
        }
      }
      return;
    }
    boolean block = has(annotation, BLOCK);
    boolean node = NODES.contains(name) || name.startsWith(OWN + "ops.");
    boolean body = BODIES.contains(name);
    if (PUBLISHED.contains(name)) {
      for (Element element : round.getElementsAnnotatedWith(annotation)) {
        if (!has(element, BLOCK) && !NetworkAnnotations.isNetwork(element)) {
          diagnostics.report(
              Message.PUBLISHED_PLACE, element, find(element, annotation), what(element));
        }
      }
    }
    if (block || node || body) {
      for (Element element : round.getElementsAnnotatedWith(annotation)) {
        boolean root = has(element, MODEL) || has(element, BLOCK);
        if (!isNode(element) && !(root && body) && !(block && has(element, MODEL))) {
          report(element, annotation, block);
        }
      }
    }
  }

  private void report(Element element, TypeElement annotation, boolean block) {
    AnnotationMirror mirror = find(element, annotation);
    String simple = annotation.getSimpleName().toString();
    if (block && element.getKind() == ElementKind.INTERFACE) {
      diagnostics.report(Message.NO_MODEL, element, mirror, simple, element.getSimpleName());
    } else {
      diagnostics.report(Message.NOT_A_NODE, element, mirror, simple, what(element));
    }
  }

  private static String what(Element element) {
    String kind = element.getKind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return "the " + kind + " " + element.getSimpleName();
  }

  /** Whether it is an interface within a network or block. */
  private static boolean isNode(Element element) {
    Element around = element.getEnclosingElement();
    if (element.getKind() != ElementKind.INTERFACE || around == null) {
      return false;
    }
    return has(around, MODEL) || has(around, BLOCK) || isNode(around);
  }

  /** Whether an element has an annotation. */
  static boolean has(Element element, String annotation) {
    for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
      if (mirror.getAnnotationType().asElement() instanceof TypeElement type
          && type.getQualifiedName().contentEquals(annotation)) {
        return true;
      }
    }
    return false;
  }

  private static AnnotationMirror find(Element element, TypeElement annotation) {
    for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
      if (mirror.getAnnotationType().asElement().equals(annotation)) {
        return mirror;
      }
    }
    throw new IllegalStateException(element + " has no " + annotation);
  }
}
