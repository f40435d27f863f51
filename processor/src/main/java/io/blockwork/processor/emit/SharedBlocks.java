package io.blockwork.processor.emit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The code of every block, and which blocks differ in nothing but their paths and so share a class.
 */
final class SharedBlocks {
  /** Writes a block's code. */
  interface Writer {
    /**
     * The code of a block.
     *
     * @param shared whether paths are relative to a parameter
     */
    BlockCode write(Unit block, boolean shared);
  }

  private final Writer writer;
  private final Map<String, BlockCode> codes = new HashMap<>();
  private final Map<String, List<Unit>> groups = new HashMap<>();

  SharedBlocks(List<Unit> blocks, Writer writer) {
    this.writer = writer;
    Map<String, List<Unit>> byKey = new HashMap<>();
    for (Unit block : blocks) {
      BlockCode code = writer.write(block, !block.prefix().isEmpty());
      codes.put(block.path(), code);
      List<Unit> group = byKey.computeIfAbsent(code.key(), k -> new ArrayList<>());
      group.add(block);
      groups.put(block.path(), group);
    }
  }

  /** The blocks that have the same class as {@code block}, in order, itself included. */
  List<Unit> alike(Unit block) {
    return Objects.requireNonNull(groups.get(block.path()));
  }

  /** Whether the block's class serves others too, and so takes the path as a parameter. */
  boolean isShared(Unit block) {
    return alike(block).size() > 1;
  }

  /** Whether the block's class is named after it. */
  boolean isFirst(Unit block) {
    return alike(block).get(0).path().equals(block.path());
  }

  /** The code of the block's class. */
  BlockCode code(Unit block) {
    return Objects.requireNonNull(codes.get(block.path()));
  }

  /** The code as it is printed: with literal paths, if the class serves one block only. */
  BlockCode printed(Unit block) {
    return isShared(block) ? code(block) : writer.write(block, false);
  }
}
