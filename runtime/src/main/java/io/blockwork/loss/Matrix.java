package io.blockwork.loss;

import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A matrix of any type and strides, read and written in place: ND4J's own copies are garbage. */
record Matrix(
    DataBuffer data, long offset, long rowStride, long columnStride, int rows, int columns) {
  static Matrix of(INDArray array) {
    return new Matrix(
        array.data(),
        array.offset(),
        array.stride(0),
        array.stride(1),
        (int) array.size(0),
        (int) array.size(1));
  }

  double get(int row, int column) {
    return data.getDouble(offset + row * rowStride + column * columnStride);
  }

  void put(int row, int column, double value) {
    data.put(offset + row * rowStride + column * columnStride, value);
  }

  /** The logarithm of the sum of a row's exponentials, after a division by a temperature. */
  double logSumExp(int row, double temperature) {
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < columns; c++) {
      max = Math.max(max, get(row, c) / temperature);
    }
    double sum = 0;
    for (int c = 0; c < columns; c++) {
      sum += Math.exp(get(row, c) / temperature - max);
    }
    return max + Math.log(sum);
  }
}
