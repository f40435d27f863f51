package io.blockwork.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Where in the network a node stands. Blocks stand within blocks, as deep as one likes; the
 * outermost is {@link #NETWORK}, and those within it are the stages.
 *
 * @param parent the block around it; empty for the network
 * @param path tells blocks apart: {@code layer1.0}
 * @param prefix what the paths of the block's own operations begin with: {@code layer1.0.}; may be
 *     empty
 * @param title what the papers call it: {@code bottleneck, stride 2}; may be empty
 */
public record Block(Optional<Block> parent, String path, String prefix, String title) {
  /** The network itself. */
  public static final Block NETWORK = new Block(Optional.empty(), "", "", "");

  /** A stage whose operations have names of their own. */
  public static Block stage(String path, String prefix, String title) {
    return new Block(Optional.of(NETWORK), path, prefix, title);
  }

  /** A block within this one: its path, and its prefix, are this one's prefix and the name. */
  public Block child(String name, String title) {
    String path = prefix + name;
    return new Block(Optional.of(this), path, path + ".", title);
  }

  /** The same with another title. */
  public Block titled(String other) {
    return new Block(parent, path, prefix, other);
  }

  /** Whether it is the network. */
  public boolean isNetwork() {
    return parent.isEmpty();
  }

  /** The blocks from the stage to this one; empty for the network. */
  public List<Block> chain() {
    List<Block> chain = new ArrayList<>();
    for (Block at = this; at.parent.isPresent(); at = at.parent.get()) {
      chain.add(at);
    }
    Collections.reverse(chain);
    return chain;
  }

  /** The outermost block around it that is not the network, itself included. */
  public Block stage() {
    Block at = this;
    while (at.parent.isPresent() && at.parent.get().parent.isPresent()) {
      at = at.parent.get();
    }
    return at;
  }

  // Spelled out: the JVM takes some 20 ms to build a record's own equality the first time, and a
  // processor always runs cold. Paths tell the blocks of a network apart.
  @Override
  public boolean equals(Object other) {
    return other instanceof Block b && path.equals(b.path) && title.equals(b.title);
  }

  @Override
  public int hashCode() {
    return path.hashCode();
  }
}
