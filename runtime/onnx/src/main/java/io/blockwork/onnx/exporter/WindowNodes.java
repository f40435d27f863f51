package io.blockwork.onnx.exporter;

import io.blockwork.graph.ops.AdaptiveAvgPool2d;
import io.blockwork.graph.ops.AdaptiveAxis;
import io.blockwork.graph.ops.AdaptiveMaxPool2d;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import io.blockwork.onnx.proto.AttributeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What pools become. */
final class WindowNodes {
  /** From this opset on, runtimes agree on what the mean of a window that hangs over counts. */
  private static final int CEILING_SETTLED = 19;

  private final OnnxGraph graph;

  WindowNodes(OnnxGraph graph) {
    this.graph = graph;
  }

  /** The attributes that a window has in ONNX, without a ceiling. */
  static List<AttributeProto> attributes(Window window, Padding padding) {
    List<AttributeProto> attributes = new ArrayList<>();
    attributes.add(
        Attributes.integers("kernel_shape", window.kernelHeight(), window.kernelWidth()));
    attributes.add(Attributes.integers("strides", window.strideHeight(), window.strideWidth()));
    attributes.add(
        Attributes.integers(
            "pads", padding.top(), padding.left(), padding.bottom(), padding.right()));
    return attributes;
  }

  /**
   * The window's padding, enlarged at the end so that a last window that hangs over fits in: for
   * convolutions, which have no ceiling in ONNX.
   */
  static Padding enlarged(Window window, Shape in, Shape out) {
    Padding padding = window.padding();
    int height = (out.height() - 1) * window.strideHeight() + window.spanHeight();
    int width = (out.width() - 1) * window.strideWidth() + window.spanWidth();
    return new Padding(
        padding.top(),
        padding.left(),
        Math.max(padding.bottom(), height - in.height() - padding.top()),
        Math.max(padding.right(), width - in.width() - padding.left()));
  }

  Value maxPool(MaxPool2d op, Value input, Shape out) {
    return pool("MaxPool", graph.map(input), op.window(), op.window().padding(), out);
  }

  Value avgPool(AvgPool2d op, Value input, Shape out) {
    Value x = graph.map(input);
    Window window = op.window();
    Padding padding = window.padding();
    boolean counts = op.countPadding() && !padding.isNone();
    if (counts && hangsOver(window, x.shape(), out)) {
      return graph.opset() >= CEILING_SETTLED
          ? pool("AveragePool", padded(x, padding), window, Padding.NONE, out)
          : corrected(op, x, out);
    }
    return counts
        ? pool("AveragePool", x, window, padding, out, Attributes.integer("count_include_pad", 1))
        : pool("AveragePool", x, window, padding, out);
  }

  /**
   * A mean that counts the padding, but not what hangs over: the mean with enough padding for all
   * windows, times what each place has too little.
   */
  private Value corrected(AvgPool2d op, Value x, Shape out) {
    Window window = op.window();
    Padding padding = window.padding();
    Padding enough = enlarged(window, x.shape(), out);
    List<AttributeProto> attributes = attributes(window, enough);
    attributes.add(Attributes.integer("count_include_pad", 1));
    Value mean =
        graph.part(
            "AveragePool",
            out,
            false,
            List.of(x.name()),
            attributes.toArray(AttributeProto[]::new));
    double[] factors = new double[out.height() * out.width()];
    int bottom = x.shape().height() + padding.vertical();
    int right = x.shape().width() + padding.horizontal();
    for (int i = 0; i < factors.length; i++) {
      int top = i / out.width() * window.strideHeight();
      int left = i % out.width() * window.strideWidth();
      double rows = Math.min(window.kernelHeight(), bottom - top);
      double columns = Math.min(window.kernelWidth(), right - left);
      factors[i] = window.kernelHeight() * window.kernelWidth() / (rows * columns);
    }
    long[] shape = {out.height(), out.width()};
    return graph.whole("Mul", mean, List.of(graph.constant("factors", shape, factors)));
  }

  private Value pool(
      String operator, Value x, Window window, Padding padding, Shape out, AttributeProto... more) {
    List<AttributeProto> attributes = attributes(window, padding);
    if (hangsOver(window, x.shape(), out, padding)) {
      attributes.add(Attributes.integer("ceil_mode", 1));
    }
    attributes.addAll(List.of(more));
    return graph.whole(
        operator, out, false, List.of(x.name()), attributes.toArray(AttributeProto[]::new));
  }

  private static boolean hangsOver(Window window, Shape in, Shape out) {
    return hangsOver(window, in, out, window.padding());
  }

  /** Whether there are more windows than fit. */
  private static boolean hangsOver(Window window, Shape in, Shape out, Padding padding) {
    return (out.height() - 1) * window.strideHeight() + window.spanHeight()
            > in.height() + padding.vertical()
        || (out.width() - 1) * window.strideWidth() + window.spanWidth()
            > in.width() + padding.horizontal();
  }

  /** Zeros around a map. */
  private Value padded(Value x, Padding p) {
    return graph.part("Pad", paddedShape(x, p), false, List.of(x.name(), pads(p)));
  }

  /** Zeros around a map, as the whole operation. */
  Value zeroPad(Value input, Padding p) {
    Value x = graph.map(input);
    return graph.whole("Pad", paddedShape(x, p), false, List.of(x.name(), pads(p)));
  }

  private static Shape paddedShape(Value x, Padding p) {
    Shape in = x.shape();
    return new Shape(in.channels(), in.height() + p.vertical(), in.width() + p.horizontal());
  }

  private String pads(Padding p) {
    return graph.integers(0, 0, p.top(), p.left(), 0, 0, p.bottom(), p.right());
  }

  Value adaptive(AdaptiveAvgPool2d op, Value input, Shape out) {
    Value x = graph.map(input);
    if (out.isVector()) {
      return graph.whole("GlobalAveragePool", out, false, List.of(x.name()));
    }
    Optional<Window> even = even(x.shape(), out);
    if (even.isPresent()) {
      return pool("AveragePool", x, even.get(), Padding.NONE, out);
    }
    // Windows of several sizes: the means of rows and of columns are products with matrices.
    Shape in = x.shape();
    Shape rows = new Shape(in.channels(), op.height(), in.width());
    String left =
        graph.constant(
            "rows",
            new long[] {op.height(), in.height()},
            means(new AdaptiveAxis(op.height(), in.height()), true));
    String right =
        graph.constant(
            "columns",
            new long[] {in.width(), op.width()},
            means(new AdaptiveAxis(op.width(), in.width()), false));
    Value shorter = graph.part("MatMul", rows, false, List.of(left, x.name()));
    return graph.whole("MatMul", out, false, List.of(shorter.name(), right));
  }

  /** The matrix that takes the values along an axis to means, each a row or a column of it. */
  private static double[] means(AdaptiveAxis axis, boolean rows) {
    double[] matrix = new double[axis.windows() * axis.size()];
    for (int i = 0; i < axis.windows(); i++) {
      for (int at = axis.from(i); at < axis.to(i); at++) {
        matrix[rows ? i * axis.size() + at : at * axis.windows() + i] = axis.share(i, at);
      }
    }
    return matrix;
  }

  Value adaptive(AdaptiveMaxPool2d op, Value input, Shape out) {
    Value x = graph.map(input);
    if (out.isVector()) {
      return graph.whole("GlobalMaxPool", out, false, List.of(x.name()));
    }
    Optional<Window> even = even(x.shape(), out);
    if (even.isPresent()) {
      return pool("MaxPool", x, even.get(), Padding.NONE, out);
    }
    Shape in = x.shape();
    Shape rows = new Shape(in.channels(), op.height(), in.width());
    Value shorter =
        graph.part(
            "Concat",
            rows,
            false,
            largest(x, 2, new AdaptiveAxis(op.height(), in.height())),
            axis(2));
    return graph.whole(
        "Concat",
        out,
        false,
        largest(shorter, 3, new AdaptiveAxis(op.width(), in.width())),
        axis(3));
  }

  private static AttributeProto axis(int axis) {
    return Attributes.integer("axis", axis);
  }

  /** The largest values of the parts of an axis, each a slice of length 1. */
  private List<String> largest(Value x, int axis, AdaptiveAxis windows) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < windows.windows(); i++) {
      String slice =
          graph.hiddenPart(
              "Slice",
              List.of(
                  x.name(),
                  graph.integers(windows.from(i)),
                  graph.integers(windows.to(i)),
                  graph.integers(axis)));
      AttributeProto keep = Attributes.integer("keepdims", 1);
      names.add(
          graph.opset() >= 18
              ? graph.hiddenPart("ReduceMax", List.of(slice, graph.integers(axis)), keep)
              : graph.hiddenPart(
                  "ReduceMax", List.of(slice), Attributes.integers("axes", axis), keep));
    }
    return names;
  }

  /** The window that an adaptive pool is, if all its windows are alike. */
  private static Optional<Window> even(Shape in, Shape out) {
    var rows = new AdaptiveAxis(out.height(), in.height());
    var columns = new AdaptiveAxis(out.width(), in.width());
    if (!isEven(rows) || !isEven(columns)) {
      return Optional.empty();
    }
    return Optional.of(Window.of(rows.to(0), columns.to(0)).stride(stride(rows), stride(columns)));
  }

  /** Whether all windows of an axis are of one size, and evenly apart. */
  private static boolean isEven(AdaptiveAxis axis) {
    int stride = stride(axis);
    for (int i = 0; i < axis.windows(); i++) {
      if (axis.from(i) != i * stride || axis.to(i) != i * stride + axis.to(0)) {
        return false;
      }
    }
    return true;
  }

  private static int stride(AdaptiveAxis axis) {
    return axis.windows() == 1 ? axis.size() : Math.max(1, axis.from(1));
  }
}
