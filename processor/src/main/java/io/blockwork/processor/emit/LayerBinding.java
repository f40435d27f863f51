package io.blockwork.processor.emit;

import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Binding;
import io.blockwork.graph.ops.Code;
import java.util.List;
import java.util.Optional;

/** A layer of an inference pass, and what a layer of a training pass has in common with it. */
class LayerBinding implements Binding {
  private final Node node;
  private final BlockTensors tensors;
  private final LayerNames names;

  LayerBinding(Node node, BlockTensors tensors, LayerNames names) {
    this.node = node;
    this.tensors = tensors;
    this.names = names;
  }

  /** An expression that needs no import. */
  static Code code(String text) {
    return new Code(text, List.of());
  }

  @Override
  public boolean training() {
    return false;
  }

  @Override
  public final int inputs() {
    return node.inputs().size();
  }

  @Override
  public final Code src(int input) {
    return code(tensors.value(node.input(input)));
  }

  @Override
  public final Code src(int input, int from, int to) {
    return code(tensors.value(node.input(input), from, to));
  }

  @Override
  public final Code dst() {
    return code(tensors.value(node.id()));
  }

  @Override
  public Code dDst() {
    throw new IllegalStateException(node.op().path() + " has no gradient in inference");
  }

  @Override
  public Optional<Code> dSrc(int input) {
    throw new IllegalStateException(node.op().path() + " has no gradient in inference");
  }

  @Override
  public Code dSrc(int input, int from, int to) {
    throw new IllegalStateException(node.op().path() + " has no gradient in inference");
  }

  @Override
  public final Code name(String name) {
    return code(names.path(name));
  }
}
