package io.blockwork.published;

import io.blockwork.Auxiliary;
import io.blockwork.Block;
import io.blockwork.Head;
import io.blockwork.If;
import io.blockwork.Input;
import io.blockwork.Published;
import io.blockwork.With;
import io.blockwork.image.Interpolation;
import io.blockwork.ops.Affine;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Conv;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.Relu;

/** The network of {@code published.py}, as its publisher would ship it. */
@Block
@Published(
    name = "TINY_BIRDS_V1",
    url = "https://example.org/birds/tiny_birds.pth",
    sha256 = "bd5974da85bdcf0d",
    input = @Input(height = 32, width = 32),
    resize = 36,
    crop = 32,
    interpolation = Interpolation.BICUBIC,
    mean = {0.5, 0.5, 0.5},
    std = {0.5, 0.5, 0.5},
    classNames = {"wren", "robin", "magpie"})
@interface TinyBirds {
  int classes() default 3;

  boolean aux() default true;

  boolean transformInput() default false;

  @Affine(
      scale = {0.458, 0.448, 0.45},
      shift = {-0.03, -0.088, -0.188})
  @If("transformInput")
  interface transform_input {}

  @Conv(out = 8, kernel = 3, stride = 2, padding = 1, bias = false)
  interface conv {}

  @BatchNorm
  interface bn {}

  @Relu
  interface relu {}

  @Aux
  @With("classes = classes")
  @Auxiliary(weight = 0.3)
  @If("aux")
  interface aux1 {}

  @Conv(out = 12, kernel = 3, padding = 1)
  interface conv2 {}

  @Relu
  interface relu2 {}

  @GlobalAvgPool
  interface avgpool {}

  @Linear
  @With("out = classes")
  @Head
  interface classif {}

  /** An auxiliary head. */
  @Block
  @interface Aux {
    int classes() default Block.REQUIRED;

    @GlobalAvgPool
    interface mean {}

    @Linear
    @With("out = classes")
    @Head
    interface fc2 {}
  }
}
