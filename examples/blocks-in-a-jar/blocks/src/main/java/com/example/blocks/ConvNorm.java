package com.example.blocks;

import io.blockwork.Block;
import io.blockwork.If;
import io.blockwork.With;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Conv;
import io.blockwork.ops.Relu6;

/** Convolution, batch norm, ReLU6 or not. */
@Block
public @interface ConvNorm {
  /** Channels that come out. */
  int out() default Block.REQUIRED;

  /** Side of the kernel. */
  int kernel() default 1;

  /** Step of the kernel. */
  int stride() default 1;

  /** Groups that do not see each other. */
  int groups() default 1;

  /** Whether it ends in ReLU6. */
  boolean relu() default true;

  @Conv(bias = false) @With("out = out, kernel = kernel, stride = stride, padding = kernel / 2, groups = groups") interface conv {}
  @BatchNorm interface norm {}
  @Relu6 @If("relu") interface act {}
}
