package io.blockwork.processor;

import com.palantir.javapoet.JavaFile;
import io.blockwork.processor.dsl.Compositions;
import io.blockwork.processor.dsl.Unreadable;
import io.blockwork.processor.emit.CompanionWriter;
import io.blockwork.processor.spec.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.annotation.processing.FilerException;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.TypeElement;

/**
 * Handles the blocks that are being compiled: reports what is wrong with them whoever uses them,
 * and writes their companions.
 */
final class BlockAnnotations {
  /** What makes an annotation a block. */
  static final String BLOCK = "io.blockwork.Block";

  private static final String ORDER = "io.blockwork.NodeOrder";

  private final ProcessingEnvironment environment;
  private final Diagnostics diagnostics;

  BlockAnnotations(ProcessingEnvironment environment) {
    this.environment = environment;
    this.diagnostics = new Diagnostics(environment);
  }

  /**
   * Writes the companions of all blocks that were found in a round.
   *
   * @param sources qualified names of the classes that are being compiled
   */
  void companions(Set<? extends Element> blocks, Compositions compositions, Set<String> sources) {
    Map<TypeElement, List<CompanionWriter.Block>> byClass = new LinkedHashMap<>();
    for (Element element : blocks) {
      if (element.getKind() == ElementKind.ANNOTATION_TYPE
          && element instanceof TypeElement block) {
        Compositions.Entry entry = compositions.entry(block);
        byClass
            .computeIfAbsent(Compositions.outermost(block), type -> new ArrayList<>())
            .add(new CompanionWriter.Block(entry.block(), entry.summary(), entry.nodes()));
      }
    }
    // By name, since compilers find annotated elements in orders of their own.
    byClass.forEach(
        (type, entries) -> {
          entries.sort(Comparator.comparing(CompanionWriter.Block::name));
          write(type, entries, sources);
        });
  }

  private void write(
      TypeElement outermost, List<CompanionWriter.Block> blocks, Set<String> sources) {
    String name = Compositions.companion(outermost);
    TypeElement there = environment.getElementUtils().getTypeElement(name);
    if (sources.contains(name) && there != null && StrayNodes.has(there, ORDER)) {
      // Written by hand, as in the runtime, which the processor itself needs.
      return;
    }
    String simpleName = name.substring(name.lastIndexOf('.') + 1);
    JavaFile file = CompanionWriter.write(outermost, simpleName, blocks);
    try {
      SourceFile.of(file).write(outermost, environment.getFiler());
    } catch (FilerException e) {
      diagnostics.report(Message.NAME_CLASH, outermost, outermost.getQualifiedName(), name);
    } catch (IOException e) {
      diagnostics.report(Message.CANNOT_WRITE, outermost, name, e.toString());
    }
  }

  /**
   * Reports what is wrong with a block.
   *
   * @return whether it could be read; if not, it wants to be tried in a later round
   */
  boolean process(TypeElement block, Compositions compositions) {
    try {
      compositions.block(block).forEach(diagnostics::report);
      return true;
    } catch (Unreadable e) {
      return false;
    } catch (RuntimeException e) {
      diagnostics.report(Message.INTERNAL, block, block.getSimpleName(), e);
      return true;
    }
  }
}
