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
import io.blockwork.ops.Linear;
import io.blockwork.ops.Relu6;
import io.blockwork.ops.Sum;

/** MobileNet v2 (Sandler et al. 2018). */
@Block
@Published(name = "MOBILENET_V2_IMAGENET1K_V1", url = "https://download.pytorch.org/models/mobilenet_v2-b0353104.pth", sha256 = "b0353104")
@Published(name = "MOBILENET_V2_IMAGENET1K_V2", url = "https://download.pytorch.org/models/mobilenet_v2-7ebf99e0.pth", sha256 = "7ebf99e0", resize = 232)
@Init(value = Initial.HE_FAN_OUT, zeroBias = true)
public @interface MobileNetV2 {
  /** Classes that the head tells apart. */
  int classes() default 1000;

  /** The probability of a zero before the classifier. */
  double dropout() default 0.2;

  @Sequential interface features {
    @ConvNorm(out = 32, kernel = 3, stride = 2) interface stem {}
    @InvertedResidual(expand = 1, out = 16) interface stage1 {}
    @InvertedResidual(out = 24) @With("stride = index == 0 ? 2 : 1") @Repeat(2) interface stage2 {}
    @InvertedResidual(out = 32) @With("stride = index == 0 ? 2 : 1") @Repeat(3) interface stage3 {}
    @InvertedResidual(out = 64) @With("stride = index == 0 ? 2 : 1") @Repeat(4) interface stage4 {}
    @InvertedResidual(out = 96) @Repeat(3) interface stage5 {}
    @InvertedResidual(out = 160) @With("stride = index == 0 ? 2 : 1") @Repeat(3) interface stage6 {}
    @InvertedResidual(out = 320) interface stage7 {}
    @ConvNorm(out = 1280) interface last {}
  }
  @GlobalAvgPool interface avgpool {}
  @Sequential @Init(value = Initial.NORMAL, std = 0.01, zeroBias = true) interface classifier {
    @Dropout @With("p = dropout") interface drop {}
    @Linear @With("out = classes") interface fc {}
  }

  /** Convolution, batch norm, ReLU6. */
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

    @Conv(bias = false) @With("out = out, kernel = kernel, stride = stride, padding = kernel / 2, groups = groups") interface conv {}
    @BatchNorm interface norm {}
    @Relu6 interface relu {}
  }

  /** An inverted residual block with a linear bottleneck (Sandler et al. 2018, Figure 3). */
  @Block
  @interface InvertedResidual {
    /** Channels that come out. */
    int out() default Block.REQUIRED;

    /** Channels within, as a multiple of those that come in. */
    int expand() default 6;

    /** Stride of the depthwise convolution. */
    int stride() default 1;

    @Sequential interface conv {
      @ConvNorm @With("out = expand * in") @If("expand != 1") interface expansion {}
      @ConvNorm(kernel = 3) @With("out = in, stride = stride, groups = in") interface depthwise {}
      @Conv(bias = false) @With("out = out") interface projection {}
      @BatchNorm interface norm {}
    }
    @Sum @From({conv.class, Input.class}) @If("stride == 1 && in == Input.channels") interface sum {}
  }
}
