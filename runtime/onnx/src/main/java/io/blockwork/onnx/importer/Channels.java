package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.importer.Atom.Axis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A constant beside a value of the network, as one number a channel.
 *
 * @param view the value, whose node has these channels
 * @param values one for each channel of the node
 */
record Channels(View view, double[] values) {
  /** The constant, which must not differ from place to place. */
  static Channels of(Translation translation, View x, OnnxTensor given) {
    OnnxTensor tensor = ofOneImage(translation, x, given);
    if (tensor.count() == 1 || isSameEverywhere(x, tensor)) {
      translation.scope().worksOut(x.shape().channels(), translation);
      double[] all = new double[x.shape().channels()];
      Arrays.fill(all, tensor.first());
      return new Channels(x, all);
    }
    if (tensor.shape().size() > x.rank()) {
      throw translation.refuse("the constant %s has more axes than the value %s", tensor, x.dims());
    }
    List<Integer> shape = OnnxTensor.padded(tensor.shape(), x.rank());
    View view = x;
    for (int axis = 0; axis < view.rank(); axis++) {
      if (shape.get(axis) == 1) {
        continue;
      }
      if (view.axes().get(axis).contains(Atom.BATCH)) {
        throw translation.refuse("the constant %s differs from image to image", tensor);
      }
      if (shape.get(axis) != view.size(axis)) {
        throw translation.refuse("the constant %s does not fit the shape %s", tensor, view.dims());
      }
      if (view.axes().get(axis).stream().anyMatch(atom -> atom.axis() != Axis.CHANNEL)) {
        view = flat(translation, view, axis, tensor);
      }
    }
    return new Channels(view, spread(translation, view, shape, tensor));
  }

  /** A constant of which each image has its own, if these are the same: that of one of them. */
  static OnnxTensor ofOneImage(Translation translation, View x, OnnxTensor tensor) {
    int images = translation.scope().batch().size();
    int axis = x.batchAxis().orElse(x.rank()) - x.rank() + tensor.shape().size();
    if (images < 2
        || axis < 0
        || axis >= tensor.shape().size()
        || tensor.shape().get(axis) != images) {
      return tensor;
    }
    List<Integer> shape = new ArrayList<>(tensor.shape());
    shape.set(axis, 1);
    if (tensor.isUniform()) {
      return OnnxTensor.uniform(tensor.name(), tensor.type(), shape, tensor.first());
    }
    translation.scope().worksOut(2L * tensor.count(), translation);
    long inner =
        shape.subList(axis, shape.size()).stream()
            .mapToLong(Integer::longValue)
            .reduce(1, (a, b) -> a * b);
    double[] all = tensor.doubles();
    double[] first = new double[all.length / images];
    for (int i = 0; i < all.length; i++) {
      int at = (int) (i / (inner * images) * inner + i % inner);
      if (i / inner % images == 0) {
        first[at] = all[i];
      } else if (first[at] != all[i]) {
        return tensor;
      }
    }
    return OnnxTensor.of(tensor.name(), tensor.type(), shape, first);
  }

  /** Whether it is one number, written down for each place of a value. */
  private static boolean isSameEverywhere(View x, OnnxTensor tensor) {
    if (!tensor.isUniform() || tensor.shape().size() > x.rank()) {
      return false;
    }
    List<Integer> shape = OnnxTensor.padded(tensor.shape(), x.rank());
    return IntStream.range(0, x.rank())
        .allMatch(
            axis -> shape.get(axis) == 1 || x.dims().get(axis).equals(Dim.of(shape.get(axis))));
  }

  private static View flat(Translation translation, View view, int axis, OnnxTensor tensor) {
    try {
      return Layouts.channels(translation, view, axis);
    } catch (OnnxException e) {
      throw translation.refuse(
          "the constant %s differs from place to place of a map; only one value a channel is supported",
          tensor);
    }
  }

  private static double[] spread(
      Translation translation, View view, List<Integer> shape, OnnxTensor tensor) {
    int channels = view.shape().channels();
    translation.scope().worksOut((long) channels + tensor.count(), translation);
    double[] from = tensor.doubles();
    double[] to = new double[channels];
    for (int c = 0; c < channels; c++) {
      int index = 0;
      for (int axis = 0; axis < shape.size(); axis++) {
        if (shape.get(axis) == 1) {
          continue;
        }
        int at = 0;
        for (Atom atom : view.axes().get(axis)) {
          at = at * atom.size() + c / atom.stride() % atom.size();
        }
        index = index * shape.get(axis) + at;
      }
      to[c] = from[index];
    }
    return to;
  }
}
