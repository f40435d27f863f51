package io.blockwork.processor;

import com.google.auto.common.BasicAnnotationProcessor;
import com.google.auto.common.MoreElements;
import com.google.auto.common.Visibility;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSetMultimap;
import com.palantir.javapoet.JavaFile;
import io.blockwork.processor.emit.GeneratedNames;
import io.blockwork.processor.spec.Problem;
import io.blockwork.processor.spec.Rule;
import io.blockwork.processor.spec.Spec;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;

/** Handles each annotated interface by itself: a broken one does not stop the others. */
final class NetworkStep implements BasicAnnotationProcessor.Step {
  private static final List<String> ANNOTATIONS =
      List.of(
          "io.blockwork.ResNet",
          "io.blockwork.DenseNet",
          "io.blockwork.ResidualBlock",
          "io.blockwork.DenseBlock");

  private final ProcessingEnvironment environment;
  private final Diagnostics diagnostics;

  NetworkStep(ProcessingEnvironment environment) {
    this.environment = environment;
    this.diagnostics = new Diagnostics(environment.getMessager());
  }

  @Override
  public Set<String> annotations() {
    return Set.copyOf(ANNOTATIONS);
  }

  @Override
  public Set<? extends Element> process(ImmutableSetMultimap<String, Element> annotated) {
    Set<Element> elements = new LinkedHashSet<>(annotated.values());
    elements.forEach(this::process);
    return ImmutableSet.of();
  }

  private void process(Element element) {
    List<? extends AnnotationMirror> architectures =
        element.getAnnotationMirrors().stream()
            .filter(
                mirror ->
                    ANNOTATIONS.contains(
                        MoreElements.asType(mirror.getAnnotationType().asElement())
                            .getQualifiedName()
                            .toString()))
            .toList();
    if (architectures.size() > 1) {
      diagnostics.error(
          Rule.ONE_ARCHITECTURE,
          element,
          "%s has more than one architecture annotation: keep one",
          element.getSimpleName());
      return;
    }
    try {
      AnnotationMirror annotation = architectures.get(0);
      Spec spec = AnnotationReader.read(annotation);
      boolean sound = InterfaceRules.check(element, spec, environment, diagnostics);
      List<Problem> problems = spec.problems();
      if (problems.isEmpty()) {
        problems = Compilation.problems(spec);
      }
      problems.forEach(problem -> diagnostics.error(problem, element, annotation));
      if (sound && problems.isEmpty()) {
        generate(MoreElements.asType(element), spec);
      }
    } catch (AnnotationReader.UnreadableValue e) {
      // The compiler itself reports a value that has no meaning.
      return;
    }
  }

  private void generate(TypeElement type, Spec spec) {
    boolean isPublic = Visibility.effectiveVisibilityOfElement(type) == Visibility.PUBLIC;
    var names = new GeneratedNames(type, isPublic ? List.of(Modifier.PUBLIC) : List.of());
    for (JavaFile file : Compilation.compile(spec, names)) {
      try {
        SourceFile.write(file, type, environment.getFiler());
      } catch (IOException e) {
        diagnostics.error(Rule.OUTPUT, type, "cannot write %s: %s", file.typeSpec().name(), e);
      }
    }
  }
}
