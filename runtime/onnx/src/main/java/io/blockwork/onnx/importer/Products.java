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

  static void into(Map<String, Consumer<Translation>> operators) {
    operators.put("Gemm", Products::gemm);
    operators.put("MatMul", Products::matMul);
  }

  private static void gemm(Translation translation) {
    View x = translation.view(0);
    OnnxTensor b = translation.constant(1);
    if (translation.integer("transA", 0) != 0) {
      throw translation.refuse("its first input is transposed (transA), which is not supported");
    }
    if (x.rank() != 2 || b.shape().size() != 2) {
      throw translation.refuse("it should read matrices, and reads %s and %s", x.dims(), b.shape());
    }
    OnnxTensor weight = translation.integer("transB", 0) != 0 ? b : b.transposed(1, 0);
    double alpha = translation.real("alpha", 1);
    double beta = translation.real("beta", 1);
    int out = weight.shape().get(0);
    Optional<OnnxTensor> bias =
        translation.optional(2).map(c -> Channels.ofOneImage(translation, x, c));
    if (bias.isPresent() && bias.get().shape().size() == 2 && bias.get().shape().get(0) != 1) {
      throw translation.refuse(
          "its third input has the shape %s: a matrix that is not the same for all images is not supported",
          bias.get().shape());
    }
    linear(
        translation,
        x,
        times(translation, weight, alpha),
        bias.filter(any -> beta != 0)
            .map(c -> times(translation, Convolutions.vector(translation, c, out), beta)));
  }

  private static OnnxTensor times(Translation translation, OnnxTensor tensor, double factor) {
    if (factor == 1) {
      return tensor;
    }
    translation.scope().worksOut(tensor.count(), translation);
    double[] values = tensor.doubles();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return OnnxTensor.of(tensor.name(), ElementType.FLOAT, tensor.shape(), values);
  }

  private static void matMul(Translation translation) {
    if (translation.value(0) instanceof Value.Constant
        && translation.value(1) instanceof View rows) {
      translation.out(meansOfRows(translation, translation.constant(0), rows));
      return;
    }
    View x = translation.view(0);
    OnnxTensor b = translation.constant(1);
    Optional<View> means = meansOfColumns(translation, x, b);
    if (means.isPresent()) {
      translation.out(means.get());
      return;
    }
    List<Integer> shape = b.shape();
    int rank = shape.size();
    if (rank < 1 || shape.subList(0, Math.max(0, rank - 2)).stream().anyMatch(size -> size != 1)) {
      throw translation.refuse(
          "it multiplies by a constant of shape %s; only one matrix is supported", shape);
    }
    if (rank == 1) {
      View product =
          product(translation, x, b.reshaped(List.of(1, shape.get(0))), Optional.empty());
      translation.out(product.with(product.axes().subList(0, product.rank() - 1)));
      return;
    }
    OnnxTensor matrix = b.reshaped(shape.subList(rank - 2, rank));
    linear(translation, x, matrix.transposed(1, 0), Optional.empty());
  }

  /** A matrix of means before a map: the first half of an adaptive pool with unequal windows. */
  private static View meansOfRows(Translation translation, OnnxTensor matrix, View x) {
    List<Integer> shape = matrix.shape();
    if (x.rank() != 4
        || !x.isMap()
        || shape.size() != 2
        || shape.get(1) != x.shape().height()
        || !isOfMeans(matrix)) {
      throw translation.refuse(
          "a constant matrix times a value of the network is not supported but for means of rows, only the other way round");
    }
    return pooled(translation, x.node(), shape.get(0), x.shape().width());
  }

  /** The second half, a matrix of means behind the map: both are one pool. */
  private static Optional<View> meansOfColumns(Translation translation, View x, OnnxTensor matrix) {
    List<Integer> shape = matrix.shape();
    if (x.rank() != 4
        || !x.isMap()
        || shape.size() != 2
        || !(translation.scope().draft().op(x.node()) instanceof AdaptiveAvgPool2d rows)
        || shape.get(0) != rows.width()
        || !isOfMeans(matrix.transposed(1, 0))) {
      return Optional.empty();
    }
    int source = translation.scope().draft().inputs(x.node()).get(0);
    return translation.shape(source).width() == rows.width()
        ? Optional.of(pooled(translation, source, rows.height(), shape.get(1)))
        : Optional.empty();
  }

  private static View pooled(Translation translation, int source, int height, int width) {
    int id = translation.add(new AdaptiveAvgPool2d(translation.path(), height, width), source);
    return translation.result(id, 4);
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

  private static void linear(
      Translation translation, View x, OnnxTensor weight, Optional<OnnxTensor> bias) {
    translation.out(product(translation, x, weight, bias));
  }

  /**
   * A linear layer along the last axis.
   *
   * @param weight {@code [out, in]}, in ONNX's order of the inputs
   */
  private static View product(
      Translation translation, View x, OnnxTensor weight, Optional<OnnxTensor> bias) {
    int out = weight.shape().get(0);
    int in = weight.shape().get(1);
    int last = x.rank() - 1;
    if (out < 1 || in < 1) {
      throw translation.refuse("its matrix has the shape %s", weight.shape());
    }
    if (x.rank() < 1 || x.axes().get(last).contains(Atom.BATCH) || x.size(last) != in) {
      throw translation.refuse(
          "its matrix of shape [%d, %d] does not fit an input of shape %s", in, out, x.dims());
    }
    Shape shape = x.shape();
    if (in == shape.elements()) {
      return vector(translation, x, weight, bias);
    }
    View channels = Layouts.channels(translation, x, last);
    int id = layer(translation, channels.node(), in, weight, bias);
    List<List<Atom>> axes = new ArrayList<>(channels.axes());
    axes.set(last, out == 1 ? List.of() : List.of(new Atom(Axis.CHANNEL, out, 1)));
    return new View(id, translation.shape(id), axes);
  }

  /** All values of an image at once; where they stand in another order, the columns do too. */
  private static View vector(
      Translation translation, View x, OnnxTensor weight, Optional<OnnxTensor> bias) {
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
      source = translation.add(new Flatten(translation.path()), source);
    }
    int id = layer(translation, source, weight.shape().get(1), matrix, bias);
    List<List<Atom>> result = new ArrayList<>(x.axes());
    int out = weight.shape().get(0);
    result.set(last, out == 1 ? List.of() : List.of(new Atom(Axis.CHANNEL, out, 1)));
    return new View(id, translation.shape(id), result);
  }

  private static int layer(
      Translation translation, int source, int in, OnnxTensor weight, Optional<OnnxTensor> bias) {
    int out = weight.shape().get(0);
    String path = translation.path(weight);
    Map<String, OnnxTensor> weights = new HashMap<>();
    weights.put(path + ".weight", weight);
    bias.ifPresent(b -> weights.put(path + ".bias", b));
    Linear linear = Linear.of(path, in, out);
    return translation.add(bias.isPresent() ? linear : linear.withoutBias(), weights, source);
  }
}
