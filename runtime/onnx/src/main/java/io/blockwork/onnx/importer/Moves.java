package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.ConstantAffine;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.PadShortcut;
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import io.blockwork.graph.ops.ZeroPad2d;
import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.importer.Atom.Axis;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Parts of values, values beside each other, and what is around them. */
final class Moves {
  private Moves() {}

  static void into(Map<String, Consumer<Translation>> operators) {
    operators.put("Concat", Moves::concat);
    operators.put("Split", Moves::split);
    operators.put("Slice", Moves::slice);
    operators.put("Gather", Moves::gather);
    operators.put("Pad", Moves::pad);
  }

  private static void concat(Translation translation) {
    if (translation.inputs() == 0) {
      throw translation.refuse("it has no input");
    }
    View first = translation.view(0);
    if (translation.inputs() == 1) {
      translation.out(first);
      return;
    }
    int axis = translation.axis(translation.integer("axis", 1), first.rank());
    List<View> parts = new ArrayList<>();
    for (int i = 0; i < translation.inputs(); i++) {
      View part = translation.view(i);
      if (part.rank() != first.rank()) {
        throw translation.refuse("it reads tensors of %d and %d axes", first.rank(), part.rank());
      }
      if (part.axes().get(axis).contains(Atom.BATCH)) {
        throw translation.refuse("it joins images, where only channels are supported");
      }
      parts.add(Layouts.channels(translation, part, axis));
    }
    View model = parts.get(0);
    for (View part : parts) {
      for (int other = 0; other < model.rank(); other++) {
        if (other != axis && !part.axes().get(other).equals(model.axes().get(other))) {
          throw translation.refuse(
              "it reads tensors of the shapes %s", parts.stream().map(View::dims).toList());
        }
      }
    }
    int id =
        rejoined(translation, parts)
            .orElseGet(
                () ->
                    translation.add(
                        new Concat(translation.path()),
                        parts.stream().map(View::node).toArray(Integer[]::new)));
    translation.out(channels(translation, model, axis, id));
  }

  /** Channels that were taken apart, scaled and shifted each, and put together again. */
  private static Optional<Integer> rejoined(Translation translation, List<View> parts) {
    Draft draft = translation.scope().draft();
    List<Double> scale = new ArrayList<>();
    List<Double> shift = new ArrayList<>();
    int source = -1;
    for (View part : parts) {
      int node = part.node();
      List<Double> factors = List.of();
      List<Double> summands = List.of();
      if (draft.op(node) instanceof ConstantAffine affine) {
        factors = affine.scale();
        summands = affine.shift();
        node = draft.inputs(node).get(0);
      }
      if (!(draft.op(node) instanceof ChannelRange range)
          || range.from() != scale.size()
          || factors.size() != range.to() - range.from()
          || (source >= 0 && source != draft.inputs(node).get(0))) {
        return Optional.empty();
      }
      source = draft.inputs(node).get(0);
      scale.addAll(factors);
      shift.addAll(summands);
    }
    return draft.shape(source).channels() == scale.size()
        ? Optional.of(translation.add(new ConstantAffine(translation.path(), scale, shift), source))
        : Optional.empty();
  }

  /** A node of other channels in the place of a value. */
  private static View channels(Translation translation, View model, int axis, int id) {
    Shape shape = translation.shape(id);
    List<List<Atom>> axes = new ArrayList<>(model.axes());
    int count = shape.channels();
    axes.set(axis, count == 1 ? List.of() : List.of(new Atom(Axis.CHANNEL, count, 1)));
    return new View(id, shape, axes);
  }

  private static void split(Translation translation) {
    View x = translation.view(0);
    int axis = translation.axis(translation.integer("axis", 0), x.rank());
    if (x.axes().get(axis).contains(Atom.BATCH)) {
      throw translation.refuse("it takes images apart, where only channels are supported");
    }
    int size = x.size(axis);
    Optional<List<Long>> given =
        translation.opset() >= 13 ? translation.integers("", 1) : translation.integers("split");
    List<Long> parts = given.orElseGet(() -> equal(translation, size));
    if (parts.size() != translation.node().outputs().size()
        || parts.stream().anyMatch(part -> part < 1 || part > size)
        || parts.stream().mapToLong(Long::longValue).sum() != size) {
      throw translation.refuse("its parts %s do not make %d channels", parts, size);
    }
    int from = 0;
    for (int i = 0; i < parts.size(); i++) {
      int to = from + parts.get(i).intValue();
      if (translation.scope().uses(translation.node().outputs().get(i)) > 0) {
        translation.out(i, range(translation, x, axis, from, to));
      }
      from = to;
    }
  }

  private static List<Long> equal(Translation translation, int size) {
    int outputs = translation.node().outputs().size();
    long count = translation.integer("num_outputs", outputs);
    if (count != outputs || outputs < 1 || outputs > size) {
      throw translation.refuse("it makes %d parts of %d channels", outputs, size);
    }
    if (translation.opset() < 18 && size % outputs != 0) {
      throw translation.refuse(
          "it makes %d parts of %d channels, which are not equal", outputs, size);
    }
    long part = ((long) size + outputs - 1) / outputs;
    List<Long> parts = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      parts.add(Math.min(part, size - i * part));
    }
    return parts;
  }

  /** Some of an axis, which must be channels, or the outer part of them. */
  private static View range(Translation translation, View x, int axis, int from, int to) {
    if (from == 0 && to == x.size(axis)) {
      return x;
    }
    List<Atom> atoms = x.axes().get(axis);
    if (atoms.size() == 1
        && atoms.get(0).axis() == Axis.CHANNEL
        && atoms.get(0).size() * atoms.get(0).stride() == x.shape().channels()
        && atoms.get(0).stride() > 1) {
      // Groups of channels, of which some are taken.
      int inner = atoms.get(0).stride();
      int id =
          translation.add(ChannelRange.of(translation.path(), from * inner, to * inner), x.node());
      List<List<Atom>> axes = new ArrayList<>(x.axes());
      axes.set(
          axis, to - from == 1 ? List.of() : List.of(new Atom(Axis.CHANNEL, to - from, inner)));
      return new View(id, translation.shape(id), axes);
    }
    View channels = Layouts.channels(translation, x, axis);
    return channels(
        translation,
        channels,
        axis,
        translation.add(ChannelRange.of(translation.path(), from, to), channels.node()));
  }

  private static void slice(Translation translation) {
    View x = translation.view(0);
    List<Long> starts =
        translation
            .integers("starts", 1)
            .orElseThrow(() -> translation.refuse("its starts are missing"));
    List<Long> ends =
        translation
            .integers("ends", 2)
            .orElseThrow(() -> translation.refuse("its ends are missing"));
    List<Long> axes = translation.integers("axes", 3).orElseGet(() -> counted(starts.size()));
    Optional<List<Long>> steps =
        translation.has(4) ? translation.integers("", 4) : Optional.empty();
    if (ends.size() != starts.size() || axes.size() != starts.size()) {
      throw translation.refuse("it has %d starts and %d ends", starts.size(), ends.size());
    }
    int[] stride = {1, 1};
    for (int i = 0; i < starts.size(); i++) {
      int axis = translation.axis(axes.get(i), x.rank());
      long by = steps.isPresent() && i < steps.get().size() ? steps.get().get(i) : 1;
      if (x.axes().get(axis).contains(Atom.BATCH)) {
        if (starts.get(i) != 0 || by != 1 || ends.get(i) < Integer.MAX_VALUE) {
          throw translation.refuse("it takes some of the images, which is not supported");
        }
        continue;
      }
      int size = x.size(axis);
      int from = clamped(starts.get(i), size);
      int to = clamped(ends.get(i), size);
      if (by < 1 || from >= to) {
        throw translation.refuse("it takes %d to %d by %d of %d", from, to, by, size);
      }
      if (by == 1) {
        x = range(translation, x, axis, from, to);
      } else if (from == 0 && to == size && x.isWhole(axis, Axis.ROW) && by < 1 << 20) {
        stride[0] = (int) by;
      } else if (from == 0 && to == size && x.isWhole(axis, Axis.COLUMN) && by < 1 << 20) {
        stride[1] = (int) by;
      } else {
        throw translation.refuse("it takes every %d-th of %d on axis %d", by, size, axis);
      }
    }
    if (stride[0] > 1 || stride[1] > 1) {
      View map = translation.map(x);
      Window every = Window.of(1).stride(stride[0], stride[1]);
      x =
          translation.result(
              translation.add(new MaxPool2d(translation.path(), every), map.node()), x.rank());
    }
    translation.out(x);
  }

  private static int clamped(long at, int size) {
    return (int) Math.max(0, Math.min(size, at < 0 ? at + size : at));
  }

  private static List<Long> counted(int count) {
    List<Long> axes = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      axes.add(i);
    }
    return axes;
  }

  private static void gather(Translation translation) {
    View x = translation.view(0);
    OnnxTensor indices = translation.constant(1);
    int axis = translation.axis(translation.integer("axis", 0), x.rank());
    if (x.axes().get(axis).contains(Atom.BATCH)) {
      throw translation.refuse("it takes some of the images, which is not supported");
    }
    int size = x.size(axis);
    if (indices.shape().size() > 1 || indices.count() < 1) {
      throw translation.refuse("its indices have the shape %s", indices.shape());
    }
    translation.scope().worksOut(indices.count(), translation);
    long[] all = indices.longs();
    for (int i = 0; i < all.length; i++) {
      all[i] = all[i] < 0 ? all[i] + size : all[i];
      if (all[i] < 0 || all[i] >= size || all[i] != all[0] + i) {
        throw translation.refuse("only indices of %d that follow each other are supported", size);
      }
    }
    View range = range(translation, x, axis, (int) all[0], (int) all[0] + all.length);
    if (indices.shape().isEmpty()) {
      List<List<Atom>> axes = new ArrayList<>(range.axes());
      axes.remove(axis);
      range = range.with(axes);
    }
    translation.out(range);
  }

  private static void pad(Translation translation) {
    View x = translation.view(0);
    Optional<List<Long>> given =
        translation.opset() >= 11 ? translation.integers("", 1) : translation.integers("pads");
    List<Long> pads = given.orElseThrow(() -> translation.refuse("its pads are missing"));
    List<Long> axes =
        translation.has(3) ? translation.integers("", 3).orElseThrow() : counted(x.rank());
    if (pads.size() != 2 * axes.size()) {
      throw translation.refuse("it has %d pads for %d axes", pads.size(), axes.size());
    }
    if (pads.stream().allMatch(pad -> pad == 0)) {
      translation.out(x);
      return;
    }
    String mode = translation.text("mode", "constant");
    double value =
        translation.opset() >= 11
            ? translation.optional(2).map(OnnxTensor::first).orElse(0.0)
            : translation.real("value", 0);
    if (!mode.equals("constant") || value != 0) {
      throw translation.refuse(
          "only zeros around a map are supported, not the mode %s with %s", mode, value);
    }
    int[] around = new int[6];
    for (int i = 0; i < axes.size(); i++) {
      int axis = translation.axis(axes.get(i), x.rank());
      long before = pads.get(i);
      long behind = pads.get(i + axes.size());
      if (before == 0 && behind == 0) {
        continue;
      }
      int ours = ours(translation, x, axis);
      if (before < 0 || behind < 0 || before > 1 << 20 || behind > 1 << 20) {
        throw translation.refuse("it cuts %d and %d off, which is not supported", -before, -behind);
      }
      around[ours] += (int) before;
      around[3 + ours] += (int) behind;
    }
    translation.out(padded(translation, x, around));
  }

  /** The axis of ours that an axis is, or would be if it were larger than 1. */
  private static int ours(Translation translation, View x, int axis) {
    for (Axis each : List.of(Axis.CHANNEL, Axis.ROW, Axis.COLUMN)) {
      boolean place = !x.axes().get(axis).isEmpty() || axis == each.ordinal();
      if (x.isWhole(axis, each) && place) {
        return each.ordinal() - 1;
      }
    }
    throw translation.refuse("it pads axis %d of a tensor of shape %s", axis, x.dims());
  }

  private static View padded(Translation translation, View x, int... around) {
    Shape shape = x.shape();
    Draft draft = translation.scope().draft();
    int id = x.node();
    if (around[0] > 0 || around[3] > 0) {
      int out = shape.channels() + around[0] + around[3];
      if (around[0] != (around[0] + around[3]) / 2) {
        throw translation.refuse(
            "it adds %d channels before and %d behind; only as many before as behind, or one more behind, is supported",
            around[0], around[3]);
      }
      Op before = draft.op(id);
      boolean every =
          before instanceof MaxPool2d pool
              && pool.window().equals(Window.of(1).stride(pool.window().strideHeight()))
              && translation.readsAlone(0);
      int stride = every ? ((MaxPool2d) before).window().strideHeight() : 1;
      int source = every ? draft.inputs(id).get(0) : id;
      id = translation.add(new PadShortcut(translation.path(), stride, out), source);
    }
    if (around[1] + around[2] + around[4] + around[5] > 0) {
      var padding = new Padding(around[1], around[2], around[4], around[5]);
      id = translation.add(new ZeroPad2d(translation.path(), padding), id);
    }
    Shape now = translation.shape(id);
    List<List<Atom>> axes = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      List<Atom> atoms = x.axes().get(axis);
      List<Atom> result = atoms;
      for (Axis each : List.of(Axis.CHANNEL, Axis.ROW, Axis.COLUMN)) {
        boolean place = !atoms.isEmpty() || axis == each.ordinal();
        if (x.isWhole(axis, each) && place) {
          int size = new int[] {now.channels(), now.height(), now.width()}[each.ordinal() - 1];
          result = size == 1 ? List.of() : List.of(new Atom(each, size, 1));
          break;
        }
      }
      axes.add(result);
    }
    return new View(id, now, axes);
  }
}
