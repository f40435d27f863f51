package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxNode;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The paths of operations: from the names of their weights ({@code layer1.0.conv1.weight}), from
 * the scopes that PyTorch's newer exporter notes, or from the names of the operations ({@code
 * /layer1/layer1.0/conv1/Conv}).
 */
final class Names {
  private static final String SCOPES = "pkg.torch.onnx.name_scopes";
  private static final Pattern QUOTED = Pattern.compile("'([^']*)'");
  private static final Pattern NUMBERED = Pattern.compile("(.*?)_?[0-9]*");
  private static final List<String> WEIGHTS = List.of(".weight", ".gamma", ".kernel", ".scale");

  private final Set<String> taken = new HashSet<>(Set.of("input"));

  /** Paths that hold others, so that they are blocks. */
  private final Set<String> blocks = new HashSet<>();

  /** Paths that nothing in the file has told. */
  private final Set<String> unnamed = new HashSet<>();

  /** Other paths for some operations, by those that they would have. */
  private final Map<String, FoundBlocks.Place> places;

  /** Names as the file has them. */
  Names(List<OnnxNode> nodes) {
    this(nodes, Map.of());
  }

  /** Names where some operations are known to stand elsewhere. */
  Names(List<OnnxNode> nodes, Map<String, FoundBlocks.Place> places) {
    this.places = places;
    for (OnnxNode node : nodes) {
      scope(node)
          .ifPresent(
              path -> {
                for (int dot = path.lastIndexOf('.');
                    dot > 0;
                    dot = path.lastIndexOf('.', dot - 1)) {
                  blocks.add(path.substring(0, dot));
                }
              });
    }
  }

  /** A path that no other operation has. */
  String path(OnnxNode node, List<OnnxTensor> weights) {
    Optional<String> told =
        weights.stream()
            .flatMap(weight -> module(weight.name()).stream())
            .findFirst()
            .or(() -> scope(node).map(found -> leaf(found, node)));
    String wish = told.orElseGet(() -> plain(node, weights));
    String path = unique(clean(wish));
    if (told.isEmpty() && isNumber(wish, node)) {
      unnamed.add(path);
    }
    FoundBlocks.Place place = places.get(path);
    return place == null ? path : place.path();
  }

  /** The paths so far that nothing in the file has told, but that operations have to have some. */
  Set<String> unnamed() {
    return unnamed;
  }

  /** Whether a name is the operator's, or next to none, with a number at most. */
  private static boolean isNumber(String name, OnnxNode node) {
    Matcher numbered = NUMBERED.matcher(name);
    if (!numbered.matches()) {
      return false;
    }
    String word = numbered.group(1);
    return word.length() <= 2
        || word.equalsIgnoreCase(node.type())
        || word.equalsIgnoreCase("node")
        || word.equalsIgnoreCase("node_" + node.type())
        || word.startsWith("onnx::");
  }

  private String unique(String wish) {
    String path = wish;
    for (int i = 1; !taken.add(path); i++) {
      path = wish + "_" + i;
    }
    return path;
  }

  /** What is in front of {@code .weight}. */
  private static Optional<String> module(String weight) {
    for (String end : WEIGHTS) {
      if (weight.endsWith(end) && weight.length() > end.length()) {
        return Optional.of(weight.substring(0, weight.length() - end.length()));
      }
    }
    return Optional.empty();
  }

  /** The module that an operation stands in, or is. */
  private static Optional<String> scope(OnnxNode node) {
    String scopes = node.metadata().get(SCOPES);
    if (scopes != null) {
      List<String> parts = new ArrayList<>();
      Matcher quoted = QUOTED.matcher(scopes);
      while (quoted.find()) {
        parts.add(quoted.group(1));
      }
      // The last one is the operation.
      return parts.size() < 2 || parts.get(parts.size() - 2).isEmpty()
          ? Optional.empty()
          : Optional.of(parts.get(parts.size() - 2));
    }
    String[] parts = node.name().split("/");
    StringBuilder path = new StringBuilder();
    String last = "";
    for (int i = 0; i < parts.length - 1; i++) {
      String part = parts[i];
      if (part.isEmpty()) {
        continue;
      }
      // A part that begins as the one before is the longer name of the same.
      if (!last.isEmpty() && part.startsWith(last + ".")) {
        path.setLength(path.length() - last.length());
      } else if (path.length() > 0) {
        path.append('.');
      }
      path.append(part);
      last = part;
    }
    return path.length() == 0 ? Optional.empty() : Optional.of(path.toString());
  }

  /** The module itself, or within a block an operation that is none. */
  private String leaf(String scope, OnnxNode node) {
    return blocks.contains(scope) ? scope + "." + lower(node.type()) : scope;
  }

  private static String plain(OnnxNode node, List<OnnxTensor> weights) {
    String name = node.name();
    if (name.isEmpty()) {
      name =
          weights.stream()
              .map(OnnxTensor::name)
              .filter(each -> !each.isEmpty())
              .findFirst()
              .orElse(lower(node.type()));
    }
    String last = name.substring(name.lastIndexOf('/') + 1);
    if (last.startsWith(node.type())) {
      // Relu_3 is the operator's name with a number.
      return lower(node.type()) + last.substring(node.type().length());
    }
    return last.isEmpty() ? lower(node.type()) : last;
  }

  private static String lower(String type) {
    return type.toLowerCase(Locale.ROOT);
  }

  /** Dots between parts of letters, digits and underscores. */
  private static String clean(String path) {
    StringBuilder clean = new StringBuilder();
    for (String part : path.split("[./]")) {
      if (!part.isEmpty()) {
        String plain = part.replaceAll("[^A-Za-z0-9_]", "_");
        clean.append(clean.length() == 0 ? "" : ".").append(shortened(plain));
      }
      if (clean.length() > 200) {
        break;
      }
    }
    return clean.length() == 0 ? "layer" : clean.toString();
  }

  private static String shortened(String part) {
    return part.length() > 60 ? part.substring(0, 60) : part;
  }
}
