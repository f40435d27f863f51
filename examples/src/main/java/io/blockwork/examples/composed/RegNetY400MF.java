package io.blockwork.examples.composed;

import io.blockwork.Block;
import io.blockwork.From;
import io.blockwork.If;
import io.blockwork.Init;
import io.blockwork.Initial;
import io.blockwork.Input;
import io.blockwork.Path;
import io.blockwork.Published;
import io.blockwork.Repeat;
import io.blockwork.Sequential;
import io.blockwork.With;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Conv;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.Multiply;
import io.blockwork.ops.Relu;
import io.blockwork.ops.Sigmoid;
import io.blockwork.ops.Sum;

/** RegNet-Y-400MF (Radosavovic et al. 2020). */
@Block
@Published(name = "REGNET_Y_400MF_IMAGENET1K_V1", url = "https://download.pytorch.org/models/regnet_y_400mf-c65dace8.pth", sha256 = "c65dace8")
@Published(name = "REGNET_Y_400MF_IMAGENET1K_V2", url = "https://download.pytorch.org/models/regnet_y_400mf-e6988f5f.pth", sha256 = "e6988f5f", resize = 232)
@Init(Initial.HE_FAN_OUT)
public @interface RegNetY400MF {
  /** Classes that the head tells apart. */
  int classes() default 1000;

  @ConvNorm(out = 32, kernel = 3, stride = 2) interface stem {}
  interface trunk_output {
    @Stage(width = 48, depth = 1, number = 1) interface block1 {}
    @Stage(width = 104, depth = 3, number = 2) interface block2 {}
    @Stage(width = 208, depth = 6, number = 3) interface block3 {}
    @Stage(width = 440, depth = 6, number = 4) interface block4 {}
  }
  @GlobalAvgPool interface avgpool {}
  @Linear @With("out = classes") @Init(value = Initial.NORMAL, std = 0.01, zeroBias = true) interface fc {}

  /** Convolution, batch norm, ReLU or not. */
  @Block
  @Sequential
  @interface ConvNorm {
    /** Channels that come out. */
    int out() default Block.REQUIRED;

    /** Side of the kernel. */
    int kernel() default 1;

    /** Stride. */
    int stride() default 1;

    /** Groups. */
    int groups() default 1;

    /** Whether it ends in ReLU. */
    boolean relu() default true;

    @Conv(bias = false) @With("out = out, kernel = kernel, stride = stride, padding = kernel / 2, groups = groups") interface conv {}
    @BatchNorm interface norm {}
    @Relu @If("relu") interface act {}
  }

  /** Blocks of one width, of which the first halves the map. */
  @Block
  @interface Stage {
    /** Channels. */
    int width() default Block.REQUIRED;

    /** Blocks. */
    int depth() default Block.REQUIRED;

    /** The stage, from 1. */
    int number() default Block.REQUIRED;

    @ResBottleneck @With("width = width, stride = index == 0 ? 2 : 1") @Repeat(times = "depth") @Path("block{number}-{index}") interface block {}
  }

  /** A residual bottleneck of one width, in groups of 8 channels (Radosavovic et al. 2020). */
  @Block
  @interface ResBottleneck {
    /** Channels. */
    int width() default Block.REQUIRED;

    /** Stride of the 3x3 convolution. */
    int stride() default 1;

    @ConvNorm(relu = false) @With("out = width, stride = stride") @If("in != width || stride != 1") interface proj {}
    @From(Input.class) interface f {
      @ConvNorm @With("out = width") interface a {}
      @ConvNorm(kernel = 3) @With("out = width, stride = stride, groups = width / 8") interface b {}
      @SqueezeExcitation @With("squeeze = Input.channels / 4") interface se {}
      @ConvNorm(relu = false) @With("out = width") interface c {}
    }
    @Sum @From({proj.class, f.class}) interface sum {}
    @Relu interface activation {}
  }

  /** Squeeze-and-excitation (Hu et al. 2017). */
  @Block
  @interface SqueezeExcitation {
    /** Channels within. */
    int squeeze() default Block.REQUIRED;

    @GlobalAvgPool interface avgpool {}
    @Conv @With("out = squeeze") interface fc1 {}
    @Relu interface activation {}
    @Conv @With("out = Input.channels") interface fc2 {}
    @Sigmoid interface scale_activation {}
    @Multiply @From({Input.class, scale_activation.class}) interface scale {}
  }
}
