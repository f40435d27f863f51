package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Works out products of constant matrices. */
final class FoldProducts {
  /** More multiplications than this are no constant that a file means. */
  private static final long MOST = 1L << 30;

  private FoldProducts() {}

  static void into(Map<String, Consumer<Translation>> all) {
    all.put("MatMul", FoldProducts::matMul);
    all.put("Gemm", FoldProducts::gemm);
  }

  /** Products of the last two axes, for each place of the others. */
  private static void matMul(Translation translation) {
    OnnxTensor a = translation.constant(0);
    OnnxTensor b = translation.constant(1);
    if (a.shape().isEmpty() || b.shape().isEmpty()) {
      throw misfit(translation, a, b);
    }
    // A vector is a row on the left, and a column on the right.
    boolean row = a.shape().size() == 1;
    boolean column = b.shape().size() == 1;
    OnnxTensor left = row ? a.reshaped(List.of(1, a.count())) : a;
    OnnxTensor right = column ? b.reshaped(List.of(b.count(), 1)) : b;
    List<Integer> x = left.shape();
    List<Integer> y = right.shape();
    int rows = x.get(x.size() - 2);
    int inner = x.get(x.size() - 1);
    int columns = y.get(y.size() - 1);
    if (inner != y.get(y.size() - 2)) {
      throw misfit(translation, a, b);
    }
    List<Integer> outer =
        Constants.broadcast(translation, x.subList(0, x.size() - 2), y.subList(0, y.size() - 2));
    double[] leftValues = Constants.stretched(translation, left, joined(outer, rows, inner));
    double[] rightValues = Constants.stretched(translation, right, joined(outer, inner, columns));
    int matrices = outer.stream().reduce(1, Math::multiplyExact);
    checkWork(translation, (double) matrices * rows * inner * columns, a, b);
    translation.scope().worksOut((long) matrices * rows * columns, translation);
    double[] product = new double[matrices * rows * columns];
    for (int m = 0; m < matrices; m++) {
      multiply(
          new Matrix(leftValues, m * rows * inner, inner, 1),
          new Matrix(rightValues, m * inner * columns, columns, 1),
          product,
          m * rows * columns,
          new int[] {rows, inner, columns});
    }
    List<Integer> shape = new ArrayList<>(outer);
    if (!row) {
      shape.add(rows);
    }
    if (!column) {
      shape.add(columns);
    }
    translation.out(Constants.tensor(a.type(), shape, product));
  }

  private static List<Integer> joined(List<Integer> outer, int rows, int columns) {
    List<Integer> shape = new ArrayList<>(outer);
    shape.add(rows);
    shape.add(columns);
    return shape;
  }

  private static void gemm(Translation translation) {
    OnnxTensor a = translation.constant(0);
    OnnxTensor b = translation.constant(1);
    if (a.shape().size() != 2 || b.shape().size() != 2) {
      throw misfit(translation, a, b);
    }
    boolean turnsA = translation.integer("transA", 0) != 0;
    boolean turnsB = translation.integer("transB", 0) != 0;
    int rows = a.shape().get(turnsA ? 1 : 0);
    int inner = a.shape().get(turnsA ? 0 : 1);
    int columns = b.shape().get(turnsB ? 0 : 1);
    if (inner != b.shape().get(turnsB ? 1 : 0)) {
      throw misfit(translation, a, b);
    }
    checkWork(translation, (double) rows * inner * columns, a, b);
    translation.scope().worksOut((long) a.count() + b.count() + (long) rows * columns, translation);
    double[] product = new double[rows * columns];
    multiply(
        new Matrix(a.doubles(), 0, turnsA ? 1 : inner, turnsA ? rows : 1),
        new Matrix(b.doubles(), 0, turnsB ? 1 : columns, turnsB ? inner : 1),
        product,
        0,
        new int[] {rows, inner, columns});
    List<Integer> shape = List.of(rows, columns);
    double alpha = translation.real("alpha", 1);
    double beta = translation.real("beta", 1);
    double[] added =
        translation.has(2)
            ? Constants.stretched(translation, translation.constant(2), shape)
            : new double[product.length];
    for (int i = 0; i < product.length; i++) {
      product[i] = alpha * product[i] + beta * added[i];
    }
    translation.out(Constants.tensor(a.type(), shape, product));
  }

  /** A part of an array with the distances of its rows and of its columns. */
  private record Matrix(double[] values, int from, int row, int column) {
    double at(int r, int c) {
      return values[from + r * row + c * column];
    }
  }

  private static void multiply(Matrix a, Matrix b, double[] to, int from, int... sizes) {
    for (int r = 0; r < sizes[0]; r++) {
      for (int k = 0; k < sizes[1]; k++) {
        for (int c = 0; c < sizes[2]; c++) {
          to[from + r * sizes[2] + c] += a.at(r, k) * b.at(k, c);
        }
      }
    }
  }

  private static void checkWork(Translation translation, double work, OnnxTensor a, OnnxTensor b) {
    if (work > MOST) {
      throw misfit(translation, a, b);
    }
  }

  private static RuntimeException misfit(Translation translation, OnnxTensor a, OnnxTensor b) {
    return translation.refuse(
        "it multiplies constants of the shapes %s and %s", a.shape(), b.shape());
  }
}
