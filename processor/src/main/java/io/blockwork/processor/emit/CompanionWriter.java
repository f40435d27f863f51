package io.blockwork.processor.emit;

import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.TypeSpec;
import java.util.List;
import javax.lang.model.element.TypeElement;

/** Writes what class files do not keep of the blocks in a class: the order of their nodes. */
public final class CompanionWriter {
  private static final ClassName ORDER = ClassName.get("io.blockwork", "NodeOrder");

  private CompanionWriter() {}

  /**
   * A block.
   *
   * @param name its name, after those of the classes around it
   * @param summary the first sentence of its documentation; may be empty
   * @param nodes the names of its nodes, in order
   */
  public record Block(String name, String summary, List<String> nodes) {
    /** Copies the list. */
    public Block {
      nodes = List.copyOf(nodes);
    }
  }

  /** The source of the companion of an outermost class. */
  public static JavaFile write(TypeElement outermost, String simpleName, List<Block> blocks) {
    AnnotationSpec.Builder order = AnnotationSpec.builder(ORDER);
    blocks.forEach(block -> order.addMember("value", CodeBlock.of("$L", entry(block))));
    ClassName of = ClassName.get(outermost);
    TypeSpec type =
        TypeSpec.interfaceBuilder(simpleName)
            .addAnnotation(order.build())
            .addJavadoc(
                "The nodes of the blocks in {@link $L} in the order in which they are written,"
                    + " which class files do\nnot keep.\n",
                of.simpleName())
            .build();
    return JavaFile.builder(of.packageName(), type).skipJavaLangImports(true).build();
  }

  private static AnnotationSpec entry(Block block) {
    AnnotationSpec.Builder entry =
        AnnotationSpec.builder(ORDER.nestedClass("Of")).addMember("block", "$S", block.name());
    if (!block.summary().isEmpty()) {
      entry.addMember("summary", "$S", block.summary());
    }
    block.nodes().forEach(node -> entry.addMember("nodes", "$S", node));
    return entry.build();
  }
}
