package io.blockwork.networks;

import io.blockwork.Block;
import io.blockwork.With;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Conv;
import io.blockwork.ops.Relu;

/** Convolution, batch norm, ReLU. The BasicConv2d of torchvision's Inception networks. */
@Block
public @interface BasicConv2d {
  /** Channels that come out. */
  int out() default Block.REQUIRED;

  /** Rows and columns of the kernel. */
  int[] kernel() default 1;

  /** Step of the kernel. */
  int[] stride() default 1;

  /** Rows and columns of zeros around the map. */
  int[] padding() default 0;

  @Conv(bias = false) @With("out = out, kernel = kernel, stride = stride, padding = padding") interface conv {}
  @BatchNorm(eps = 1e-3) interface bn {}
  @Relu interface relu {}
}
