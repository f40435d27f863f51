package io.blockwork.examples.composed;

import io.blockwork.Block;
import io.blockwork.From;
import io.blockwork.ImageClassifier;
import io.blockwork.Init;
import io.blockwork.Initial;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.Path;
import io.blockwork.Published;
import io.blockwork.Repeat;
import io.blockwork.With;
import io.blockwork.ops.AvgPool;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Concat;
import io.blockwork.ops.Conv;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.MaxPool;
import io.blockwork.ops.Relu;

/** DenseNet-121 (Huang et al. 2016). */
@Model
@Published(name = "DENSENET121_IMAGENET1K_V1", url = "https://download.pytorch.org/models/densenet121-a639ec97.pth", sha256 = "a639ec97")
@Init(Initial.HE_FAN_IN)
public interface DenseNet121 extends ImageClassifier {
  interface features {
    @Conv(out = 64, kernel = 7, stride = 2, padding = 3, bias = false) interface conv0 {}
    @BatchNorm interface norm0 {}
    @Relu interface relu0 {}
    @MaxPool(kernel = 3, stride = 2, padding = 1) interface pool0 {}
    @DenseBlock(layers = 6) interface denseblock1 {}
    @Transition interface transition1 {}
    @DenseBlock(layers = 12) interface denseblock2 {}
    @Transition interface transition2 {}
    @DenseBlock(layers = 24) interface denseblock3 {}
    @Transition interface transition3 {}
    @DenseBlock(layers = 16) interface denseblock4 {}
    @BatchNorm interface norm5 {}
  }
  @Relu interface relu {}
  @GlobalAvgPool interface avgpool {}
  @Linear(out = 1000) @Init(value = Initial.DEFAULT, zeroBias = true) interface classifier {}

  /** Layers that each see all before them. */
  @Block
  @interface DenseBlock {
    /** How many. */
    int layers() default Block.REQUIRED;

    @DenseLayer @Repeat(times = "layers") @Path("denselayer{index + 1}") interface denselayer {}
  }

  /** A dense layer with a bottleneck, its input beside its output. */
  @Block
  @interface DenseLayer {
    /** Channels that it adds. */
    int growth() default 32;

    @BatchNorm interface norm1 {}
    @Relu interface relu1 {}
    @Conv(bias = false) @With("out = 4 * growth") interface conv1 {}
    @BatchNorm interface norm2 {}
    @Relu interface relu2 {}
    @Conv(kernel = 3, padding = 1, bias = false) @With("out = growth") interface conv2 {}
    @Concat @From({Input.class, conv2.class}) interface output {}
  }

  /** Half the channels on a quarter of the places. */
  @Block
  @interface Transition {
    @BatchNorm interface norm {}
    @Relu interface relu {}
    @Conv(bias = false) @With("out = in / 2") interface conv {}
    @AvgPool(kernel = 2) interface pool {}
  }
}
