package io.blockwork.graph.text;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes one graph. */
final class GraphWriter {
  private final StringBuilder text = new StringBuilder(GraphText.HEADER).append('\n');
  private final Map<Block, Integer> blocks = new HashMap<>(Map.of(Block.NETWORK, 0));
  private final RecordWriter records = new RecordWriter();

  String write(Graph graph) {
    for (Node node : graph.nodes()) {
      int block = block(node.block());
      text.append("node ").append(node.op().getClass().getSimpleName());
      if (block > 0) {
        text.append(" block=").append(block);
      }
      if (!node.inputs().isEmpty()) {
        text.append(" inputs=").append(numbers(node.inputs()));
      }
      records.fields((Record) node.op(), text);
      text.append('\n');
    }
    for (Output output : graph.outputs()) {
      text.append("output name=").append(Words.text(output.name()));
      text.append(" node=").append(output.node());
      text.append(" kind=").append(output.kind().name());
      text.append(" weight=").append(Words.real(output.weight())).append('\n');
    }
    text.append("modules");
    for (String module : graph.modules()) {
      text.append(' ').append(Words.text(module));
    }
    return text.append('\n').toString();
  }

  /** The block's number; it, and what is around it, is written before it is needed. */
  private int block(Block block) {
    Integer known = blocks.get(block);
    if (known != null) {
      return known;
    }
    int parent = block(block.parent().orElseThrow());
    text.append("block parent=").append(parent);
    text.append(" path=").append(Words.text(block.path()));
    text.append(" prefix=").append(Words.text(block.prefix()));
    text.append(" title=").append(Words.text(block.title())).append('\n');
    blocks.put(block, blocks.size());
    return blocks.size() - 1;
  }

  private static String numbers(List<Integer> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
