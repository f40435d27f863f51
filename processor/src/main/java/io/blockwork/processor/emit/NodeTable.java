package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.WildcardTypeName;
import io.blockwork.processor.emit.NetworkFacts.NodePaths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** Writes which interface is which module, for {@code freeze(Birds.stem.class)}. */
final class NodeTable {
  private static final int NODES_PER_METHOD = 500;
  private static final TypeName NODES =
      ParameterizedTypeName.get(
          ClassName.get(Map.class),
          ParameterizedTypeName.get(
              ClassName.get(Class.class), WildcardTypeName.subtypeOf(Object.class)),
          ParameterizedTypeName.get(List.class, String.class));

  private NodeTable() {}

  /** The methods; none if there are no nodes. */
  static List<MethodSpec> methods(List<NodePaths> nodes) {
    if (nodes.isEmpty()) {
      return List.of();
    }
    var table =
        MethodSpec.methodBuilder("nodes")
            .addAnnotation(Override.class)
            .addModifiers(Modifier.PROTECTED)
            .returns(NODES)
            .addStatement("$T nodes = new $T<>()", NODES, LinkedHashMap.class);
    List<MethodSpec> methods = new ArrayList<>();
    if (nodes.size() <= NODES_PER_METHOD) {
      table.addCode(entries(nodes));
    } else {
      for (int i = 0; i < nodes.size(); i += NODES_PER_METHOD) {
        String name = "nodesFrom" + (i + 1);
        table.addStatement("$L(nodes)", name);
        List<NodePaths> part = nodes.subList(i, Math.min(nodes.size(), i + NODES_PER_METHOD));
        methods.add(
            MethodSpec.methodBuilder(name)
                .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
                .addParameter(NODES, "nodes")
                .addCode(entries(part))
                .build());
      }
    }
    methods.add(0, table.addStatement("return nodes").build());
    return methods;
  }

  private static CodeBlock entries(List<NodePaths> nodes) {
    var entries = CodeBlock.builder();
    for (NodePaths node : nodes) {
      String paths = node.paths().stream().map(Text::quoted).collect(Collectors.joining(", "));
      entries.addStatement("nodes.put($T.class, $T.of($L))", node.type(), List.class, paths);
    }
    return entries.build();
  }
}
