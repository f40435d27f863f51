package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.file.OnnxAttribute;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxModel;
import io.blockwork.onnx.file.OnnxNode;
import io.blockwork.onnx.file.OnnxValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The images that a model reads.
 *
 * @param name of the input
 * @param shape of one image, as ours
 * @param batch the number of images that the file was made for; 0 if it is free
 * @param view the input as the file has it
 */
record Images(String name, Shape shape, int batch, View view) {
  private static final int STRING = 8;
  private static final int BOOL = 9;
  private static final List<Long> TO_CHANNELS_FIRST = List.of(0L, 3L, 1L, 2L);

  /** What keeps the axes as they are. */
  private static final Set<String> EACH_BY_ITSELF =
      Set.of("Identity", "Cast", "Mul", "Div", "Add", "Sub");

  /**
   * The only input of a model.
   *
   * @param given shape of one image; empty if the file says it
   * @param remedy how the caller is told that shape, where the file does not say it
   */
  static Images of(OnnxModel model, List<OnnxNode> nodes, Optional<Shape> given, String remedy) {
    if (model.outputs().isEmpty()) {
      throw new OnnxException("it has no output");
    }
    if (model.inputs().size() != 1) {
      throw new OnnxException(
          "it has %d inputs (%s); networks have one, the images",
          model.inputs().size(), model.inputs().stream().map(OnnxValue::name).toList());
    }
    OnnxValue input = model.inputs().get(0);
    if (input.elementType() == STRING || input.elementType() == BOOL) {
      throw new OnnxException("its input %s holds texts or truth values", input.name());
    }
    int rank = input.shape().size();
    if (!input.hasShape() || rank < 1 || rank > 4) {
      throw new OnnxException(
          "its input %s has %s axes; images have [N, C, H, W], or the first one, two or three of these",
          input.name(), input.hasShape() ? rank : "an unknown number of");
    }
    boolean last = rank == 4 && isChannelsLast(input.name(), nodes);
    int[] order = last ? new int[] {3, 1, 2} : new int[] {1, 2, 3};
    int[] ours = {1, 1, 1};
    for (int i = 0; i < 3; i++) {
      if (order[i] < rank) {
        ours[i] = size(input, order[i], given.map(Images::sizes), i, remedy);
      }
    }
    double values = (double) ours[0] * ours[1] * ours[2];
    if (values > Integer.MAX_VALUE) {
      throw new OnnxException("its input %s is %s, which is too large", input.name(), text(input));
    }
    Shape shape = new Shape(ours[0], ours[1], ours[2]);
    View view = View.of(0, shape, rank, List.of(Atom.BATCH));
    return new Images(
        input.name(),
        shape,
        input.shape().get(0).orElse(0),
        last ? view.transposed(0, 2, 3, 1) : view);
  }

  private static List<Integer> sizes(Shape shape) {
    return List.of(shape.channels(), shape.height(), shape.width());
  }

  private static int size(
      OnnxValue input, int axis, Optional<List<Integer>> given, int ours, String remedy) {
    OptionalInt size = input.shape().get(axis);
    if (size.isEmpty() && given.isEmpty()) {
      throw new OnnxException(
          "the size of its input %s is left open, %s: say how large the images are%s",
          input.name(), text(input), remedy);
    }
    int wanted = given.map(sizes -> sizes.get(ours)).orElse(0);
    if (size.isPresent() && given.isPresent() && size.getAsInt() != wanted) {
      throw new OnnxException(
          "its input %s is %s, and not images of %s", input.name(), text(input), given.get());
    }
    return size.orElse(wanted);
  }

  private static String text(OnnxValue input) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < input.shape().size(); i++) {
      OptionalInt size = input.shape().get(i);
      all.add(size.isPresent() ? String.valueOf(size.getAsInt()) : i == 0 ? "N" : "?");
    }
    return "[" + String.join(", ", all) + "]";
  }

  /** Whether the images go, as those of Keras do, through a transposition to [N, C, H, W] first. */
  private static boolean isChannelsLast(String name, List<OnnxNode> nodes) {
    Set<String> same = new HashSet<>(Set.of(name));
    for (OnnxNode node : nodes) {
      boolean reads = node.inputs().stream().anyMatch(same::contains);
      if (!reads) {
        continue;
      }
      if (node.type().equals("Transpose")) {
        return node.attributes().get("perm") instanceof OnnxAttribute.Ints perm
            && perm.values().equals(TO_CHANNELS_FIRST);
      }
      if (!EACH_BY_ITSELF.contains(node.type())) {
        return false;
      }
      same.addAll(node.outputs());
    }
    return false;
  }
}
