package io.blockwork.examples.composed;

import io.blockwork.Block;
import io.blockwork.Init;
import io.blockwork.Initial;
import io.blockwork.Published;
import io.blockwork.Sequential;
import io.blockwork.With;
import io.blockwork.ops.AdaptiveAvgPool;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Conv;
import io.blockwork.ops.Dropout;
import io.blockwork.ops.Flatten;
import io.blockwork.ops.Linear;
import io.blockwork.ops.MaxPool;
import io.blockwork.ops.Relu;

/** VGG-16 (Simonyan and Zisserman 2014) with batch norms, torchvision's {@code vgg16_bn}. */
@Block
@Published(name = "VGG16_BN_IMAGENET1K_V1", url = "https://download.pytorch.org/models/vgg16_bn-6c64b313.pth", sha256 = "6c64b313")
@Init(value = Initial.HE_FAN_OUT, zeroBias = true)
public @interface Vgg16 {
  /** Classes that the head tells apart. */
  int classes() default 1000;

  /** The probability of a zero before each linear layer but the first. */
  double dropout() default 0.5;

  @Sequential interface features {
    @Conv(out = 64, kernel = 3, padding = 1) interface conv1_1 {}
    @BatchNorm interface norm1_1 {}
    @Relu interface relu1_1 {}
    @Conv(out = 64, kernel = 3, padding = 1) interface conv1_2 {}
    @BatchNorm interface norm1_2 {}
    @Relu interface relu1_2 {}
    @MaxPool(kernel = 2) interface pool1 {}
    @Conv(out = 128, kernel = 3, padding = 1) interface conv2_1 {}
    @BatchNorm interface norm2_1 {}
    @Relu interface relu2_1 {}
    @Conv(out = 128, kernel = 3, padding = 1) interface conv2_2 {}
    @BatchNorm interface norm2_2 {}
    @Relu interface relu2_2 {}
    @MaxPool(kernel = 2) interface pool2 {}
    @Conv(out = 256, kernel = 3, padding = 1) interface conv3_1 {}
    @BatchNorm interface norm3_1 {}
    @Relu interface relu3_1 {}
    @Conv(out = 256, kernel = 3, padding = 1) interface conv3_2 {}
    @BatchNorm interface norm3_2 {}
    @Relu interface relu3_2 {}
    @Conv(out = 256, kernel = 3, padding = 1) interface conv3_3 {}
    @BatchNorm interface norm3_3 {}
    @Relu interface relu3_3 {}
    @MaxPool(kernel = 2) interface pool3 {}
    @Conv(out = 512, kernel = 3, padding = 1) interface conv4_1 {}
    @BatchNorm interface norm4_1 {}
    @Relu interface relu4_1 {}
    @Conv(out = 512, kernel = 3, padding = 1) interface conv4_2 {}
    @BatchNorm interface norm4_2 {}
    @Relu interface relu4_2 {}
    @Conv(out = 512, kernel = 3, padding = 1) interface conv4_3 {}
    @BatchNorm interface norm4_3 {}
    @Relu interface relu4_3 {}
    @MaxPool(kernel = 2) interface pool4 {}
    @Conv(out = 512, kernel = 3, padding = 1) interface conv5_1 {}
    @BatchNorm interface norm5_1 {}
    @Relu interface relu5_1 {}
    @Conv(out = 512, kernel = 3, padding = 1) interface conv5_2 {}
    @BatchNorm interface norm5_2 {}
    @Relu interface relu5_2 {}
    @Conv(out = 512, kernel = 3, padding = 1) interface conv5_3 {}
    @BatchNorm interface norm5_3 {}
    @Relu interface relu5_3 {}
    @MaxPool(kernel = 2) interface pool5 {}
  }
  @AdaptiveAvgPool(outputSize = 7) interface avgpool {}
  @Flatten interface flatten {}
  @Sequential @Init(value = Initial.NORMAL, std = 0.01, zeroBias = true) interface classifier {
    @Linear(out = 4096) interface fc6 {}
    @Relu interface relu6 {}
    @Dropout @With("p = dropout") interface drop6 {}
    @Linear(out = 4096) interface fc7 {}
    @Relu interface relu7 {}
    @Dropout @With("p = dropout") interface drop7 {}
    @Linear @With("out = classes") interface fc8 {}
  }
}
