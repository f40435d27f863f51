package io.blockwork.processor;

import com.google.auto.service.AutoService;
import io.blockwork.processor.dsl.Compositions;
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
 * Generates the classes of networks for interfaces that have an architecture annotation or are
 * composed of nodes. An interface or block that depends on a type which another processor has yet
 * to generate is left for a later round.
 */
@AutoService(Processor.class)
public final class BlockworkProcessor extends AbstractProcessor {
  /** Qualified names of the classes that are being compiled. */
  private final Set<String> sources = new LinkedHashSet<>();

  /** Qualified names of the types that wait for a later round. Elements live for one round only. */
  private final Set<String> waiting = new LinkedHashSet<>();

  /** The same for blocks. */
  private final Set<String> waitingBlocks = new LinkedHashSet<>();

  private NetworkAnnotations step;
  private BlockAnnotations blocks;
  private StrayOutputs strays;
  private StrayNodes strayNodes;

  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latestSupported();
  }

  @Override
  public Set<String> getSupportedAnnotationTypes() {
    // Blocks are annotations of the user's own, which nobody knows beforehand.
    return Set.of("*");
  }

  @Override
  public Set<String> getSupportedOptions() {
    return Options.keys();
  }

  @Override
  public synchronized void init(ProcessingEnvironment environment) {
    super.init(environment);
    Options options = Options.read(environment.getOptions(), environment.getMessager());
    step = new NetworkAnnotations(environment, options);
    blocks = new BlockAnnotations(environment);
    strays = new StrayOutputs(environment, options.warnings());
    strayNodes = new StrayNodes(environment);
  }

  @Override
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    for (Element root : round.getRootElements()) {
      if (root instanceof TypeElement type) {
        sources.add(type.getQualifiedName().toString());
      }
    }
    var compositions = new Compositions(processingEnv, sources);
    processBlocks(annotations, round, compositions);
    Map<String, Element> elements = new LinkedHashMap<>();
    for (String name : waiting) {
      TypeElement type = processingEnv.getElementUtils().getTypeElement(name);
      if (type != null) {
        elements.put(name, type);
      }
    }
    for (TypeElement annotation : annotations) {
      if (NetworkAnnotations.annotations().contains(annotation.getQualifiedName().toString())) {
        for (Element element : round.getElementsAnnotatedWith(annotation)) {
          elements.put(qualifiedName(element), element);
        }
      } else if (annotation.getQualifiedName().contentEquals(OutputMethods.OUTPUT)) {
        round.getElementsAnnotatedWith(annotation).forEach(strays::note);
      } else {
        strayNodes.report(annotation, round);
      }
    }
    waiting.clear();
    elements.forEach(
        (name, element) -> {
          strays.noteNetwork(element);
          // What waits in vain depends on a type that the compiler reports as missing.
          if (!round.processingOver() && !step.process(element, sources, compositions)) {
            waiting.add(name);
          }
        });
    if (round.processingOver()) {
      strays.report();
    }
    // Nothing is claimed: others may want to see the annotations of others.
    return false;
  }

  private void processBlocks(
      Set<? extends TypeElement> annotations, RoundEnvironment round, Compositions compositions) {
    Map<String, TypeElement> found = new LinkedHashMap<>();
    for (String name : waitingBlocks) {
      TypeElement type = processingEnv.getElementUtils().getTypeElement(name);
      if (type != null) {
        found.put(name, type);
      }
    }
    for (TypeElement annotation : annotations) {
      if (annotation.getQualifiedName().contentEquals(BlockAnnotations.BLOCK)) {
        Set<? extends Element> elements = round.getElementsAnnotatedWith(annotation);
        blocks.companions(elements, compositions, sources);
        for (Element element : elements) {
          if (element instanceof TypeElement type) {
            found.put(qualifiedName(type), type);
          }
        }
      }
    }
    waitingBlocks.clear();
    found.forEach(
        (name, block) -> {
          if (!round.processingOver() && !blocks.process(block, compositions)) {
            waitingBlocks.add(name);
          }
        });
  }

  private static String qualifiedName(Element element) {
    return element instanceof TypeElement type
        ? type.getQualifiedName().toString()
        : element.toString();
  }
}
