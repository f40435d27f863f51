package io.blockwork.engine.nd4j;

import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.memory.ShapeMismatchException;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies between the user's arrays, of any strides, and the plan's tensors. */
final class Transfer {
  private Transfer() {}

  /** Copies the array into the tensor. */
  static void in(String what, INDArray array, Nd4jTensor tensor) {
    check(what, array, tensor);
    copy(view(NativeValues.contiguous(array), tensor), tensor);
  }

  /** Copies the tensor into the array. */
  static void out(String what, Nd4jTensor tensor, INDArray array) {
    check(what, array, tensor);
    if (NativeValues.isContiguous(array)) {
      copy(tensor, view(array, tensor));
    } else {
      INDArray whole = array.dup('c');
      copy(tensor, view(whole, tensor));
      array.assign(whole);
    }
  }

  private static void copy(Nd4jTensor from, Nd4jTensor to) {
    Elementwise.map(from, to, (x, count) -> {});
  }

  private static Nd4jTensor view(INDArray array, Nd4jTensor like) {
    return Nd4jTensor.at(array, like.batch(), like.channels(), like.height(), like.width(), false);
  }

  private static void check(String what, INDArray array, Nd4jTensor tensor) {
    long[] full = {tensor.batch(), tensor.channels(), tensor.height(), tensor.width()};
    long[] vector = {tensor.batch(), tensor.length()};
    if (!Arrays.equals(array.shape(), full) && !Arrays.equals(array.shape(), vector)) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected shape %s, got %s",
              what, Arrays.toString(full), Arrays.toString(array.shape())));
    }
    if (array.dataType() != tensor.dataType()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: expected type %s, got %s", what, tensor.dataType(), array.dataType()));
    }
  }
}
