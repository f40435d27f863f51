package io.blockwork.graph.text;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes one graph. */
final class GraphWriter {
  private final StringBuilder text = new StringBuilder(GraphText.HEADER).append('\n');
  private final Map<Block, Integer> blocks = new HashMap<>(Map.of(Block.NETWORK, 0));

  /** The words of the fields that need not be written, by the kind of operation. */
  private final Map<String, List<String>> usual = new HashMap<>();

  String write(Graph graph) {
    for (Node node : graph.nodes()) {
      int block = block(node.block());
      String name = OpFields.name(node.op());
      text.append("node ").append(name);
      if (block > 0) {
        text.append(" block=").append(block);
      }
      if (!node.inputs().isEmpty()) {
        text.append(" from=").append(numbers(node.inputs()));
      }
      fields(name, node.op());
      text.append('\n');
    }
    for (Output output : graph.outputs()) {
      text.append("output name=").append(Words.text(output.name()));
      text.append(" node=").append(output.node());
      text.append(" kind=").append(output.kind().name());
      text.append(" weight=").append(Words.real(output.weight())).append('\n');
    }
    text.append("modules");
    graph.modules().forEach(module -> text.append(' ').append(Words.text(module)));
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
    return Words.integers(values.stream().mapToInt(Integer::intValue).toArray());
  }

  private void fields(String name, Op op) {
    List<String> known = usual.get(name);
    if (known == null) {
      Collected collected = new Collected();
      OpFields.exchange(collected, OpFields.usual(name));
      known = collected.words;
      usual.put(name, known);
    }
    Collected collected = new Collected();
    OpFields.exchange(collected, op);
    for (int i = 0; i < known.size(); i++) {
      if (!collected.words.get(i).equals(known.get(i))) {
        text.append(' ').append(collected.names.get(i)).append('=').append(collected.words.get(i));
      }
    }
  }

  /** Takes the fields down. */
  private static final class Collected extends Fields {
    private final List<String> names = new ArrayList<>();
    private final List<String> words = new ArrayList<>();

    @Override
    String exchange(String name, String word) {
      names.add(name);
      words.add(word);
      return UNCHANGED;
    }
  }
}
