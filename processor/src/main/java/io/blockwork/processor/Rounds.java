package io.blockwork.processor;

import io.blockwork.processor.dsl.Compositions;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;

/**
 * The rounds of a compilation: finds what has an architecture annotation or is composed of nodes,
 * and hands it on. An interface or block that depends on a type which another processor has yet to
 * generate is left for a later round.
 */
final class Rounds {
  private final ProcessingEnvironment environment;

  /** Qualified names of the classes that are being compiled. */
  private final Set<String> sources = new LinkedHashSet<>();

  /** Qualified names of the types that wait for a later round. Elements live for one round only. */
  private final Set<String> waiting = new LinkedHashSet<>();

  /** The same for blocks. */
  private final Set<String> waitingBlocks = new LinkedHashSet<>();

  private final NetworkAnnotations step;
  private final BlockAnnotations blocks;
  private final StrayOutputs strays;
  private final StrayNodes strayNodes;

  Rounds(ProcessingEnvironment environment) {
    this.environment = environment;
    Options options = Options.read(environment.getOptions(), environment.getMessager());
    step = new NetworkAnnotations(environment, options);
    blocks = new BlockAnnotations(environment);
    strays = new StrayOutputs(environment, options.warnings());
    strayNodes = new StrayNodes(environment);
  }

  /** Works on what a round has brought. */
  void process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    for (Element root : round.getRootElements()) {
      if (root instanceof TypeElement type) {
        sources.add(type.getQualifiedName().toString());
      }
    }
    var compositions = new Compositions(environment, sources);
    processBlocks(annotations, round, compositions);
    Map<String, Element> elements = new LinkedHashMap<>();
    for (String name : waiting) {
      TypeElement type = environment.getElementUtils().getTypeElement(name);
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
    for (Map.Entry<String, Element> found : elements.entrySet()) {
      strays.noteNetwork(found.getValue());
      // What waits in vain depends on a type that the compiler reports as missing.
      if (!round.processingOver() && !step.process(found.getValue(), sources, compositions)) {
        waiting.add(found.getKey());
      }
    }
    if (round.processingOver()) {
      strays.report();
    }
  }

  private void processBlocks(
      Set<? extends TypeElement> annotations, RoundEnvironment round, Compositions compositions) {
    Map<String, TypeElement> found = new LinkedHashMap<>();
    for (String name : waitingBlocks) {
      TypeElement type = environment.getElementUtils().getTypeElement(name);
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
    for (Map.Entry<String, TypeElement> block : found.entrySet()) {
      if (!round.processingOver() && !blocks.process(block.getValue(), compositions)) {
        waitingBlocks.add(block.getKey());
      }
    }
  }

  private static String qualifiedName(Element element) {
    return element instanceof TypeElement type
        ? type.getQualifiedName().toString()
        : element.toString();
  }
}
