package io.blockwork.examples.composed;

import io.blockwork.Block;
import io.blockwork.From;
import io.blockwork.If;
import io.blockwork.Init;
import io.blockwork.Initial;
import io.blockwork.Input;
import io.blockwork.Published;
import io.blockwork.Repeat;
import io.blockwork.Sequential;
import io.blockwork.With;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Conv;
import io.blockwork.ops.Dropout;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.HardSigmoid;
import io.blockwork.ops.HardSwish;
import io.blockwork.ops.Linear;
import io.blockwork.ops.Multiply;
import io.blockwork.ops.Relu;
import io.blockwork.ops.Sum;

/** MobileNet v3 small (Howard et al. 2019). */
@Block
@Published(name = "MOBILENET_V3_SMALL_IMAGENET1K_V1", url = "https://download.pytorch.org/models/mobilenet_v3_small-047dcff4.pth", sha256 = "047dcff4")
@Init(value = Initial.HE_FAN_OUT, zeroBias = true)
public @interface MobileNetV3Small {
  /** Classes that the head tells apart. */
  int classes() default 1000;

  /** The probability of a zero before the classifier. */
  double dropout() default 0.2;

  @Sequential interface features {
    @ConvNorm(out = 16, kernel = 3, stride = 2, act = Act.HARD_SWISH) interface stem {}
    @InvertedResidual(inner = 16, out = 16, stride = 2, act = Act.RELU) interface bneck1 {}
    @InvertedResidual(inner = 72, out = 24, stride = 2, squeeze = false, act = Act.RELU) interface bneck2 {}
    @InvertedResidual(inner = 88, out = 24, squeeze = false, act = Act.RELU) interface bneck3 {}
    @InvertedResidual(kernel = 5, inner = 96, out = 40, stride = 2) interface bneck4 {}
    @InvertedResidual(kernel = 5, inner = 240, out = 40) @Repeat(2) interface bneck5 {}
    @InvertedResidual(kernel = 5, inner = 120, out = 48) interface bneck7 {}
    @InvertedResidual(kernel = 5, inner = 144, out = 48) interface bneck8 {}
    @InvertedResidual(kernel = 5, inner = 288, out = 96, stride = 2) interface bneck9 {}
    @InvertedResidual(kernel = 5, inner = 576, out = 96) @Repeat(2) interface bneck10 {}
    @ConvNorm(out = 576, act = Act.HARD_SWISH) interface last {}
  }
  @GlobalAvgPool interface avgpool {}
  @Sequential @Init(value = Initial.NORMAL, std = 0.01, zeroBias = true) interface classifier {
    @Linear(out = 1024) interface fc1 {}
    @HardSwish interface act {}
    @Dropout @With("p = dropout") interface drop {}
    @Linear @With("out = classes") interface fc2 {}
  }

  /** What ends a convolution. */
  enum Act {
    /** Nothing. */
    NONE,
    /** ReLU. */
    RELU,
    /** Hard swish. */
    HARD_SWISH
  }

  /** Convolution, batch norm, activation. */
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

    /** What ends it. */
    Act act() default Act.NONE;

    @Conv(bias = false) @With("out = out, kernel = kernel, stride = stride, padding = kernel / 2, groups = groups") interface conv {}
    @BatchNorm(eps = 1e-3, momentum = 0.01) interface norm {}
    @Relu @If("act == Act.RELU") interface relu {}
    @HardSwish @If("act == Act.HARD_SWISH") interface hard_swish {}
  }

  /** An inverted residual block (Howard et al. 2019, Figure 4). */
  @Block
  @interface InvertedResidual {
    /** Side of the depthwise kernel. */
    int kernel() default 3;

    /** Channels within. */
    int inner() default Block.REQUIRED;

    /** Channels that come out. */
    int out() default Block.REQUIRED;

    /** Stride of the depthwise convolution. */
    int stride() default 1;

    /** Whether there is squeeze-and-excitation. */
    boolean squeeze() default true;

    /** What ends its convolutions but the last. */
    Act act() default Act.HARD_SWISH;

    @Sequential interface block {
      @ConvNorm @With("out = inner, act = act") @If("in != inner") interface expansion {}
      @ConvNorm @With("out = inner, kernel = kernel, stride = stride, groups = inner, act = act") interface depthwise {}
      @SqueezeExcitation @If("squeeze") interface excitation {}
      @ConvNorm @With("out = out") interface projection {}
    }
    @Sum @From({block.class, Input.class}) @If("stride == 1 && in == Input.channels") interface sum {}
  }

  /** Squeeze-and-excitation with a hard sigmoid, its width a multiple of eight. */
  @Block
  @interface SqueezeExcitation {
    @GlobalAvgPool interface avgpool {}
    @Conv @With("out = max(8, (in / 4 + 4) / 8 * 8)") interface fc1 {}
    @Relu interface activation {}
    @Conv @With("out = Input.channels") interface fc2 {}
    @HardSigmoid interface scale_activation {}
    @Multiply @From({Input.class, scale_activation.class}) interface scale {}
  }
}
