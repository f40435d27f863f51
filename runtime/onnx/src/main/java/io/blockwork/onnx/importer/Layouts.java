package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.ChannelShuffle;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.importer.Atom.Axis;
import java.util.List;

/** Brings values into our own layout, where an operation needs it. */
final class Layouts {
  private Layouts() {}

  /** A node that has the value as {@code [N, C, H, W]}, or with fewer axes. */
  static View map(Translation translation, View view) {
    if (view.isMap()) {
      return view;
    }
    int rank = view.rank();
    if (rank < 2 || rank > 4 || !view.isWhole(0, Axis.BATCH)) {
      throw translation.refuse(
          "it reads a tensor of shape %s, where [N, C, H, W] is expected", view.dims());
    }
    Shape shape = view.shape();
    boolean rest = rank < 4 || view.axes().get(3).isEmpty();
    boolean places = rest && (rank < 3 || view.axes().get(2).isEmpty());
    List<Atom> channels = view.axes().get(1);
    if (places && view.isInOrder()) {
      // All values of an image in a vector.
      return translation.result(
          translation.add(new Flatten(translation.path()), view.node()), rank);
    }
    boolean sameMap =
        (rank < 3 ? shape.height() == 1 : view.isWhole(2, Axis.ROW))
            && (rank < 4 ? shape.width() == 1 : view.isWhole(3, Axis.COLUMN));
    if (sameMap && channels.size() == 2) {
      Atom first = channels.get(0);
      Atom second = channels.get(1);
      if (first.axis() == Axis.CHANNEL
          && second.axis() == Axis.CHANNEL
          && first.stride() == 1
          && second.stride() == first.size()
          && first.size() * second.size() == shape.channels()) {
        var shuffle = new ChannelShuffle(translation.path(), second.size());
        return translation.result(translation.add(shuffle, view.node()), rank);
      }
    }
    throw translation.refuse(
        "it reads a tensor of shape %s whose axes have been moved or joined in a way that is not supported",
        view.dims());
  }

  private static Shape vector(Shape shape) {
    return new Shape(Math.toIntExact(shape.elements()), 1, 1);
  }

  /** The value with an axis that is all our channels, and none of it anywhere else. */
  static View channels(Translation translation, View view, int axis) {
    if (view.isWhole(axis, Axis.CHANNEL)) {
      return view;
    }
    if (view.isInOrder()) {
      // What lies in the axis may be all of an image: a vector has it as channels.
      View flat = View.of(-1, vector(view.shape()), 2, translation.scope().images());
      var reshaped = flat.reshaped(view.dims(), 0);
      if (reshaped.isPresent() && reshaped.get().isWhole(axis, Axis.CHANNEL)) {
        int id = translation.add(new Flatten(translation.path()), view.node());
        return new View(id, vector(view.shape()), reshaped.get().axes());
      }
    }
    if (view.rank() <= 4) {
      View map = map(translation, view);
      if (map.isWhole(axis, Axis.CHANNEL)) {
        return map;
      }
    }
    throw translation.refuse(
        "it works along axis %d of a tensor of shape %s; only the channels are supported",
        axis, view.dims());
  }
}
