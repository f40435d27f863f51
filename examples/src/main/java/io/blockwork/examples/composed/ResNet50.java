package io.blockwork.examples.composed;

import io.blockwork.Block;
import io.blockwork.From;
import io.blockwork.If;
import io.blockwork.ImageClassifier;
import io.blockwork.Init;
import io.blockwork.Initial;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.Path;
import io.blockwork.Published;
import io.blockwork.Repeat;
import io.blockwork.Sequential;
import io.blockwork.With;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Conv;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.MaxPool;
import io.blockwork.ops.Relu;
import io.blockwork.ops.Sum;

/** ResNet-50 (He et al. 2015), its stride in the 3x3 convolutions as torchvision's. */
@Model
@Published(name = "RESNET50_IMAGENET1K_V1", url = "https://download.pytorch.org/models/resnet50-0676ba61.pth", sha256 = "0676ba61")
@Published(name = "RESNET50_IMAGENET1K_V2", url = "https://download.pytorch.org/models/resnet50-11ad3fa6.pth", sha256 = "11ad3fa6", resize = 232)
@Init(Initial.HE_FAN_OUT)
public interface ResNet50 extends ImageClassifier {
  @Conv(out = 64, kernel = 7, stride = 2, padding = 3, bias = false) interface conv1 {}
  @BatchNorm interface bn1 {}
  @Relu interface relu {}
  @MaxPool(kernel = 3, stride = 2, padding = 1) interface maxpool {}
  @Bottleneck(planes = 64) @Repeat(3) interface layer1 {}
  @Bottleneck(planes = 128) @With("stride = index == 0 ? 2 : 1") @Repeat(4) interface layer2 {}
  @Bottleneck(planes = 256) @With("stride = index == 0 ? 2 : 1") @Repeat(6) interface layer3 {}
  @Bottleneck(planes = 512) @With("stride = index == 0 ? 2 : 1") @Repeat(3) interface layer4 {}
  @GlobalAvgPool interface avgpool {}
  @Linear(out = 1000) @Init(Initial.DEFAULT) interface fc {}

  /** A bottleneck (He et al. 2015, Figure 5). */
  @Block
  @interface Bottleneck {
    /** A quarter of the channels that come out. */
    int planes() default Block.REQUIRED;

    /** Stride of the 3x3 convolution. */
    int stride() default 1;

    @Conv(bias = false) @With("out = planes") interface conv1 {}
    @BatchNorm interface bn1 {}
    @Relu @Path("relu") interface relu1 {}
    @Conv(kernel = 3, padding = 1, bias = false) @With("out = planes, stride = stride") interface conv2 {}
    @BatchNorm interface bn2 {}
    @Relu @Path("relu") interface relu2 {}
    @Conv(bias = false) @With("out = 4 * planes") interface conv3 {}
    @BatchNorm interface bn3 {}
    @Sequential @From(Input.class) @If("stride != 1 || in != 4 * planes") interface downsample {
      @Conv(bias = false) @With("out = 4 * planes, stride = stride") interface conv {}
      @BatchNorm interface bn {}
    }
    @Sum @From({bn3.class, downsample.class}) interface add {}
    @Relu @Path("relu") interface relu3 {}
  }
}
