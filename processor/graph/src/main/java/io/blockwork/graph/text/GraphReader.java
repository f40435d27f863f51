package io.blockwork.graph.text;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphRules;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads one graph. */
final class GraphReader {
  private final List<Block> blocks = new ArrayList<>(List.of(Block.NETWORK));
  private final List<Node> nodes = new ArrayList<>();
  private final List<Output> outputs = new ArrayList<>();
  private final List<String> modules = new ArrayList<>();

  Graph read(String text) {
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.get(0).equals(GraphText.HEADER)) {
      throw new GraphTextException(
          "expected a text that begins with \""
              + GraphText.HEADER
              + "\", as this version of Blockwork writes it: build the network again");
    }
    for (int i = 1; i < lines.size(); i++) {
      try {
        line(lines.get(i));
      } catch (RuntimeException e) {
        throw new GraphTextException("line " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    if (outputs.isEmpty()) {
      throw new GraphTextException("the text ends before the graph's outputs");
    }
    Graph graph = new Graph(nodes, outputs, modules);
    Optional<String> broken = GraphRules.broken(graph);
    if (broken.isPresent()) {
      throw new GraphTextException("no sound graph: " + broken.get());
    }
    return graph;
  }

  private void line(String line) {
    List<String> words = Words.split(line);
    String kind = words.get(0);
    if (kind.equals("modules")) {
      words.stream().skip(1).map(Words::unquote).forEach(modules::add);
      return;
    }
    Given fields = new Given(words.subList(kind.equals("node") ? 2 : 1, words.size()));
    switch (kind) {
      case "node" -> node(words.get(1), fields);
      case "block" -> {
        Block parent = blocks.get(fields.number("parent", 0));
        blocks.add(
            new Block(
                Optional.of(parent),
                fields.text("path", ""),
                fields.text("prefix", ""),
                fields.text("title", "")));
      }
      case "output" ->
          outputs.add(
              new Output(
                  fields.text("name", ""),
                  fields.number("node", 0),
                  Output.Kind.valueOf(fields.text("kind", "")),
                  fields.real("weight", 0)));
      default ->
          throw new IllegalArgumentException(
              "expected node, block, output or modules, got " + Words.text(kind));
    }
    fields.requireRead();
  }

  private void node(String name, Given fields) {
    Block block = blocks.get(fields.number("block", 0));
    List<Integer> inputs = new ArrayList<>();
    String from = fields.exchange("from", "");
    if (!from.isEmpty()) {
      for (int input : Words.integers(from)) {
        inputs.add(input);
      }
    }
    Op op = OpFields.exchange(fields, OpFields.usual(name));
    nodes.add(new Node(nodes.size(), op, inputs, block));
  }

  /** The fields that a line has. */
  private static final class Given extends Fields {
    private final Map<String, String> words = new HashMap<>();

    Given(List<String> fields) {
      for (String field : fields) {
        int equal = field.indexOf('=');
        if (equal < 1 || equal == field.length() - 1) {
          throw new IllegalArgumentException("expected name=value, got " + Words.text(field));
        }
        words.put(field.substring(0, equal), field.substring(equal + 1));
      }
    }

    @Override
    String exchange(String name, String word) {
      String given = words.remove(name);
      return given == null ? UNCHANGED : given;
    }

    void requireRead() {
      if (!words.isEmpty()) {
        throw new IllegalArgumentException("nothing is called " + words.keySet());
      }
    }
  }
}
