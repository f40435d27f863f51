package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.GlobalMaxPool;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import io.blockwork.graph.ops.ZeroPad2d;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Convolutions and pools. */
final class Convolutions {
  private Convolutions() {}

  static void into(Map<String, Consumer<Translation>> operators) {
    operators.put("Conv", Convolutions::conv);
    operators.put("MaxPool", Convolutions::maxPool);
    operators.put("AveragePool", Convolutions::avgPool);
    operators.put("GlobalAveragePool", translation -> global(translation, true));
    operators.put("GlobalMaxPool", translation -> global(translation, false));
  }

  private static void conv(Translation translation) {
    View x = image(translation);
    OnnxTensor weight = translation.constant(1);
    int rank = x.rank();
    if (weight.shape().size() != rank) {
      throw translation.refuse("its kernel has the shape %s for %d axes", weight.shape(), rank);
    }
    List<Integer> sizes = new ArrayList<>(weight.shape());
    if (rank == 3) {
      sizes.add(1);
    }
    if (translation.hasAttribute("kernel_shape")
        && !kernel(translation, rank).equals(sizes.subList(2, 2 + rank - 2))) {
      throw translation.refuse("its attribute kernel_shape is not the size of its kernel");
    }
    if (Collections.min(sizes) < 1) {
      throw translation.refuse("its kernel has the shape %s", weight.shape());
    }
    int out = sizes.get(0);
    int groups = small(translation, translation.integer("group", 1), "group");
    int in = Math.multiplyExact(sizes.get(1), groups);
    if (x.shape().channels() != in || out % groups != 0) {
      throw translation.refuse(
          "its kernel %s in %d groups does not fit %d channels",
          weight.shape(), groups, x.shape().channels());
    }
    Window window = window(translation, rank, sizes.get(2), sizes.get(3), x.shape());
    String path = translation.path(weight);
    Map<String, OnnxTensor> weights = new HashMap<>();
    weights.put(path + ".weight", weight);
    Conv2d conv = Conv2d.of(path, in, out, window).groups(groups);
    Optional<OnnxTensor> bias = translation.optional(2);
    if (bias.isPresent()) {
      conv = conv.withBias();
      weights.put(path + ".bias", vector(translation, bias.get(), out));
    }
    // Zeros around the map that only this reads are its own padding.
    int source = x.node();
    if (translation.scope().draft().op(source) instanceof ZeroPad2d pad
        && translation.readsAlone(0)) {
      source = translation.scope().draft().inputs(source).get(0);
      conv =
          new Conv2d(
              path,
              in,
              out,
              window.padding(sum(window.padding(), pad.padding())),
              groups,
              conv.bias(),
              conv.initial(),
              conv.norm(),
              1,
              false,
              conv.activation());
    }
    translation.out(translation.result(translation.add(conv, weights, source), rank));
  }

  /** A constant of so many values, or of one that counts for all. */
  static OnnxTensor vector(Translation translation, OnnxTensor tensor, int length) {
    if (tensor.count() == length) {
      return tensor;
    } else if (tensor.count() == 1) {
      return OnnxTensor.uniform(tensor.name(), tensor.type(), List.of(length), tensor.first());
    }
    throw translation.refuse(
        "the constant %s of shape %s should have %d values", tensor.name(), tensor.shape(), length);
  }

  private static View image(Translation translation) {
    View x = translation.view(0);
    if (x.rank() != 3 && x.rank() != 4) {
      throw translation.refuse(
          "it works on %d axes; only one and two axes of places are supported", x.rank() - 2);
    }
    return translation.map(x);
  }

  private static Padding sum(Padding a, Padding b) {
    return new Padding(
        a.top() + b.top(), a.left() + b.left(), a.bottom() + b.bottom(), a.right() + b.right());
  }

  private static int small(Translation translation, long value, String what) {
    if (value < 1 || value > 1 << 20) {
      throw translation.refuse("its attribute %s is %d", what, value);
    }
    return (int) value;
  }

  private static List<Integer> kernel(Translation translation, int rank) {
    List<Long> kernel =
        translation
            .integers("kernel_shape")
            .orElseThrow(() -> translation.refuse("its attribute kernel_shape is missing"));
    return sides(translation, kernel, "kernel_shape", rank);
  }

  private static List<Integer> sides(
      Translation translation, List<Long> values, String what, int rank) {
    if (values.size() != rank - 2) {
      throw translation.refuse(
          "its attribute %s has %d values for %d axes", what, values.size(), rank - 2);
    }
    return values.stream().map(value -> small(translation, value, what)).toList();
  }

  private static List<Integer> sides(Translation translation, String what, int rank) {
    List<Integer> sides =
        new ArrayList<>(
            translation
                .integers(what)
                .map(values -> sides(translation, values, what, rank))
                .orElseGet(() -> Collections.nCopies(rank - 2, 1)));
    if (rank == 3) {
      sides.add(1);
    }
    return sides;
  }

  private static Window window(
      Translation translation, int rank, int kernelH, int kernelW, Shape shape) {
    List<Integer> stride = sides(translation, "strides", rank);
    List<Integer> dilation = sides(translation, "dilations", rank);
    Window window =
        Window.of(kernelH, kernelW)
            .stride(stride.get(0), stride.get(1))
            .dilation(dilation.get(0), dilation.get(1));
    if (1L * dilation.get(0) * kernelH > 1 << 24 || 1L * dilation.get(1) * kernelW > 1 << 24) {
      throw translation.refuse("its window is too large: %d x %d", kernelH, kernelW);
    }
    return window.padding(padding(translation, rank, window, shape));
  }

  private static Padding padding(Translation translation, int rank, Window window, Shape shape) {
    String auto = translation.text("auto_pad", "NOTSET");
    switch (auto) {
      case "NOTSET", "" -> {
        List<Long> pads =
            translation.integers("pads").orElse(Collections.nCopies(2 * rank - 4, 0L));
        if (pads.size() != 2 * rank - 4) {
          throw translation.refuse("its attribute pads has %d values", pads.size());
        }
        int[] p = new int[pads.size()];
        for (int i = 0; i < p.length; i++) {
          if (pads.get(i) < 0 || pads.get(i) > 1 << 20) {
            throw translation.refuse("its attribute pads holds %d", pads.get(i));
          }
          p[i] = pads.get(i).intValue();
        }
        return rank == 3 ? new Padding(p[0], 0, p[1], 0) : new Padding(p[0], p[1], p[2], p[3]);
      }
      case "VALID" -> {
        return Padding.NONE;
      }
      case "SAME_UPPER", "SAME_LOWER" -> {
        boolean upper = auto.equals("SAME_UPPER");
        int v = same(shape.height(), window.spanHeight(), window.strideHeight());
        int h = same(shape.width(), window.spanWidth(), window.strideWidth());
        return upper
            ? new Padding(v / 2, h / 2, v - v / 2, h - h / 2)
            : new Padding(v - v / 2, h - h / 2, v / 2, h / 2);
      }
      default -> throw translation.refuse("its attribute auto_pad is %s", auto);
    }
  }

  private static int same(int size, int span, int stride) {
    int places = (size + stride - 1) / stride;
    return Math.max(0, (places - 1) * stride + span - size);
  }

  private static Window pool(Translation translation, View x) {
    List<Integer> kernel = new ArrayList<>(kernel(translation, x.rank()));
    if (x.rank() == 3) {
      kernel.add(1);
    }
    Window window = window(translation, x.rank(), kernel.get(0), kernel.get(1), x.shape());
    if (window.dilationHeight() != 1 || window.dilationWidth() != 1) {
      throw translation.refuse("a pool with dilations is not supported");
    }
    if (translation.integer("ceil_mode", 0) != 0) {
      return window.ceilMode();
    }
    return isHalf(window) ? window : trimmed(window, x.shape());
  }

  /** Without the padding behind the map that no window reaches. */
  private static Window trimmed(Window window, Shape shape) {
    Padding all = window.padding();
    return window.padding(
        new Padding(
            all.top(),
            all.left(),
            behind(
                shape.height(),
                window.spanHeight(),
                window.strideHeight(),
                all.top(),
                all.bottom()),
            behind(
                shape.width(), window.spanWidth(), window.strideWidth(), all.left(), all.right())));
  }

  /** PyTorch's older exporter writes pools that round up with more padding than they need. */
  private static int behind(int size, int span, int stride, int before, int behind) {
    int free = size + before + behind - span;
    return free < 0 ? behind : Math.max(0, behind - free % stride);
  }

  /** Whether each window sees a value of the map, as our pools demand. */
  private static boolean isHalf(Window window) {
    Padding padding = window.padding();
    return 2 * Math.max(padding.top(), padding.bottom()) <= window.kernelHeight()
        && 2 * Math.max(padding.left(), padding.right()) <= window.kernelWidth();
  }

  private static void maxPool(Translation translation) {
    translation.onlyFirstOutput("the indices");
    View x = image(translation);
    Window window = pool(translation, x);
    if (!isHalf(window)) {
      throw translation.refuse("a padding of more than half the window is not supported");
    }
    int id = translation.add(new MaxPool2d(translation.path(), window), x.node());
    translation.out(translation.result(id, x.rank()));
  }

  private static void avgPool(Translation translation) {
    View x = image(translation);
    Window window = pool(translation, x);
    boolean counts = translation.integer("count_include_pad", 0) != 0;
    int source = x.node();
    if (translation.scope().draft().op(source) instanceof ZeroPad2d pad
        && translation.readsAlone(0)
        && window.padding().isNone()
        && !window.ceiling()) {
      // PyTorch's older exporter writes a padding that counts so.
      Window padded = window.padding(pad.padding());
      if (isHalf(padded)) {
        window = padded;
        counts = true;
        source = translation.scope().draft().inputs(source).get(0);
      }
    }
    if (!isHalf(window)) {
      if (!counts || window.ceiling()) {
        throw translation.refuse("a padding of more than half the window is not supported");
      }
      source = translation.add(new ZeroPad2d(translation.path(), window.padding()), source);
      window = window.padding(Padding.NONE);
    }
    int id = translation.add(new AvgPool2d(translation.path(), window, counts), source);
    translation.out(translation.result(id, x.rank()));
  }

  private static void global(Translation translation, boolean mean) {
    View x = translation.view(0);
    if (x.rank() != 3 && x.rank() != 4) {
      throw translation.refuse("it works on %d axes; only one and two are supported", x.rank() - 2);
    }
    x = translation.map(x);
    String path = translation.path();
    int id = translation.add(mean ? new GlobalAvgPool(path) : new GlobalMaxPool(path), x.node());
    translation.out(translation.result(id, x.rank()));
  }
}
