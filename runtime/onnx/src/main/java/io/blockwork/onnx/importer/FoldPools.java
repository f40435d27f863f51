package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Works out pools of constants, over any number of axes. */
final class FoldPools {
  private static final long MOST = 1L << 30;

  private FoldPools() {}

  static void into(Map<String, Consumer<Translation>> all) {
    all.put("MaxPool", translation -> pool(translation, true));
    all.put("AveragePool", translation -> pool(translation, false));
  }

  /**
   * The window along one axis.
   *
   * @param size of the map
   * @param before padding in front of it
   * @param behind padding behind it
   * @param places how many windows there are
   */
  private record Side(
      int size, int kernel, int stride, int dilation, int before, int behind, int places) {
    int at(int window, int k) {
      return window * stride - before + k * dilation;
    }
  }

  private static void pool(Translation translation, boolean max) {
    translation.onlyFirstOutput("the indices");
    OnnxTensor x = translation.constant(0);
    int axes = x.shape().size() - 2;
    if (axes < 1) {
      throw translation.refuse("it reads a constant of the shape %s", x.shape());
    }
    List<Side> sides = sides(translation, x.shape().subList(2, axes + 2));
    List<Integer> window = sides.stream().map(Side::kernel).toList();
    List<Integer> windows = sides.stream().map(Side::places).toList();
    List<Integer> shape = new ArrayList<>(x.shape().subList(0, 2));
    shape.addAll(windows);
    long work = 1;
    for (int size : joined(shape, window)) {
      work = Math.min(Long.MAX_VALUE >> 32, work * size);
    }
    if (work > MOST) {
      throw translation.refuse(
          "its window %s is too large for a constant of %s", window, x.shape());
    }
    double[] from = x.doubles();
    double[] to = new double[shape.stream().reduce(1, Math::multiplyExact)];
    translation.scope().worksOut((long) from.length + to.length, translation);
    boolean counts = translation.integer("count_include_pad", 0) != 0;
    int perMap = windows.stream().reduce(1, Math::multiplyExact);
    int seen = window.stream().reduce(1, Math::multiplyExact);
    int map = from.length / Math.max(1, to.length / Math.max(1, perMap));
    int[] at = new int[axes];
    int[] k = new int[axes];
    for (int i = 0; i < to.length; i++) {
      unravel(i % perMap, windows, at);
      double value = max ? Double.NEGATIVE_INFINITY : 0;
      int number = 0;
      for (int w = 0; w < seen; w++) {
        unravel(w, window, k);
        int index = i / perMap * map;
        int inside = 0;
        boolean padded = true;
        for (int axis = 0, stride = map; axis < axes; axis++) {
          Side side = sides.get(axis);
          int place = side.at(at[axis], k[axis]);
          stride /= side.size();
          index += place * stride;
          inside += place >= 0 && place < side.size() ? 1 : 0;
          // A window that hangs over the padding does not count what is not there.
          padded &= place < side.size() + side.behind();
        }
        if (inside == axes) {
          value = max ? Math.max(value, from[index]) : value + from[index];
        }
        number += inside == axes || counts && padded ? 1 : 0;
      }
      to[i] = max ? value : value / number;
    }
    translation.out(Constants.tensor(x.type(), shape, to));
  }

  private static List<Integer> joined(List<Integer> a, List<Integer> b) {
    List<Integer> both = new ArrayList<>(a);
    both.addAll(b);
    return both;
  }

  private static void unravel(int index, List<Integer> shape, int[] at) {
    int rest = index;
    for (int axis = at.length - 1; axis >= 0; axis--) {
      at[axis] = rest % shape.get(axis);
      rest /= shape.get(axis);
    }
  }

  private static List<Side> sides(Translation translation, List<Integer> sizes) {
    int axes = sizes.size();
    List<Long> ones = Collections.nCopies(axes, 1L);
    List<Long> kernel = translation.integers("kernel_shape").orElse(List.of());
    List<Long> strides = translation.integers("strides").orElse(ones);
    List<Long> dilations = translation.integers("dilations").orElse(ones);
    List<Long> pads = translation.integers("pads").orElse(Collections.nCopies(2 * axes, 0L));
    if (kernel.size() != axes
        || strides.size() != axes
        || dilations.size() != axes
        || pads.size() != 2 * axes) {
      throw translation.refuse("its window does not have the %d axes of the map", axes);
    }
    String auto = translation.text("auto_pad", "NOTSET");
    boolean ceil = translation.integer("ceil_mode", 0) != 0;
    List<Side> sides = new ArrayList<>();
    for (int i = 0; i < axes; i++) {
      int size = sizes.get(i);
      int k = small(translation, kernel.get(i), 1);
      int stride = small(translation, strides.get(i), 1);
      int dilation = small(translation, dilations.get(i), 1);
      int before = small(translation, pads.get(i), 0);
      int behind = small(translation, pads.get(axes + i), 0);
      int span = Math.multiplyExact(k - 1, dilation) + 1;
      if (auto.startsWith("SAME")) {
        int all = Math.max(0, ((size + stride - 1) / stride - 1) * stride + span - size);
        before = auto.equals("SAME_LOWER") ? all - all / 2 : all / 2;
        behind = all - before;
      } else if (auto.equals("VALID")) {
        before = 0;
        behind = 0;
      }
      int free = size + before + behind - span;
      if (size < 1 || free < 0) {
        throw translation.refuse("its window of %d is larger than a map of %d", span, size);
      }
      int places = (free + (ceil ? stride - 1 : 0)) / stride + 1;
      // No window begins in the padding behind.
      places -= ceil && (places - 1) * stride >= size + before ? 1 : 0;
      sides.add(new Side(size, k, stride, dilation, before, behind, places));
    }
    return sides;
  }

  private static int small(Translation translation, long value, int least) {
    if (value < least || value > 1 << 20) {
      throw translation.refuse("its window has a size of %d", value);
    }
    return (int) value;
  }
}
