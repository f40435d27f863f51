package io.blockwork.examples.composed;

import io.blockwork.Block;
import io.blockwork.From;
import io.blockwork.Init;
import io.blockwork.Initial;
import io.blockwork.Published;
import io.blockwork.Repeat;
import io.blockwork.Sequential;
import io.blockwork.With;
import io.blockwork.ops.Concat;
import io.blockwork.ops.Conv;
import io.blockwork.ops.Dropout;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.MaxPool;
import io.blockwork.ops.Relu;

/** SqueezeNet 1.1 (Iandola et al. 2016). */
@Block
@Published(name = "SQUEEZENET1_1_IMAGENET1K_V1", url = "https://download.pytorch.org/models/squeezenet1_1-b8a52dc0.pth", sha256 = "b8a52dc0")
@Init(value = Initial.HE_UNIFORM, zeroBias = true)
public @interface SqueezeNet {
  /** Classes that the head tells apart. */
  int classes() default 1000;

  /** The probability of a zero before the classifier. */
  double dropout() default 0.5;

  @Sequential interface features {
    @Conv(out = 64, kernel = 3, stride = 2) interface conv1 {}
    @Relu interface relu1 {}
    @MaxPool(kernel = 3, stride = 2, ceilMode = true) interface pool1 {}
    @Fire(squeeze = 16) @Repeat(2) interface fire2 {}
    @MaxPool(kernel = 3, stride = 2, ceilMode = true) interface pool3 {}
    @Fire(squeeze = 32) @Repeat(2) interface fire4 {}
    @MaxPool(kernel = 3, stride = 2, ceilMode = true) interface pool5 {}
    @Fire(squeeze = 48) @Repeat(2) interface fire6 {}
    @Fire(squeeze = 64) @Repeat(2) interface fire8 {}
  }
  @Sequential interface classifier {
    @Dropout @With("p = dropout") interface drop {}
    @Conv @With("out = classes") @Init(value = Initial.NORMAL, std = 0.01, zeroBias = true) interface conv10 {}
    @Relu interface relu10 {}
    @GlobalAvgPool interface avgpool {}
  }

  /** A fire module (Iandola et al. 2016, Figure 1). */
  @Block
  @interface Fire {
    /** An eighth of the channels that come out. */
    int squeeze() default Block.REQUIRED;

    @Conv @With("out = squeeze") interface squeeze {}
    @Relu interface squeeze_activation {}
    @Conv @With("out = 4 * squeeze") interface expand1x1 {}
    @Relu interface expand1x1_activation {}
    @Conv(kernel = 3, padding = 1) @With("out = 4 * squeeze") @From(squeeze_activation.class) interface expand3x3 {}
    @Relu interface expand3x3_activation {}
    @Concat @From({expand1x1_activation.class, expand3x3_activation.class}) interface output {}
  }
}
