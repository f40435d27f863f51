package io.blockwork.graph.text;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphRules;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads one graph. */
final class GraphReader {
  private final RecordReader records = new RecordReader();
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
    List<String> words = Words.split(line, ' ');
    String kind = words.get(0);
    if (kind.equals("modules")) {
      words.stream().skip(1).map(Words::unquote).forEach(modules::add);
      return;
    }
    Fields fields = new Fields(words.subList(kind.equals("node") ? 2 : 1, words.size()));
    switch (kind) {
      case "node" -> node(words.get(1), fields);
      case "block" -> {
        Block parent = blocks.get(fields.number("parent"));
        blocks.add(
            new Block(
                Optional.of(parent),
                fields.text("path"),
                fields.text("prefix"),
                fields.text("title")));
      }
      case "output" ->
          outputs.add(
              new Output(
                  fields.text("name"),
                  fields.number("node"),
                  Output.Kind.valueOf(fields.text("kind")),
                  Double.parseDouble(fields.word("weight"))));
      default ->
          throw new IllegalArgumentException(
              "expected node, block, output or modules, got " + Words.text(kind));
    }
    fields.requireRead();
  }

  private void node(String name, Fields fields) {
    Block block =
        fields.find("block").map(Integer::parseInt).map(blocks::get).orElse(Block.NETWORK);
    List<Integer> inputs =
        fields.find("inputs").map(word -> Words.split(word, ',')).orElse(List.of()).stream()
            .map(Integer::parseInt)
            .toList();
    Op op = (Op) records.read(kind(name), fields);
    nodes.add(new Node(nodes.size(), op, inputs, block));
  }

  private static Class<? extends Record> kind(String name) {
    return Op.kinds().stream()
        .filter(kind -> kind.getSimpleName().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no operation is called " + Words.text(name)));
  }
}
