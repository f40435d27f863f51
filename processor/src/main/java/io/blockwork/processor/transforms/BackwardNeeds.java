package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.Op.Activation;
import io.blockwork.processor.graph.OpVisitor;
import java.util.List;

/** Which forward values the backward of a node reads: what training has to keep. */
final class BackwardNeeds implements OpVisitor<List<Integer>> {
  private final Node node;

  private BackwardNeeds(Node node) {
    this.node = node;
  }

  /** Ids of the values that the backward of {@code node} reads. */
  static List<Integer> of(Node node) {
    return node.op().accept(new BackwardNeeds(node));
  }

  private List<Integer> source() {
    return List.of(node.input(0));
  }

  private List<Integer> sourceAndOutput() {
    return List.of(node.input(0), node.id());
  }

  @Override
  public List<Integer> input(Op.Input op) {
    return List.of();
  }

  @Override
  public List<Integer> conv2d(Op.Conv2d op) {
    return source();
  }

  @Override
  public List<Integer> batchNorm2d(Op.BatchNorm2d op) {
    return op.relu() ? sourceAndOutput() : source();
  }

  @Override
  public List<Integer> relu(Op.Relu op) {
    return List.of(node.id());
  }

  @Override
  public List<Integer> sigmoid(Op.Sigmoid op) {
    return List.of(node.id());
  }

  @Override
  public List<Integer> maxPool2d(Op.MaxPool2d op) {
    return List.of();
  }

  @Override
  public List<Integer> avgPool2d(Op.AvgPool2d op) {
    return List.of();
  }

  @Override
  public List<Integer> globalAvgPool(Op.GlobalAvgPool op) {
    return List.of();
  }

  @Override
  public List<Integer> linear(Op.Linear op) {
    return op.activation() == Activation.NONE ? source() : sourceAndOutput();
  }

  @Override
  public List<Integer> add(Op.Add op) {
    return op.relu() ? List.of(node.id()) : List.of();
  }

  @Override
  public List<Integer> scale(Op.Scale op) {
    return node.inputs();
  }

  @Override
  public List<Integer> concat(Op.Concat op) {
    return List.of();
  }

  @Override
  public List<Integer> dropout(Op.Dropout op) {
    return List.of();
  }

  @Override
  public List<Integer> padShortcut(Op.PadShortcut op) {
    return List.of();
  }
}
