package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Works out constants with something around them. */
final class FoldPads {
  private FoldPads() {}

  static void into(Map<String, Consumer<Translation>> all) {
    all.put("Pad", FoldPads::pad);
  }

  private static void pad(Translation translation) {
    OnnxTensor x = translation.constant(0);
    int rank = x.shape().size();
    boolean inputs = translation.opset() >= 11;
    List<Long> pads =
        (inputs ? translation.integers("", 1) : translation.integers("pads"))
            .orElseThrow(() -> translation.refuse("its pads are missing"));
    double value =
        inputs
            ? translation.optional(2).map(OnnxTensor::first).orElse(0.0)
            : translation.real("value", 0);
    Optional<List<Long>> axes = translation.has(3) ? translation.integers("", 3) : Optional.empty();
    int count = axes.map(List::size).orElse(rank);
    if (pads.size() != 2 * count) {
      throw translation.refuse("it has %d pads for %d axes", pads.size(), count);
    }
    int[] before = new int[rank];
    List<Integer> shape = new ArrayList<>(x.shape());
    for (int i = 0; i < count; i++) {
      int axis = axes.isPresent() ? translation.axis(axes.get().get(i), rank) : i;
      before[axis] = Math.toIntExact(pads.get(i));
      long size = shape.get(axis) + pads.get(i) + pads.get(count + i);
      if (size < 0) {
        throw translation.refuse("it cuts more off than there is: %s of %s", pads, x.shape());
      }
      shape.set(axis, Math.toIntExact(size));
    }
    String mode = translation.text("mode", "constant");
    double[] from = x.doubles();
    double[] to = new double[count(translation, shape)];
    int[] at = new int[rank];
    for (int i = 0; i < to.length; i++) {
      int index = 0;
      for (int axis = 0; axis < rank && index >= 0; axis++) {
        int place = source(translation, at[axis] - before[axis], x.shape().get(axis), mode);
        index = place < 0 ? -1 : index * x.shape().get(axis) + place;
      }
      to[i] = index < 0 ? value : from[index];
      for (int axis = rank - 1; axis >= 0 && ++at[axis] == shape.get(axis); axis--) {
        at[axis] = 0;
      }
    }
    translation.out(Constants.tensor(x.type(), shape, to));
  }

  private static int count(Translation translation, List<Integer> shape) {
    long count = 1;
    for (int size : shape) {
      count = Math.min(Long.MAX_VALUE >> 32, count * size);
    }
    translation.scope().worksOut(count, translation);
    return (int) count;
  }

  /** The place of an axis that a place of the padded one shows; -1 for none. */
  private static int source(Translation translation, int place, int size, String mode) {
    if (place >= 0 && place < size) {
      return place;
    }
    return switch (mode) {
      case "constant" -> -1;
      case "edge" -> size == 0 ? -1 : Math.max(0, Math.min(size - 1, place));
      case "reflect" -> {
        // The border itself is not repeated.
        int period = Math.max(1, 2 * (size - 1));
        int folded = Math.floorMod(place, period);
        yield size == 0 ? -1 : Math.min(folded, period - folded) % Math.max(1, size);
      }
      case "wrap" -> size == 0 ? -1 : Math.floorMod(place, size);
      default -> throw translation.refuse("its attribute mode is %s", mode);
    };
  }
}
