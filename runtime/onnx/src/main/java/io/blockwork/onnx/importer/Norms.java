package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.GlobalMaxPool;
import io.blockwork.graph.ops.GroupNorm;
import io.blockwork.graph.ops.LayerNorm2d;
import io.blockwork.graph.ops.LocalResponseNorm;
import io.blockwork.graph.ops.LogSoftmax;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Softmax;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.Window;
import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.importer.Atom.Axis;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/** What looks at several values of an image at once: norms, softmax, means over places. */
final class Norms {
  private static final double EPS = 1e-5;

  private Norms() {}

  static void into(Map<String, Consumer<Translation>> operators) {
    operators.put("BatchNormalization", Norms::batchNorm);
    operators.put("InstanceNormalization", Norms::instanceNorm);
    operators.put("GroupNormalization", Norms::groupNorm);
    operators.put("LayerNormalization", Norms::layerNorm);
    operators.put("LRN", Norms::localResponse);
    operators.put(
        "Softmax", translation -> translation.out(overChannels(translation, Softmax::new)));
    operators.put(
        "LogSoftmax", translation -> translation.out(overChannels(translation, LogSoftmax::new)));
    operators.put("ReduceMean", translation -> reduce(translation, Reduction.MEAN));
    operators.put("ReduceSum", translation -> reduce(translation, Reduction.SUM));
    operators.put("ReduceMax", translation -> reduce(translation, Reduction.MAX));
  }

  private static void batchNorm(Translation translation) {
    boolean training =
        translation.opset() >= 14
            ? translation.integer("training_mode", 0) != 0
            : translation.node().outputs().stream().filter(name -> !name.isEmpty()).count() > 1;
    if (training) {
      throw translation.refuse(
          "it is in training mode, where it needs the statistics of the batch; export the model in evaluation mode");
    }
    if (translation.integer("spatial", 1) == 0) {
      throw translation.refuse("a norm for each place (spatial = 0) is not supported");
    }
    View x = translation.view(0);
    if (x.rank() < 2) {
      throw translation.refuse("it reads a tensor of shape %s", x.dims());
    }
    View view = Layouts.channels(translation, x, 1);
    int channels = view.shape().channels();
    OnnxTensor scale = translation.constant(1);
    String path = translation.path(scale);
    Map<String, OnnxTensor> weights = new HashMap<>();
    List<String> names = List.of(".weight", ".bias", ".running_mean", ".running_var");
    for (int i = 0; i < 4; i++) {
      weights.put(path + names.get(i), vector(translation, translation.constant(i + 1), channels));
    }
    Op norm =
        BatchNorm2d.of(path, channels)
            .eps(translation.real("epsilon", EPS))
            .momentum(momentum(1 - translation.real("momentum", 0.9)));
    translation.out(view.on(translation.add(norm, weights, view.node())));
  }

  /** ONNX's momentum is that of what stays; 1 - 0.9f is meant for a tenth. */
  private static double momentum(double momentum) {
    double rounded = Math.round(momentum * 1e6) / 1e6;
    return Math.max(0, Math.min(1, rounded));
  }

  private static OnnxTensor vector(Translation translation, OnnxTensor tensor, int channels) {
    return Convolutions.vector(translation, tensor, channels).reshaped(List.of(channels));
  }

  private static void instanceNorm(Translation translation) {
    View x = translation.view(0);
    if (x.rank() < 3) {
      throw translation.refuse("it reads a tensor of shape %s", x.dims());
    }
    int groups = x.size(1);
    groups(translation, x, groups, translation.constant(1), translation.constant(2), groups);
  }

  private static void groupNorm(Translation translation) {
    View x = translation.view(0);
    long groups = translation.integer("num_groups", 1);
    if (groups < 1 || groups > x.shape().channels()) {
      throw translation.refuse("it has %d groups of %d channels", groups, x.shape().channels());
    }
    // Until opset 20, a scale and a shift for each group.
    int each = translation.opset() < 21 ? (int) groups : x.shape().channels();
    groups(translation, x, (int) groups, translation.constant(1), translation.constant(2), each);
  }

  /** The outer part of the channels is normalised with all that is in it. */
  private static void groups(
      Translation translation, View x, int groups, OnnxTensor scale, OnnxTensor shift, int each) {
    int channels = x.shape().channels();
    if (!x.isInOrder() || !x.isWhole(0, Axis.BATCH) || channels % groups != 0) {
      throw translation.refuse(
          "it normalises %d groups of a tensor of shape %s, which is not supported",
          groups, x.dims());
    }
    double eps = translation.real("epsilon", EPS);
    boolean none = isAll(translation, scale, 1) && isAll(translation, shift, 0);
    String path = translation.path(scale);
    if (none) {
      Op norm = new GroupNorm(path, channels, groups, eps, false);
      translation.out(x.on(translation.add(norm, x.node())));
      return;
    }
    Map<String, OnnxTensor> weights = new HashMap<>();
    weights.put(path + ".weight", spread(translation, scale, each, channels));
    weights.put(path + ".bias", spread(translation, shift, each, channels));
    Op norm = new GroupNorm(path, channels, groups, eps, true);
    translation.out(x.on(translation.add(norm, weights, x.node())));
  }

  private static boolean isAll(Translation translation, OnnxTensor tensor, double value) {
    translation.scope().worksOut(tensor.count(), translation);
    for (double each : tensor.doubles()) {
      if (each != value) {
        return false;
      }
    }
    return true;
  }

  /** One value for each group as one for each channel. */
  private static OnnxTensor spread(
      Translation translation, OnnxTensor tensor, int count, int channels) {
    OnnxTensor values = Convolutions.vector(translation, tensor, count);
    if (count == channels) {
      return values.reshaped(List.of(channels));
    }
    double[] from = values.doubles();
    double[] to = new double[channels];
    for (int c = 0; c < channels; c++) {
      to[c] = from[c / (channels / count)];
    }
    return OnnxTensor.of(tensor.name(), tensor.type(), List.of(channels), to);
  }

  private static void layerNorm(Translation translation) {
    View x = translation.view(0);
    int axis = translation.axis(translation.integer("axis", -1), x.rank());
    translation.onlyFirstOutput("the statistics");
    double eps = translation.real("epsilon", EPS);
    OnnxTensor scale = translation.constant(1);
    Optional<OnnxTensor> shift = translation.optional(2);
    List<Atom> over = x.axes().subList(axis, x.rank()).stream().flatMap(List::stream).toList();
    Shape shape = x.shape();
    boolean channels =
        over.size() == 1
            && over.get(0).equals(new Atom(Axis.CHANNEL, shape.channels(), 1))
            && !shape.isVector();
    boolean all = !over.contains(Atom.BATCH) && View.dim(over).constant() == shape.elements();
    if (!channels && !all) {
      throw translation.refuse(
          "it normalises over the last %d axes of a tensor of shape %s; only over the channels, or over all of an image, is supported",
          x.rank() - axis, x.dims());
    }
    String path = translation.path(scale);
    Op norm =
        channels
            ? new LayerNorm2d(path, shape.channels(), eps, false)
            : new GroupNorm(path, shape.channels(), 1, eps, false);
    Optional<Op> whole = Optional.empty();
    Map<String, OnnxTensor> weights = new HashMap<>();
    if (scale.count() == shape.channels()
        && (channels || shape.isVector())
        && shape.channels() > 1) {
      whole =
          Optional.of(
              channels
                  ? new LayerNorm2d(path, shape.channels(), eps, true)
                  : new GroupNorm(path, shape.channels(), 1, eps, true));
      weights.put(path + ".weight", scale.reshaped(List.of(shape.channels())));
      weights.put(
          path + ".bias",
          shift
              .map(tensor -> vector(translation, tensor, shape.channels()))
              .orElseGet(() -> OnnxTensor.uniform("", scale.type(), List.of(shape.channels()), 0)));
    }
    if (whole.isPresent()) {
      translation.out(x.on(translation.add(whole.get(), weights, x.node())));
      return;
    }
    View result = x.on(translation.add(norm, x.node()));
    result =
        Affines.apply(
            translation, result, Optional.of(trimmed(translation, scale, x)), Optional.empty());
    if (shift.isPresent()) {
      result =
          Affines.apply(
              translation,
              result,
              Optional.empty(),
              Optional.of(trimmed(translation, shift.get(), x)));
    }
    translation.out(result);
  }

  /** A constant that is the same everywhere, as one number. */
  private static OnnxTensor trimmed(Translation translation, OnnxTensor tensor, View x) {
    if (tensor.count() > 1 && tensor.shape().size() <= x.rank()) {
      translation.scope().worksOut(tensor.count(), translation);
      double[] values = tensor.doubles();
      for (double value : values) {
        if (value != values[0]) {
          return tensor;
        }
      }
      return OnnxTensor.uniform(tensor.name(), tensor.type(), List.of(), values[0]);
    }
    return tensor;
  }

  private static void localResponse(Translation translation) {
    View x = translation.map(translation.view(0));
    long size = translation.integer("size", 0);
    if (size < 1 || size % 2 == 0 || size > 1 << 20) {
      throw translation.refuse("its size is %d; only odd ones are supported", size);
    }
    Op norm =
        new LocalResponseNorm(
            translation.path(),
            (int) size,
            translation.real("alpha", 1e-4),
            translation.real("beta", 0.75),
            translation.real("bias", 1));
    translation.out(x.on(translation.add(norm, x.node())));
  }

  /** Something that goes over all channels of each place, as softmax does. */
  private static View overChannels(Translation translation, Function<String, Op> op) {
    View x = translation.view(0);
    boolean flattens = translation.opset() < 13;
    int axis = translation.axis(translation.integer("axis", flattens ? 1 : -1), x.rank());
    if (x.axes().subList(axis, flattens ? x.rank() : axis + 1).stream()
        .anyMatch(atoms -> atoms.contains(Atom.BATCH))) {
      throw translation.refuse("it goes over the images, which is not supported");
    }
    int wide = axis;
    for (int i = axis + 1; flattens && i < x.rank(); i++) {
      wide = x.axes().get(i).isEmpty() ? wide : i;
    }
    boolean several =
        flattens
            && x.axes().subList(axis, x.rank()).stream().filter(atoms -> !atoms.isEmpty()).count()
                > 1;
    if (!several) {
      View view = Layouts.channels(translation, x, flattens ? wide : axis);
      return view.on(translation.add(op.apply(translation.path()), view.node()));
    }
    // Older opsets go over all axes from the given one on.
    List<Atom> behind = x.axes().subList(axis, x.rank()).stream().flatMap(List::stream).toList();
    List<List<Atom>> two = new ArrayList<>(x.axes().subList(0, axis));
    two.add(behind);
    View flat = Layouts.channels(translation, x.with(two), axis);
    View result = flat.on(translation.add(op.apply(translation.path()), flat.node()));
    return result
        .reshaped(x.dims(), translation.scope().batch().size())
        .orElseThrow(() -> translation.refuse("it goes over several axes of %s", x.dims()));
  }

  private enum Reduction {
    MEAN,
    SUM,
    MAX
  }

  private static void reduce(Translation translation, Reduction kind) {
    View x = translation.view(0);
    int inputs = kind == Reduction.SUM ? 13 : 18;
    Optional<List<Long>> given =
        translation.opset() >= inputs ? translation.integers("", 1) : translation.integers("axes");
    boolean keep = translation.integer("keepdims", 1) != 0;
    if (given.map(List::isEmpty).orElse(true)
        && translation.integer("noop_with_empty_axes", 0) != 0) {
      translation.out(x);
      return;
    }
    var axes = new TreeSet<Integer>();
    given.ifPresent(list -> list.forEach(axis -> axes.add(translation.axis(axis, x.rank()))));
    if (axes.isEmpty()) {
      for (int i = 0; i < x.rank(); i++) {
        axes.add(i);
      }
    }
    Shape shape = x.shape();
    List<Atom> over = new ArrayList<>();
    axes.forEach(axis -> over.addAll(x.axes().get(axis)));
    over.sort(Comparator.comparing(Atom::axis));
    View result = x;
    if (!over.isEmpty()) {
      boolean rows = over.contains(new Atom(Axis.ROW, shape.height(), 1));
      boolean columns = over.contains(new Atom(Axis.COLUMN, shape.width(), 1));
      if (over.size() != (rows ? 1 : 0) + (columns ? 1 : 0)) {
        String what = over.contains(Atom.BATCH) ? "the images" : "channels";
        throw translation.refuse(
            "it goes over %s of a tensor of shape %s; only rows and columns are supported",
            what, x.dims());
      }
      result = reduced(translation, x, kind, rows, columns);
    }
    List<List<Atom>> left = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      if (!axes.contains(axis)) {
        left.add(result.axes().get(axis));
      } else if (keep) {
        left.add(List.of());
      }
    }
    translation.out(new View(result.node(), result.shape(), left));
  }

  private static View reduced(
      Translation translation, View x, Reduction kind, boolean rows, boolean columns) {
    Shape shape = x.shape();
    int height = rows ? shape.height() : 1;
    int width = columns ? shape.width() : 1;
    boolean all = (rows || shape.height() == 1) && (columns || shape.width() == 1);
    Window window = Window.of(height, width).stride(height, width);
    String path = translation.path();
    Op op;
    if (kind == Reduction.MAX) {
      op = all ? new GlobalMaxPool(path) : new MaxPool2d(path, window);
    } else {
      op = all ? new GlobalAvgPool(path) : new AvgPool2d(path, window, true);
    }
    int id = translation.add(op, x.node());
    if (kind == Reduction.SUM) {
      id = translation.add(Sum.scaled(translation.path(), (double) height * width), id);
    }
    List<List<Atom>> axes = new ArrayList<>();
    for (List<Atom> atoms : x.axes()) {
      axes.add(
          atoms.stream()
              .filter(
                  atom ->
                      !(rows && atom.axis() == Axis.ROW)
                          && !(columns && atom.axis() == Axis.COLUMN))
              .toList());
    }
    return new View(id, translation.shape(id), axes);
  }
}
