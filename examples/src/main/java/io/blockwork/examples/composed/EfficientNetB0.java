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
import io.blockwork.image.Interpolation;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Conv;
import io.blockwork.ops.Dropout;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.Multiply;
import io.blockwork.ops.Sigmoid;
import io.blockwork.ops.Silu;
import io.blockwork.ops.StochasticDepth;
import io.blockwork.ops.Sum;

/** EfficientNet-B0 (Tan and Le 2019). */
@Block
@Published(name = "EFFICIENTNET_B0_IMAGENET1K_V1", url = "https://download.pytorch.org/models/efficientnet_b0_rwightman-3dd342df.pth", sha256 = "3dd342df", interpolation = Interpolation.BICUBIC)
@Init(value = Initial.HE_FAN_OUT, zeroBias = true)
public @interface EfficientNetB0 {
  int classes() default 1000;
  double dropout() default 0.2;
  double stochasticDepth() default 0.2;
  @Sequential interface features {
    @ConvNorm(out = 32, kernel = 3, stride = 2) interface stem {}
    @Stage(out = 16, expand = 1, stride = 1, blocks = 1, before = 0) @With("drop = stochasticDepth") interface stage1 {}
    @Stage(out = 24, blocks = 2, before = 1) @With("drop = stochasticDepth") interface stage2 {}
    @Stage(out = 40, kernel = 5, blocks = 2, before = 3) @With("drop = stochasticDepth") interface stage3 {}
    @Stage(out = 80, blocks = 3, before = 5) @With("drop = stochasticDepth") interface stage4 {}
    @Stage(out = 112, kernel = 5, stride = 1, blocks = 3, before = 8) @With("drop = stochasticDepth") interface stage5 {}
    @Stage(out = 192, kernel = 5, blocks = 4, before = 11) @With("drop = stochasticDepth") interface stage6 {}
    @Stage(out = 320, stride = 1, blocks = 1, before = 15) @With("drop = stochasticDepth") interface stage7 {}
    @ConvNorm(out = 1280) interface last {}
  }
  @GlobalAvgPool interface avgpool {}
  @Sequential @Init(value = Initial.UNIFORM_OUT, zeroBias = true) interface classifier {
    @Dropout @With("p = dropout") interface drop {}
    @Linear @With("out = classes") interface fc {}
  }

  /** Convolution, batch norm, SiLU or not. */
  @Block @Sequential @interface ConvNorm {
    int out() default Block.REQUIRED;
    int kernel() default 1;
    int stride() default 1;
    int groups() default 1;
    boolean silu() default true;
    @Conv(bias = false) @With("out = out, kernel = kernel, stride = stride, padding = kernel / 2, groups = groups") interface conv {}
    @BatchNorm interface norm {}
    @Silu @If("silu") interface act {}
  }

  /** Blocks of one shape, of which the first has the stride; more of the later ones are dropped in training. */
  @Block @Sequential @interface Stage {
    int out() default Block.REQUIRED;
    int expand() default 6;
    int kernel() default 3;
    int stride() default 2;
    int blocks() default Block.REQUIRED;
    int before() default Block.REQUIRED;
    double drop() default Block.REQUIRED;
    @MBConv @With("out = out, expand = expand, kernel = kernel, stride = index == 0 ? stride : 1, drop = drop * (before + index) / 16") @Repeat(times = "blocks") interface block {}
  }

  /** An inverted residual block with squeeze-and-excitation. */
  @Block @interface MBConv {
    int out() default Block.REQUIRED;
    int expand() default Block.REQUIRED;
    int kernel() default Block.REQUIRED;
    int stride() default Block.REQUIRED;
    double drop() default Block.REQUIRED;
    @Sequential interface block {
      @ConvNorm @With("out = expand * in") @If("expand != 1") interface expansion {}
      @ConvNorm @With("out = in, kernel = kernel, stride = stride, groups = in") interface depthwise {}
      @SqueezeExcitation @With("squeeze = Input.channels / 4") interface excitation {}
      @ConvNorm(silu = false) @With("out = out") interface projection {}
    }
    @StochasticDepth @With("p = drop") @If("stride == 1 && out == Input.channels") interface stochastic_depth {}
    @Sum @From({stochastic_depth.class, Input.class}) @If("stride == 1 && out == Input.channels") interface sum {}
  }

  /** Squeeze-and-excitation (Hu et al. 2017). */
  @Block @interface SqueezeExcitation {
    int squeeze() default Block.REQUIRED;
    @GlobalAvgPool interface avgpool {}
    @Conv @With("out = squeeze") interface fc1 {}
    @Silu interface activation {}
    @Conv @With("out = Input.channels") interface fc2 {}
    @Sigmoid interface scale_activation {}
    @Multiply @From({Input.class, scale_activation.class}) interface scale {}
  }
}
