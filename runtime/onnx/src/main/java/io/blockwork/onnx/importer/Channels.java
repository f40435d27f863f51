package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.importer.Atom.Axis;
import java.util.Arrays;
import java.util.List;

/**
 * A constant beside a value of the network, as one number a channel.
 *
 * @param view the value, whose node has these channels
 * @param values one for each channel of the node
 */
record Channels(View view, double[] values) {
  /** The constant, which must not differ from place to place. */
  static Channels of(Translation translation, View x, OnnxTensor tensor) {
    if (tensor.count() == 1) {
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
