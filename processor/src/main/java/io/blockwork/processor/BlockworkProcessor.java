package io.blockwork.processor;

import com.google.auto.service.AutoService;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;

/**
 * Generates the classes of networks for interfaces with an architecture annotation. An interface
 * that depends on a type which another processor has yet to generate is left for a later round.
 */
@AutoService(Processor.class)
public final class BlockworkProcessor extends AbstractProcessor {
  /** Qualified names of the classes that are being compiled. */
  private final Set<String> sources = new LinkedHashSet<>();

  /** Qualified names of the types that wait for a later round. Elements live for one round only. */
  private final Set<String> waiting = new LinkedHashSet<>();

  private NetworkStep step;
  private StrayOutputs strays;

  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latestSupported();
  }

  @Override
  public Set<String> getSupportedAnnotationTypes() {
    return Set.of("io.blockwork.*");
  }

  @Override
  public Set<String> getSupportedOptions() {
    return Options.keys();
  }

  @Override
  public synchronized void init(ProcessingEnvironment environment) {
    super.init(environment);
    Options options = Options.read(environment.getOptions(), environment.getMessager());
    step = new NetworkStep(environment, options);
    strays = new StrayOutputs(environment, options.warnings());
  }

  @Override
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    for (Element root : round.getRootElements()) {
      if (root instanceof TypeElement type) {
        sources.add(type.getQualifiedName().toString());
      }
    }
    Map<String, Element> elements = new LinkedHashMap<>();
    for (String name : waiting) {
      TypeElement type = processingEnv.getElementUtils().getTypeElement(name);
      if (type != null) {
        elements.put(name, type);
      }
    }
    for (TypeElement annotation : annotations) {
      if (NetworkStep.annotations().contains(annotation.getQualifiedName().toString())) {
        for (Element element : round.getElementsAnnotatedWith(annotation)) {
          elements.put(qualifiedName(element), element);
        }
      } else if (annotation.getQualifiedName().contentEquals(OutputMethods.OUTPUT)) {
        round.getElementsAnnotatedWith(annotation).forEach(strays::note);
      }
    }
    waiting.clear();
    elements.forEach(
        (name, element) -> {
          strays.noteNetwork(element);
          // What waits in vain depends on a type that the compiler reports as missing.
          if (!round.processingOver() && !step.process(element, sources)) {
            waiting.add(name);
          }
        });
    if (round.processingOver()) {
      strays.report();
    }
    // Claimed: with -Xlint:processing, javac warns of annotations that no processor claims.
    return true;
  }

  private static String qualifiedName(Element element) {
    return element instanceof TypeElement type
        ? type.getQualifiedName().toString()
        : element.toString();
  }
}
