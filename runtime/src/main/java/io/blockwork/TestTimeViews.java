package io.blockwork;

import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Test-time augmentation: a network sees several views of each image, and its outputs are averaged.
 *
 * <pre>{@code
 * TestTimeViews.mirrored().forward(net, images);
 * Evaluation.of(net, loader, TestTimeViews.tenCrops(224, 224)); // of a loader of larger images
 * }</pre>
 *
 * @param name for people
 * @param views weighted views of images {@code [N, C, H, W]}
 */
public record TestTimeViews(String name, Function<INDArray, List<View>> views) {
  /** Checks that nothing is missing. */
  public TestTimeViews {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(views, "views");
  }

  private static final int WIDTH = 3;
  private static final int HEIGHT = 2;

  /**
   * The images, seen in one way.
   *
   * @param images {@code [N, C, height, width]} of the network
   * @param weight of the network's output for them
   */
  public record View(INDArray images, double weight) {
    /** Checks that nothing is missing. */
    public View {
      Objects.requireNonNull(images, "images");
      NumberChecks.finiteNotNegative("weight of a view", weight);
    }
  }

  /** The images as they are. */
  public static TestTimeViews plain() {
    return new TestTimeViews("plain", images -> List.of(new View(images, 1)));
  }

  /** The images, and mirrored left to right. */
  public static TestTimeViews mirrored() {
    return new TestTimeViews(
        "mirrored", images -> List.of(new View(images, 1), new View(mirror(images), 1)));
  }

  /**
   * Six views, as Keller Jordan's airbench (2024) has them: the images and their mirror images,
   * which make half of the mean, and both shifted up and left and down and right, over reflected
   * edges.
   *
   * @param pixels to shift by, at least 1 and less than the images' sides
   */
  public static TestTimeViews mirroredAndShifted(int pixels) {
    NumberChecks.atLeast("pixels to shift by", 0, pixels);
    return new TestTimeViews(
        "mirrored and shifted by " + pixels,
        images -> {
          List<View> all = new ArrayList<>();
          addBoth(all, images, 0.25);
          addBoth(all, shift(images, -pixels), 0.125);
          addBoth(all, shift(images, pixels), 0.125);
          return all;
        });
  }

  /**
   * Corners and middle: torchvision's {@code FiveCrop}.
   *
   * @param height of the crops, that the network takes
   * @param width likewise
   */
  public static TestTimeViews fiveCrops(int height, int width) {
    NumberChecks.positive("height of the crops", height);
    NumberChecks.positive("width of the crops", width);
    return new TestTimeViews(
        "five crops",
        images -> crops(images, height, width).stream().map(c -> new View(c, 1)).toList());
  }

  /**
   * Corners and middle, and their mirror images: torchvision's {@code TenCrop}.
   *
   * @param height of the crops, that the network takes
   * @param width likewise
   */
  public static TestTimeViews tenCrops(int height, int width) {
    NumberChecks.positive("height of the crops", height);
    NumberChecks.positive("width of the crops", width);
    return new TestTimeViews(
        "ten crops",
        images -> {
          List<View> all = new ArrayList<>();
          crops(images, height, width).forEach(crop -> addBoth(all, crop, 1));
          return all;
        });
  }

  /**
   * The weighted mean of the network's outputs for all views.
   *
   * @param images {@code [N, C, H, W]}, of the size that the views need
   * @return a new array: {@code [N, classes]}, or {@code [N, C, H, W]} without a head
   * @throws IllegalArgumentException as {@link Network#forward(INDArray)} does, or if the images
   *     are too small for the views
   */
  public INDArray forward(Network network, INDArray images) {
    Objects.requireNonNull(images, "images");
    List<View> all = views.apply(images);
    double total = all.stream().mapToDouble(View::weight).sum();
    INDArray sum = network.forward(all.get(0).images()).muli(all.get(0).weight() / total);
    for (View view : all.subList(1, all.size())) {
      sum.addi(network.forward(view.images()).muli(view.weight() / total));
    }
    return sum;
  }

  private static void addBoth(List<View> all, INDArray images, double weight) {
    all.add(new View(images, weight));
    all.add(new View(mirror(images), weight));
  }

  private static INDArray mirror(INDArray images) {
    return reversed(images, WIDTH);
  }

  private static INDArray reversed(INDArray images, int axis) {
    return Nd4j.exec(
        DynamicCustomOp.builder("reverse").addInputs(images).addIntegerArguments(axis).build())[0];
  }

  /** Towards the upper left if the number is negative; what comes in is what is at the edge. */
  private static INDArray shift(INDArray images, int pixels) {
    return shift(shift(images, pixels, HEIGHT), pixels, WIDTH);
  }

  private static INDArray shift(INDArray images, int pixels, int axis) {
    long size = images.size(axis);
    int by = Math.abs(pixels);
    if (by < 1 || by >= size) {
      throw new IllegalArgumentException(
          SafeText.format(
              "shift: expected 1 to %d pixels for images of %d, got %d", size - 1, size, by));
    }
    if (pixels < 0) {
      INDArray edge = reversed(part(images, axis, size - 1 - by, size - 1), axis);
      return Nd4j.concat(axis, part(images, axis, by, size), edge);
    }
    INDArray edge = reversed(part(images, axis, 1, by + 1), axis);
    return Nd4j.concat(axis, edge, part(images, axis, 0, size - by));
  }

  private static INDArray part(INDArray images, int axis, long from, long to) {
    INDArrayIndex[] indices = new INDArrayIndex[images.rank()];
    java.util.Arrays.fill(indices, NDArrayIndex.all());
    indices[axis] = NDArrayIndex.interval(from, to);
    return images.get(indices).dup('c');
  }

  private static List<INDArray> crops(INDArray images, int height, int width) {
    int bottom = (int) images.size(HEIGHT) - height;
    int right = (int) images.size(WIDTH) - width;
    if (bottom < 0 || right < 0 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          SafeText.format(
              "crops of %d x %d need images that are at least as large, got %d x %d",
              height, width, images.size(HEIGHT), images.size(WIDTH)));
    }
    // torchvision's centre goes to the even pixel.
    int middle = (int) Math.rint(bottom / 2.0);
    int centre = (int) Math.rint(right / 2.0);
    int[][] corners = {{0, 0}, {0, right}, {bottom, 0}, {bottom, right}, {middle, centre}};
    List<INDArray> crops = new ArrayList<>();
    for (int[] corner : corners) {
      INDArray rows = part(images, HEIGHT, corner[0], corner[0] + height);
      crops.add(part(rows, WIDTH, corner[1], corner[1] + width));
    }
    return crops;
  }

  @Override
  public String toString() {
    return name;
  }
}
