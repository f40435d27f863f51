package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A method of the annotated interface that returns feature outputs, the values of modules inside
 * the network.
 *
 * @param name the method's name
 * @param suffix what the generated pass is called after the interface's name: {@code C4}
 * @param plain whether it takes and returns {@code float[]} instead of arrays of ND4J
 * @param result the record that it returns; empty if it returns the only value itself
 * @param outputs the values, in the order of the record's components
 */
public record FeatureMethod(
    String name,
    String suffix,
    boolean plain,
    Optional<ClassName> result,
    List<FeatureOutput> outputs) {
  private static final Set<String> TAKEN = Set.of("network", "forward", "backward");

  /**
   * A value.
   *
   * @param component the component of the record, or the method's name
   * @param module the value's name in the network
   * @param node the node that computes it, before any transform
   */
  public record FeatureOutput(String component, String module, int node) {}

  /** Copies the list. */
  public FeatureMethod {
    outputs = List.copyOf(outputs);
  }

  /** The suffixes for methods of these names: different on file systems that ignore case, too. */
  public static List<String> suffixes(List<String> methods) {
    Set<String> taken = new HashSet<>(TAKEN);
    List<String> suffixes = new ArrayList<>();
    for (String method : methods) {
      String suffix = JavaNames.capitalise(method);
      for (int i = 2; !taken.add(suffix.toLowerCase(Locale.ROOT)); i++) {
        suffix = JavaNames.capitalise(method) + "_" + i;
      }
      suffixes.add(suffix);
    }
    return suffixes;
  }

  /** The values, before any transform. */
  public List<Output> features() {
    return outputs.stream().map(o -> Output.feature(o.component(), o.node())).toList();
  }

  /** {@code layer2, layer3 and layer4}, each as Javadoc's code. */
  String modules() {
    List<String> names = outputs.stream().map(output -> "{@code " + output.module() + "}").toList();
    int last = names.size() - 1;
    return last == 0
        ? names.get(0)
        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }

  /** The field of the network that runs the pass. */
  String field() {
    return name + suffix.substring(name.length()) + "Features";
  }

  /** The Javadoc of the generated method. */
  CodeBlock documentation(ClassName pass, Graph graph, List<Shape> shapes) {
    if (result.isEmpty()) {
      return CodeBlock.of(
          "$L: {@code $L}, computed by {@link $T}.\n",
          modules(),
          text(graph, shapes, outputs.get(0)),
          pass);
    }
    String lines =
        outputs.stream()
            .map(
                output ->
                    String.format(
                        Locale.ROOT,
                        "<li>{@code %s} is {@code %s}: {@code %s}\n",
                        output.component(),
                        output.module(),
                        text(graph, shapes, output)))
            .collect(Collectors.joining());
    return CodeBlock.of("Computed by {@link $T} in one pass:\n\n<ul>\n$L</ul>\n", pass, lines);
  }

  private static String text(Graph graph, List<Shape> shapes, FeatureOutput output) {
    return shape(graph, shapes, output).stream()
        .map(String::valueOf)
        .collect(Collectors.joining(", ", "[N, ", "]"));
  }

  /** The shape of the output for one image: linear layers give vectors, all else maps. */
  static List<Integer> shape(Graph graph, List<Shape> shapes, FeatureOutput output) {
    Shape s = shapes.get(output.node());
    return graph.isVector(output.node(), shapes)
        ? List.of(s.channels())
        : List.of(s.channels(), s.height(), s.width());
  }
}
