package io.blockwork.onnx;

import static io.blockwork.onnx.SmallModel.integer;

import java.util.List;
import java.util.function.Supplier;

/** Files for a fixed number of images. */
enum FixedBatch {
  /** Each value is divided by the number of images. */
  A_VALUE_IS_COMPUTED_FROM_IT(
      2,
      true,
      () ->
          SmallModel.of(2, 3, 2, 2)
              .integers("first", 0)
              .node("Shape", "shape", List.of("x"))
              .node("Gather", "images", List.of("shape", "first"))
              .node("Cast", "number", List.of("images"), integer("to", 1))
              .node("Relu", "relu", List.of("x"))
              .node("Div", "output", List.of("relu", "number"))),
  /** Sizes that are known for this number alone. */
  A_SHAPE_IS_COMPUTED_FROM_ITS_SQUARE(
      3,
      true,
      () ->
          SmallModel.of(3, 2, 2, 2)
              .integers("first", 0)
              .integers("rest", -1)
              .node("Shape", "shape", List.of("x"))
              .node("Gather", "images", List.of("shape", "first"))
              .node("Mul", "square", List.of("images", "images"))
              .node("Div", "root", List.of("square", "images"))
              .node("Concat", "target", List.of("root", "rest"), integer("axis", 0))
              .node("Relu", "relu", List.of("x"))
              .node("Reshape", "output", List.of("relu", "target"))),
  /** The axis of the only image comes and goes. */
  ITS_AXIS_IS_DROPPED(
      1,
      true,
      () ->
          SmallModel.of(1, 2, 4, 4)
              .integers("axis", 0)
              .numbers("w", List.of(3L, 2L, 3L, 3L))
              .node("Squeeze", "image", List.of("x", "axis"))
              .node("Relu", "relu", List.of("image"))
              .node("Unsqueeze", "batch", List.of("relu", "axis"))
              .node("Conv", "output", List.of("batch", "w"))),
  /** What is left is one row of scores, without an axis for images. */
  ITS_RESULT_HAS_NO_AXIS_FOR_IT(
      1,
      true,
      () ->
          SmallModel.of(1, 3, 2, 2)
              .integers("all", -1)
              .numbers("w", List.of(12L, 5L))
              .node("Reshape", "values", List.of("x", "all"))
              .node("MatMul", "scores", List.of("values", "w"))
              .node("Softmax", "output", List.of("scores"), integer("axis", 0))),
  /** The result is a map, without an axis for images. */
  ITS_RESULT_IS_ONE_MAP(
      1,
      true,
      () ->
          SmallModel.of(1, 2, 4, 3)
              .integers("first", 0)
              .node("Relu", "relu", List.of("x"))
              .node("Gather", "gathered", List.of("relu", "first"))
              .integers("axis", 0)
              .node("Squeeze", "output", List.of("gathered", "axis"))),
  /** A mean over the only image is that image. */
  A_MEAN_GOES_OVER_IT(
      1,
      true,
      () ->
          SmallModel.of(1, 4, 3, 3)
              .node(
                  "ReduceMean",
                  "mean",
                  List.of("x"),
                  SmallModel.integers("axes", List.of(0L, 2L, 3L)),
                  integer("keepdims", 1))
              .node("Relu", "output", List.of("mean"))),
  /** A part of the images that is all of them, and a softmax over the only one. */
  A_PART_OF_THE_IMAGES_IS_ALL(
      1,
      true,
      () ->
          SmallModel.of(1, 3, 2, 2)
              .integers("from", 0)
              .integers("to", 1)
              .integers("axis", 0)
              .node("Slice", "part", List.of("x", "from", "to", "axis"))
              .node("Flatten", "output", List.of("part"), integer("axis", 1))),
  /** A constant for each image, all the same. */
  EACH_IMAGE_HAS_THE_SAME_CONSTANT(
      2,
      false,
      () ->
          SmallModel.of(2, 3, 2, 2)
              .numbers("c", List.of(2L, 3L, 1L, 1L), 1, -2, 3, 1, -2, 3)
              .node("Relu", "relu", List.of("x"))
              .node("Mul", "output", List.of("relu", "c"))),
  /** A bias for each row of a matrix, all the same. */
  EACH_IMAGE_HAS_THE_SAME_BIAS(
      3,
      false,
      () ->
          SmallModel.of(3, 4)
              .numbers("w", List.of(4L, 2L))
              .numbers("c", List.of(3L, 2L), 1, -2, 1, -2, 1, -2)
              .node("Gemm", "output", List.of("x", "w", "c"))),
  /** One number for every value of every image. */
  EACH_VALUE_HAS_THE_SAME_CONSTANT(
      2,
      false,
      () ->
          SmallModel.of(2, 1, 2, 2)
              .node("Shape", "shape", List.of("x"))
              .integers("all", 2, 1, 2, 2)
              .node("ConstantOfShape", "zeros", List.of("all"))
              .node("Exp", "ones", List.of("zeros"))
              .node("Relu", "relu", List.of("x"))
              .node("Add", "output", List.of("relu", "ones")));

  private final int images;
  private final boolean needed;
  private final Supplier<SmallModel> model;

  FixedBatch(int images, boolean needed, Supplier<SmallModel> model) {
    this.images = images;
    this.needed = needed;
    this.model = model;
  }

  /** The number. */
  int images() {
    return images;
  }

  /** Whether something depends on it. */
  boolean isNeeded() {
    return needed;
  }

  SmallModel model() {
    return model.get();
  }
}
