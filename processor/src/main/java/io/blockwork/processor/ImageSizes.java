package io.blockwork.processor;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.StateDict;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The further sizes of images that a network is to be compiled for: {@code sizes} of its
 * {@code @Input}.
 *
 * @param found those that can be had
 * @param problems with the others
 */
record ImageSizes(List<Size> found, List<Problem> problems) {
  private static final String MEMBER = "input.sizes";
  private static final int MOST_PIXELS = 1 << 20;

  ImageSizes {
    found = List.copyOf(found);
    problems = List.copyOf(problems);
  }

  /**
   * The sizes with heights as they are written.
   *
   * @param heights the elements of {@code sizes}
   * @param own shape of an image of the network's own size
   */
  static ImageSizes of(List<Integer> heights, Shape own) {
    List<Size> found = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < heights.size(); i++) {
      int height = heights.get(i);
      long width = (long) height * own.width();
      if (height < 1 || height > MOST_PIXELS) {
        int nearest = height < 1 ? 1 : MOST_PIXELS;
        problems.add(
            problem(Message.SIZE_RANGE, i, "a height in sizes", height, 1, MOST_PIXELS, nearest));
      } else if (height == own.height() || heights.indexOf(height) < i) {
        problems.add(
            problem(
                Message.SIZE_TWICE,
                i,
                height,
                height == own.height() ? "the input's own height" : "there already"));
      } else if (width % own.height() != 0) {
        int step = own.height() / gcd(own.height(), own.width());
        problems.add(problem(Message.SIZE_PROPORTION, i, height, own.height(), own.width(), step));
      } else {
        int wide = Math.toIntExact(width / own.height());
        found.add(new Size(i, new Shape(own.channels(), height, wide)));
      }
    }
    return new ImageSizes(found, problems);
  }

  /** The heights that classes can be named after, each once. */
  static List<Integer> possible(List<Integer> heights) {
    return heights.stream().filter(height -> height > 0).distinct().toList();
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private static Problem problem(Message message, int index, Object... args) {
    return Problem.of(message, MEMBER, args).at(index);
  }

  /**
   * One of the sizes.
   *
   * @param index of its height in {@code sizes}
   * @param image shape of one image
   */
  record Size(int index, Shape image) {
    /** The line of a message that says which size it is about. */
    String line() {
      return "  compiled for " + sides(image) + ", one of its sizes\n";
    }

    /** A problem that the network has at this size. */
    Problem at(Problem problem) {
      return new Problem(
              problem.message(),
              List.of(MEMBER),
              problem.index(),
              problem.args(),
              line() + problem.trace())
          .at(index);
    }

    /**
     * Why the network cannot have its parameters at this size too; empty if it can.
     *
     * @param own the network at its own size
     * @param other the network at this one
     */
    Optional<Problem> difference(Graph own, Graph other) {
      String here = sides(image);
      String there = sides(Shapes.of(own).get(0));
      List<String> layers = paths(own);
      List<String> others = paths(other);
      if (!layers.equals(others)) {
        List<String> more = new ArrayList<>(layers);
        more.removeAll(others);
        List<String> fewer = new ArrayList<>(others);
        fewer.removeAll(layers);
        String layer = more.isEmpty() ? (fewer.isEmpty() ? "order" : fewer.get(0)) : more.get(0);
        return Optional.of(
            problem(
                Message.SIZE_LAYERS,
                index,
                layer,
                more.isEmpty() ? here : there,
                more.isEmpty() ? there : here,
                image.height()));
      }
      List<Parameter> entries = StateDict.of(own);
      List<Parameter> resized = StateDict.of(other);
      for (int i = 0; i < entries.size(); i++) {
        List<Integer> shape = resized.get(i).shape();
        if (!entries.get(i).shape().equals(shape)) {
          return Optional.of(
              problem(
                  Message.SIZE_WEIGHTS,
                  index,
                  entries.get(i).name(),
                  entries.get(i).shape(),
                  there,
                  shape,
                  here,
                  image.height()));
        }
      }
      return Optional.empty();
    }
  }

  /** The operations, in order: also that of what has no parameters decides what features are. */
  private static List<String> paths(Graph graph) {
    return graph.nodes().stream().map(Node::op).map(op -> op.path()).toList();
  }

  private static String sides(Shape image) {
    return String.format(Locale.ROOT, "%dx%d", image.height(), image.width());
  }
}
