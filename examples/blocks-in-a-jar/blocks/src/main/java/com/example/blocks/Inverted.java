package com.example.blocks;

import io.blockwork.Block;
import io.blockwork.From;
import io.blockwork.If;
import io.blockwork.Input;
import io.blockwork.With;
import io.blockwork.ops.Sum;

/** An inverted residual block with a linear bottleneck (Sandler et al. 2018, Figure 3). */
@Block
public @interface Inverted {
  /** Channels that come out. */
  int out() default Block.REQUIRED;

  /** Channels within, as a multiple of those that come in. */
  int expand() default 6;

  /** Step of the depthwise convolution. */
  int stride() default 1;

  @ConvNorm @With("out = expand * in") interface expansion {}
  @ConvNorm(kernel = 3) @With("out = in, stride = stride, groups = in") interface depthwise {}
  @ConvNorm(relu = false) @With("out = out") interface projection {}
  @Sum @From({projection.class, Input.class}) @If("stride == 1 && out == Input.channels") interface sum {}
}
