package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.AdaptiveAvgPool2d;
import io.blockwork.graph.ops.AdaptiveAxis;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.importer.Atom.Axis;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Products with constant matrices: linear layers, and means of rows and columns. */
final class Products {
  private Products() {}

  static void into(Map<String, Consumer<Step>> operators) {
    operators.put("Gemm", Products::gemm);
    operators.put("MatMul", Products::matMul);
  }

  private static void gemm(Step step) {
    View x = step.view(0);
    OnnxTensor b = step.constant(1);
    if (step.integer("transA", 0) != 0) {
      throw step.refuse("its first input is transposed (transA), which is not supported");
    }
    if (x.rank() != 2 || b.shape().size() != 2) {
      throw step.refuse("it should read matrices, and reads %s and %s", x.dims(), b.shape());
    }
    OnnxTensor weight = step.integer("transB", 0) != 0 ? b : b.transposed(1, 0);
    double alpha = step.real("alpha", 1);
    double beta = step.real("beta", 1);
    int out = weight.shape().get(0);
    Optional<OnnxTensor> bias = step.optional(2);
    if (bias.isPresent() && bias.get().shape().size() == 2 && bias.get().shape().get(0) != 1) {
      throw step.refuse(
          "its third input has the shape %s: a matrix that is not the same for all images is not supported",
          bias.get().shape());
    }
    linear(
        step,
        x,
        times(step, weight, alpha),
        bias.filter(any -> beta != 0)
            .map(c -> times(step, Convolutions.vector(step, c, out), beta)));
  }

  private static OnnxTensor times(Step step, OnnxTensor tensor, double factor) {
    if (factor == 1) {
      return tensor;
    }
    step.scope().worksOut(tensor.count(), step);
    double[] values = tensor.doubles();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return OnnxTensor.of(tensor.name(), ElementType.FLOAT, tensor.shape(), values);
  }

  private static void matMul(Step step) {
    if (step.value(0) instanceof Value.Constant && step.value(1) instanceof View rows) {
      step.out(meansOfRows(step, step.constant(0), rows));
      return;
    }
    View x = step.view(0);
    OnnxTensor b = step.constant(1);
    Optional<View> means = meansOfColumns(step, x, b);
    if (means.isPresent()) {
      step.out(means.get());
      return;
    }
    List<Integer> shape = b.shape();
    int rank = shape.size();
    if (rank < 1 || shape.subList(0, Math.max(0, rank - 2)).stream().anyMatch(size -> size != 1)) {
      throw step.refuse(
          "it multiplies by a constant of shape %s; only one matrix is supported", shape);
    }
    if (rank == 1) {
      View product = product(step, x, b.reshaped(List.of(1, shape.get(0))), Optional.empty());
      step.out(product.with(product.axes().subList(0, product.rank() - 1)));
      return;
    }
    OnnxTensor matrix = b.reshaped(shape.subList(rank - 2, rank));
    linear(step, x, matrix.transposed(1, 0), Optional.empty());
  }

  /** A matrix of means before a map: the first half of an adaptive pool with unequal windows. */
  private static View meansOfRows(Step step, OnnxTensor matrix, View x) {
    List<Integer> shape = matrix.shape();
    if (x.rank() != 4
        || !x.isMap()
        || shape.size() != 2
        || shape.get(1) != x.shape().height()
        || !isOfMeans(matrix)) {
      throw step.refuse(
          "a constant matrix times a value of the network is not supported but for means of rows, only the other way round");
    }
    return pooled(step, x.node(), shape.get(0), x.shape().width());
  }

  /** The second half, a matrix of means behind the map: both are one pool. */
  private static Optional<View> meansOfColumns(Step step, View x, OnnxTensor matrix) {
    List<Integer> shape = matrix.shape();
    if (x.rank() != 4
        || !x.isMap()
        || shape.size() != 2
        || !(step.scope().draft().op(x.node()) instanceof AdaptiveAvgPool2d rows)
        || shape.get(0) != rows.width()
        || !isOfMeans(matrix.transposed(1, 0))) {
      return Optional.empty();
    }
    int source = step.scope().draft().inputs(x.node()).get(0);
    return step.shape(source).width() == rows.width()
        ? Optional.of(pooled(step, source, rows.height(), shape.get(1)))
        : Optional.empty();
  }

  private static View pooled(Step step, int source, int height, int width) {
    int id = step.add(new AdaptiveAvgPool2d(step.path(), height, width), source);
    return View.of(id, step.shape(id), 4);
  }

  /** Whether each row takes the mean of one of torch's adaptive windows. */
  private static boolean isOfMeans(OnnxTensor matrix) {
    var axis = new AdaptiveAxis(matrix.shape().get(0), matrix.shape().get(1));
    double[] values = matrix.doubles();
    for (int i = 0; i < axis.windows(); i++) {
      for (int at = 0; at < axis.size(); at++) {
        if ((float) values[i * axis.size() + at] != (float) axis.share(i, at)) {
          return false;
        }
      }
    }
    return axis.windows() > 0;
  }

  private static void linear(Step step, View x, OnnxTensor weight, Optional<OnnxTensor> bias) {
    step.out(product(step, x, weight, bias));
  }

  /**
   * A linear layer along the last axis.
   *
   * @param weight {@code [out, in]}, in ONNX's order of the inputs
   */
  private static View product(Step step, View x, OnnxTensor weight, Optional<OnnxTensor> bias) {
    int out = weight.shape().get(0);
    int in = weight.shape().get(1);
    int last = x.rank() - 1;
    if (out < 1 || in < 1) {
      throw step.refuse("its matrix has the shape %s", weight.shape());
    }
    if (x.rank() < 2 || x.axes().get(last).contains(Atom.BATCH) || x.size(last) != in) {
      throw step.refuse(
          "its matrix of shape [%d, %d] does not fit an input of shape %s", in, out, x.dims());
    }
    Shape shape = x.shape();
    if (in == shape.elements()) {
      return vector(step, x, weight, bias);
    }
    View channels = Layouts.channels(step, x, last);
    int id = layer(step, channels.node(), in, weight, bias);
    List<List<Atom>> axes = new ArrayList<>(channels.axes());
    axes.set(last, out == 1 ? List.of() : List.of(new Atom(Axis.CHANNEL, out, 1)));
    return new View(id, step.shape(id), axes);
  }

  /** All values of an image at once; where they stand in another order, the columns do too. */
  private static View vector(Step step, View x, OnnxTensor weight, Optional<OnnxTensor> bias) {
    int last = x.rank() - 1;
    List<Atom> atoms = x.axes().get(last);
    int source = x.node();
    OnnxTensor matrix = weight;
    if (!x.isInOrder()) {
      List<Integer> order =
          IntStream.range(0, atoms.size())
              .boxed()
              .sorted(
                  (a, b) -> {
                    Atom first = atoms.get(a);
                    Atom second = atoms.get(b);
                    return first.axis() != second.axis()
                        ? first.axis().compareTo(second.axis())
                        : Integer.compare(second.stride(), first.stride());
                  })
              .toList();
      List<Integer> split = new ArrayList<>(List.of(weight.shape().get(0)));
      atoms.forEach(atom -> split.add(atom.size()));
      int[] axes = new int[atoms.size() + 1];
      for (int i = 0; i < order.size(); i++) {
        axes[i + 1] = order.get(i) + 1;
      }
      matrix = weight.reshaped(split).transposed(axes).reshaped(weight.shape());
    }
    if (!x.shape().isVector()) {
      source = step.add(new Flatten(step.path()), source);
    }
    int id = layer(step, source, weight.shape().get(1), matrix, bias);
    List<List<Atom>> result = new ArrayList<>(x.axes());
    int out = weight.shape().get(0);
    result.set(last, out == 1 ? List.of() : List.of(new Atom(Axis.CHANNEL, out, 1)));
    return new View(id, step.shape(id), result);
  }

  private static int layer(
      Step step, int source, int in, OnnxTensor weight, Optional<OnnxTensor> bias) {
    int out = weight.shape().get(0);
    String path = step.path(weight);
    Map<String, OnnxTensor> weights = new HashMap<>();
    weights.put(path + ".weight", weight);
    bias.ifPresent(b -> weights.put(path + ".bias", b));
    Linear linear = Linear.of(path, in, out);
    return step.add(bias.isPresent() ? linear : linear.withoutBias(), weights, source);
  }
}
