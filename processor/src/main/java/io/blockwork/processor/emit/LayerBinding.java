package io.blockwork.processor.emit;

import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.OpVisitor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How a layer is bound, as far as inference and training agree on it: most operations read one
 * tensor and write one, and the gradients of both stand behind them where there are any.
 */
abstract class LayerBinding implements OpVisitor<LayerBinding.Call> {
  /**
   * A call of the binder.
   *
   * @param method the binder's method
   * @param arguments what it takes after the layer's path
   * @param statics static imports that the arguments use, as {@code Type.member}
   */
  record Call(String method, List<String> arguments, SortedSet<String> statics) {}

  private final Node node;
  private final BlockTensors tensors;
  private final SortedSet<String> statics = new TreeSet<>();

  LayerBinding(Node node, BlockTensors tensors) {
    this.node = node;
    this.tensors = tensors;
  }

  /** What follows the tensors of an operation that reads one and writes one. */
  abstract List<String> gradients();

  /** The expression of an input of the node. */
  final String src(int input) {
    return tensors.value(node.input(input));
  }

  final String src() {
    return src(0);
  }

  final String dst() {
    return tensors.value(node.id());
  }

  /** The name of a static method or constant, which it imports. */
  final String imported(String type, String member) {
    statics.add(type + "." + member);
    return member;
  }

  final Call bound(String method, String... arguments) {
    return new Call(method, List.of(arguments), statics);
  }

  /** Binds an operation that reads one tensor and writes one. */
  private Call through(String method, String... settings) {
    List<String> arguments = new ArrayList<>(Arrays.asList(settings));
    arguments.add(src());
    arguments.add(dst());
    arguments.addAll(gradients());
    return new Call(method, arguments, statics);
  }

  /** {@code conv(64, 128, 3).stride(2).padding(1)}. */
  final String conv(Op.Conv2d op) {
    imported("Conv", "conv");
    return convolution(op);
  }

  static String convolution(Op.Conv2d op) {
    return "conv("
        + op.in()
        + ", "
        + op.out()
        + ", "
        + op.kernel()
        + ")"
        + (op.stride() == 1 ? "" : ".stride(" + op.stride() + ")")
        + (op.padding() == 0 ? "" : ".padding(" + op.padding() + ")")
        + (op.dilation() == 1 ? "" : ".dilation(" + op.dilation() + ")")
        + (op.groups() == 1 ? "" : ".groups(" + op.groups() + ")");
  }

  private String window(int kernel) {
    return imported("Window", "window") + "(" + kernel + ")";
  }

  @Override
  public Call conv2d(Op.Conv2d op) {
    return through("conv2d", conv(op));
  }

  @Override
  public final Call batchNorm2d(Op.BatchNorm2d op) {
    return through(op.relu() ? "batchNormRelu" : "batchNorm");
  }

  /** {@code window(3).stride(2).padding(1)}. */
  @Override
  public final Call maxPool2d(Op.MaxPool2d op) {
    return through(
        "maxPool",
        window(op.kernel())
            + (op.stride() == op.kernel() ? "" : ".stride(" + op.stride() + ")")
            + (op.padding() == 0 ? "" : ".padding(" + op.padding() + ")"));
  }

  @Override
  public final Call avgPool2d(Op.AvgPool2d op) {
    return through("avgPool", window(op.kernel()));
  }

  @Override
  public final Call globalAvgPool(Op.GlobalAvgPool op) {
    return through("globalAvgPool");
  }

  @Override
  public final Call linear(Op.Linear op) {
    return through("linear", imported("Activation", op.activation().name()));
  }

  @Override
  public final Call padShortcut(Op.PadShortcut op) {
    return through("padShortcut", String.valueOf(op.stride()));
  }

  @Override
  public final Call input(Op.Input op) {
    throw notBound(op);
  }

  @Override
  public final Call relu(Op.Relu op) {
    throw notBound(op);
  }

  @Override
  public final Call sigmoid(Op.Sigmoid op) {
    throw notBound(op);
  }

  @Override
  public final Call concat(Op.Concat op) {
    throw notBound(op);
  }

  final IllegalStateException notBound(Op op) {
    return new IllegalStateException(op.path() + " should have been transformed away");
  }
}
